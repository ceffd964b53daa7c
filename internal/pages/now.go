package pages

import (
	"context"
	"net/http"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// now shows what `status` says, and the last run.
func now(ctx context.Context, v *View, _ *http.Request) (page, error) {
	p := page{Title: "Now", Section: "/", Sections: []section{{Facts: standing(v)}}}
	if v.Last == nil {
		return p, nil
	}
	story, err := v.Book.Run(ctx, v.Last.ID)
	if err != nil {
		return p, err
	}
	last := section{Title: "The last run", Lines: append([]string{story.Head(v.Now, v.zone())}, story.About(v.zone())...)}
	if story.Error != "" {
		last.Lines = append(last.Lines, "It failed: "+story.Error)
	}
	n := len(story.Did)
	last.Facts = []fact{{"whole run", runLink(story.ID)}}
	last.Table = changes(v, story.Did[:min(n, firstChanges)], false)
	last.Table.Caption = "Its changes"
	if n > firstChanges {
		last.Notes = []string{history.Count(n-firstChanges, "more change") + " behind the link above."}
	}
	p.Sections = append(p.Sections, last)
	return p, nil
}

// firstChanges is how many changes of the last run are shown at once.
const firstChanges = 20

// standing are the lines of `status`.
func standing(v *View) []fact {
	mode := v.Mode
	if v.Caveat != "" {
		mode += " (" + v.Caveat + ")"
	}
	next := func(s string) string {
		if !v.Acting {
			return "none, while nobody acts"
		}
		return s
	}
	facts := []fact{
		{"mode", text(mode)},
		{"acts", text(v.Acts())},
		{"next delta", text(next(v.clock(v.Delta)))},
		{"next full", text(next(v.clock(v.Full)))},
	}
	leads := map[string]string{"parked": "/parked", "expired": "/parked", "quarantine": "/quarantine"}
	for name, r := range map[string]*history.Run{"last run": v.Last, "last success": v.Success, "last full run": v.FullLast} {
		if r != nil {
			leads[name] = runLink(r.ID).Href
		}
	}
	for _, f := range v.Facts(v.zone()) {
		facts = append(facts, fact{f.Name, cell{f.Value, leads[f.Name]}})
	}
	return facts
}
