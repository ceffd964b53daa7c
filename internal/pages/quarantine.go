package pages

import (
	"context"
	"net/http"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// quarantine shows what keeps failing, as `quarantine` lists it.
func quarantine(ctx context.Context, v *View, r *http.Request) (page, error) {
	p := page{Title: "Quarantine", Section: "/quarantine"}
	failing, err := v.Book.Ledger.Failing(ctx)
	if err != nil {
		return p, err
	}
	from, to, pager, err := cut(r, len(failing))
	if err != nil {
		return p, err
	}
	t := &table{
		ID: "failing", Caption: "What keeps failing, and is left alone for a while", Empty: "Nothing keeps failing.", Pager: pager,
		Columns: columns("#Number", "What", "#Failures", "@Since", "@Left alone until", "Why"),
	}
	for _, f := range failing[from:to] {
		t.Rows = append(t.Rows, []cell{
			number(int(f.ID)), what(f), number(f.Failures), text(v.clock(f.Since)), text(history.AloneUntil(f, v.Now, v.zone())), text(f.Why),
		})
	}
	p.Sections = []section{{Table: t, Notes: []string{"Tried again at once by `kw-onboarder quarantine retry NUMBER`."}}}
	return p, nil
}

func what(f ledger.Failing) cell {
	shown := string(f.Scope) + " " + f.Key
	switch f.Scope {
	case ledger.HoldPerson:
		return personLink(shown, f.Key)
	case ledger.HoldFolder:
		return folderLink(shown, f.Key)
	}
	return text(shown)
}
