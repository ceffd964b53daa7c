package pages

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// parked shows what waits for a decision, as `parked` lists it.
func parked(ctx context.Context, v *View, r *http.Request) (page, error) {
	p := page{Title: "Parked", Section: "/parked"}
	items, err := v.Book.Parked(ctx, v.Now)
	if err != nil {
		return p, err
	}
	from, to, pager, err := cut(r, len(items))
	if err != nil {
		return p, err
	}
	t := &table{
		ID: "parked", Caption: "What is parked, the oldest first", Empty: "Nothing is parked.", Pager: pager,
		Columns: columns("#Item", "Kind", "Rule", "#Changes", "State", "@Until", "Why"),
	}
	for i := range items[from:to] {
		item := &items[from+i]
		id := strconv.FormatInt(item.ID, 10)
		t.Rows = append(t.Rows, []cell{
			{id, "/parked/" + id},
			text(item.Kind), text(item.Rule), number(item.Size), text(string(item.State(v.Now))),
			text(history.ParkedUntil(item, v.Now, v.zone())), text(item.Why),
		})
	}
	p.Sections = []section{{Table: t, Notes: []string{"Decided at a terminal: `kw-onboarder approve ITEM`, or `kw-onboarder reject ITEM`."}}}
	return p, nil
}

// parkedItem shows one item with its changes, as `parked ITEM` does.
func parkedItem(ctx context.Context, v *View, r *http.Request) (page, error) {
	p := page{Section: "/parked"}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return p, &notFound{fmt.Errorf("%q is no number of an item", short(r.PathValue("id")))}
	}
	item, err := v.Book.Ledger.ParkedItem(ctx, id)
	if err != nil {
		return p, plain(err)
	}
	p.Title = fmt.Sprintf("Parked item %d", id)
	s := section{Lines: []string{
		fmt.Sprintf("%s, rule %s: %s.", capital(item.Kind), item.Rule, item.Why),
		fmt.Sprintf("Parked %s, by run %d at last. %s until %s.", v.clock(item.Opened), item.Run, capital(string(item.State(v.Now))),
			history.ParkedUntil(&item, v.Now, v.zone())),
	}}
	if item.Decision != "" {
		s.Lines = append(s.Lines, fmt.Sprintf("%s by %s on %s: %s", capital(string(item.Decision)), item.Who(), v.clock(item.Decided), item.Reason))
	}
	from, to, pager, err := cut(r, len(item.Changes))
	if err != nil {
		return p, err
	}
	s.Table = &table{
		ID: "changes", Caption: "What waits", Empty: "No change.", Pager: pager,
		Columns: columns("Change", "For", "Folder", "From", "To", "Rules"),
	}
	for _, c := range item.Changes[from:to] {
		s.Table.Rows = append(s.Table.Rows, []cell{
			text(c.Op.String()), personLink(history.Whom(c), who(c)), folderLink(string(c.Path), c.Folder), text(c.From), text(history.Target(c)),
			text(strings.Join(c.Rules(), ", ")),
		})
	}
	s.Notes = []string{fmt.Sprintf("Decided at a terminal: `kw-onboarder approve %d`, or `kw-onboarder reject %d`.", id, id)}
	p.Sections = []section{s}
	return p, nil
}
