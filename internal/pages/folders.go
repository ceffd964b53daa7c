package pages

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// folders shows who could read a folder at a moment, as `who` tells it, or which there are.
func folders(ctx context.Context, v *View, r *http.Request) (page, error) {
	name, at := strings.TrimSpace(r.URL.Query().Get("folder")), r.URL.Query().Get("at")
	p := page{Title: "Folders", Section: "/folders", Sections: []section{{Form: &form{
		Action: "/folders", Submit: "Show", Fields: []field{
			{"folder", "Folder", "its path, such as /Legal, or its id; only folders that a rule names are observed", name},
			{"at", "When", momentHint, at},
		},
	}}}}
	var err error
	if name == "" {
		p.Sections, err = known(ctx, v, r, p.Sections)
		return p, err
	}
	moment, err := parseMoment(v, at)
	if err != nil {
		return p, err
	}
	answer, atlas, err := v.Book.Who(ctx, name, moment)
	if err != nil {
		return p, err
	}
	path := atlas.Path(answer.Folder)
	s := section{Lines: []string{fmt.Sprintf("%s had a role on %s at %s.", history.Headcount(len(answer.Readers)), path, v.clock(answer.At))}}
	if !answer.Observed.IsZero() {
		s.Lines = append(s.Lines, fmt.Sprintf("As last seen at %s, and with what we did since.", v.clock(answer.Observed)))
	}
	s.Table, err = readers(v, r, v.words(atlas), answer)
	p.Title, p.Sections = path, append(p.Sections, s)
	return p, err
}

func readers(v *View, r *http.Request, words history.Words, answer history.Who) (*table, error) {
	t := &table{
		ID: "readers", Caption: "Who had a role on " + words.Atlas.Path(answer.Folder), Empty: "Nobody.",
		Columns: columns("Address", "Name", "Status", "Role", "@Since", "@Until", "How"),
	}
	from, to, pager, err := cut(r, len(answer.Readers))
	if err != nil {
		return nil, err
	}
	t.Pager = pager
	for _, reader := range answer.Readers[from:to] {
		t.Rows = append(t.Rows, []cell{
			account(reader.Account), text(reader.Account.Name), text(reader.Status()), text(reader.Grant.Role),
			text(v.clock(reader.Begun)), text(v.clock(reader.Until)), text(words.Giver(reader.Held)),
		})
	}
	return t, nil
}

func account(a access.Account) cell {
	if a.Email != "" {
		return personLink(string(a.Email), a.ID)
	}
	return personLink("account "+a.ID, a.ID)
}

// known lists the folders that rules name, or once named.
func known(ctx context.Context, v *View, r *http.Request, before []section) ([]section, error) {
	atlas, err := v.Book.Atlas(ctx)
	if err != nil {
		return before, err
	}
	all := atlas.Folders()
	from, to, pager, err := cut(r, len(all))
	if err != nil {
		return before, err
	}
	t := &table{ID: "known", Caption: "Folders that rules name, or once named", Columns: columns("Folder", "Id"), Pager: pager, Empty: "None is known yet."}
	for _, f := range all[from:to] {
		t.Rows = append(t.Rows, []cell{folderLink(f.Path, f.ID), text(f.ID)})
	}
	return append(before, section{Table: t}), nil
}
