package pages

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

const momentHint = "a day, such as 2026-03-31, or a moment, such as 2026-03-31T14:00:00+02:00; empty: now"

// people shows what somebody had at a moment, as `why --at` tells it.
func people(ctx context.Context, v *View, r *http.Request) (page, error) {
	name, at := strings.TrimSpace(r.URL.Query().Get("who")), r.URL.Query().Get("at")
	p := page{Title: "People", Section: "/people", Sections: []section{{Form: &form{
		Action: "/people", Submit: "Show", Fields: []field{
			{"who", "Who", "the e-mail address, now or once, or the id of the person or the account", name},
			{"at", "When", momentHint, at},
		},
	}}}}
	if name == "" {
		return p, nil
	}
	moment, err := parseMoment(v, at)
	if err != nil {
		return p, err
	}
	answers, atlas, err := v.Book.Then(ctx, history.Ask{Person: name, At: moment})
	if err != nil {
		return p, err
	}
	words := v.words(atlas)
	for i, a := range answers {
		sections, err := person(v, r, words, a, i)
		if err != nil {
			return p, err
		}
		p.Sections = append(p.Sections, sections...)
	}
	if len(answers) == 1 {
		p.Title = answers[0].Name()
	}
	return p, nil
}

func parseMoment(v *View, text string) (time.Time, error) {
	if text == "" {
		return v.Now.In(v.zone()), nil
	}
	at, err := history.ParseMoment(text, v.zone(), v.Now)
	if err != nil {
		return at, &badRequest{err.Error()}
	}
	return at, nil
}

// person is the answer for one of those who were known by a name.
func person(v *View, r *http.Request, words history.Words, a history.Then, i int) ([]section, error) {
	first := section{
		Lines: append([]string{words.Headline(a, ""), a.Identity()}, a.Gaps()...),
		Table: &table{
			ID: fmt.Sprintf("roles-%d", i), Caption: "Roles that " + a.Name() + " held", Empty: "No role.",
			Columns: columns("Folder", "Role", "@Since", "@Until", "How"),
		},
		Notes: []string{words.Basis(a)},
	}
	for _, h := range a.Held {
		first.Table.Rows = append(first.Table.Rows, []cell{
			folderLink(words.Atlas.Path(h.Grant.Folder), h.Grant.Folder), text(h.Grant.Role), text(v.clock(h.Begun)), text(v.clock(h.Until)), text(words.Giver(h)),
		})
	}
	from, to, pager, err := cut(r, len(a.Changes))
	if err != nil {
		return nil, err
	}
	did := changes(v, a.Changes[from:to], true)
	did.ID, did.Pager = fmt.Sprintf("changes-%d", i), pager
	did.Caption = "What we did for " + a.Name() + " until then"
	did.Empty = "We changed nothing, as far as the history goes back."
	return []section{first, {Table: did}}, nil
}
