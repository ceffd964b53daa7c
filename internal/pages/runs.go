package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// runsPerPage is how many runs are listed, and drawn.
const runsPerPage = 50

// runs shows the history, as `runs` lists it.
func runs(ctx context.Context, v *View, r *http.Request) (page, error) {
	p := page{Title: "Runs", Section: "/runs"}
	n, err := pageNumber(r)
	if err != nil {
		return p, err
	}
	all, err := v.Book.Runs(ctx, n*runsPerPage+1)
	if err != nil {
		return p, err
	}
	from, to := min(len(all), (n-1)*runsPerPage), min(len(all), n*runsPerPage)
	if from == to && n > 1 {
		return p, &badRequest{fmt.Sprintf("there is no page %d of runs", n)}
	}
	listed := all[from:to]
	t := runTable(v, listed)
	if n > 1 || len(all) > to {
		t.Pager = &pager{From: from + 1, To: to}
		t.Pager.lead(r.URL, n, len(all) > to)
	}
	p.Sections = []section{{Plot: draw(v, listed)}, {Table: t}}
	return p, nil
}

func runTable(v *View, listed []history.Run) *table {
	t := &table{
		ID: "runs", Caption: "Runs, the newest first", Empty: "The ledger knows no run.",
		Columns: columns("#Run", "@Started", "Took", "By", "Kind", "Result", "#Touched", "#Due", "Changes", "Requests"),
	}
	for _, r := range listed {
		took, touched, due := "", "", ""
		if d := r.Took(v.Now); d > 0 {
			took = history.Roughly(d)
		}
		if !r.Ended.IsZero() && !r.Decree {
			touched, due = strconv.Itoa(r.Touched), strconv.Itoa(r.Due)
		}
		t.Rows = append(t.Rows, append([]cell{runLink(r.ID)}, texts(v.clock(r.Started), took, r.StartedBy(), r.Kind(), r.Outcome(),
			touched, due, r.Changed(), r.Requested())...))
	}
	return t
}

// run shows one run, as `runs RUN` does.
func run(ctx context.Context, v *View, r *http.Request) (page, error) {
	p := page{Section: "/runs"}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return p, &notFound{fmt.Errorf("%q is no number of a run", short(r.PathValue("id")))}
	}
	story, err := v.Book.Run(ctx, id)
	if err != nil {
		return p, plain(err)
	}
	p.Title = fmt.Sprintf("Run %d", id)
	first := section{Lines: append([]string{story.Head(v.Now, v.zone())}, story.About(v.zone())...)}
	if story.Error != "" {
		first.Lines = append(first.Lines, "It failed: "+story.Error)
	}
	from, to, pager, err := cut(r, len(story.Did))
	if err != nil {
		return p, err
	}
	first.Table = changes(v, story.Did[from:to], false)
	first.Table.Caption, first.Table.Pager = "What it did, in the order in which it was decided", pager
	p.Sections = []section{first}
	if len(story.Would) > 0 {
		would, err := wouldBe(ctx, v, story)
		if err != nil {
			return p, err
		}
		p.Sections = append(p.Sections, would)
	}
	return p, nil
}

// plain is an error without the way that it has come, where it is for whoever asked.
func plain(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if isMissing(e) && !isMissing(errors.Unwrap(e)) {
			return e
		}
	}
	return err
}

// changes is a table of what was done; numbered tells of each which run did it.
func changes(v *View, did []history.Change, numbered bool) *table {
	names := []string{"@At", "Change", "For", "Folder", "From", "To", "Rules", "Result"}
	if numbered {
		names = slices.Insert(names, 1, "#Run")
	}
	t := &table{ID: "changes", Columns: columns(names...), Empty: "Nothing was changed."}
	for _, d := range did {
		c := d.Change
		row := []cell{text(v.clock(history.Decided(d)))}
		if numbered {
			row = append(row, runLink(d.Run))
		}
		t.Rows = append(t.Rows, append(row, text(c.Op.String()), personLink(history.Whom(c), who(c)), folderLink(string(c.Path), c.Folder),
			text(c.From), text(history.Target(c)), text(strings.Join(c.Rules(), ", ")), text(history.Result(d))))
	}
	return t
}

// who is the name by which the ledger finds the person of a change.
func who(c plan.Change) string {
	switch {
	case c.Person != access.PersonID{}:
		return c.Person.String()
	case c.Email != "":
		return string(c.Email)
	}
	return c.Account
}

// wouldBe is what a run in mode observe would have done, and what has happened anyway.
func wouldBe(ctx context.Context, v *View, story history.Story) (section, error) {
	after, err := v.Book.Aftermath(ctx, story.Would, v.Now)
	if err != nil {
		return section{}, err
	}
	atlas, err := v.Book.Atlas(ctx)
	if err != nil {
		return section{}, err
	}
	words := v.words(atlas)
	s := section{Title: "What it would have done", Lines: []string{"It would have made " + history.Counted(story.WouldBe) + "."}}
	s.Table = &table{ID: "would", Caption: "What it would have done, and what has come of it", Columns: columns("Change", "For", "Folder", "From", "To", "Rules", "By now")}
	for _, f := range after.Fates {
		c := plan.Change{Op: f.Op, Email: f.Email, Person: access.PersonID{Source: f.Source, ID: f.Person}, Account: f.Account}
		s.Table.Rows = append(s.Table.Rows, []cell{
			text(f.Op.String()), personLink(history.Whom(c), who(c)), folderLink(string(f.Path), f.Folder),
			text(f.From), text(f.To), text(strings.Join(f.Rules, ", ")), text(words.ByNow(f)),
		})
	}
	if more := after.More(story.Run); more > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("And %d more, which were not kept.", more))
	}
	s.Notes = append(s.Notes, words.Outlook(after))
	return s, nil
}
