package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// What a run in mode observe would have done is compared with what is so now, whoever did it.
func TestAftermathTellsWhatHasHappenedAnyway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.see(ago(5), []string{"f1"}, access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "boss"})
	s.give("f3", "Viewer", "") // nobody has looked at the folder
	ann := plan.Would{Op: plan.Grant, Source: "corp", Person: "ann", Email: "a1@corp.example", Path: finance, To: "Viewer"}
	would := func(change func(*plan.Would)) plan.Would {
		w := ann
		change(&w)
		return w
	}
	tests := []struct {
		name    string
		would   plan.Would
		so      bool
		has     string
		unknown string
	}{
		{name: "by hand, on a folder and an account that were to be made", would: ann, so: true, has: "Viewer"},
		{name: "by ids", would: would(func(w *plan.Would) { w.Account, w.Folder = "a1", "f1" }), so: true, has: "Viewer"},
		{name: "another role", would: would(func(w *plan.Would) { w.Op, w.To = plan.Raise, "Manager" }), has: "Viewer"},
		{name: "no such folder yet", would: would(func(w *plan.Would) { w.Path = "/Legal" })},
		{name: "no account yet", would: plan.Would{Op: plan.Grant, Source: "corp", Person: "cid", Email: "cid@corp.example", Path: finance, To: "Viewer"}},
		{name: "a folder nobody looks at", would: would(func(w *plan.Would) { w.Folder = "f9" }), unknown: "nobody looks at the folder"},
		{name: "a folder", would: plan.Would{Op: plan.CreateFolder, Path: "/departments/finance"}, so: true},
		{name: "no folder", would: plan.Would{Op: plan.CreateFolder, Path: "/Legal"}},
		{name: "an account by its address", would: plan.Would{Op: plan.CreateAccount, Source: "corp", Person: "boss", Email: "boss@corp.example"}, so: true},
		{name: "an account of the person with another address", would: would(func(w *plan.Would) { w.Op, w.Email = plan.CreateAccount, "ann@corp.example" }), so: true},
		{name: "no account", would: plan.Would{Op: plan.CreateAccount, Source: "corp", Person: "cid", Email: "cid@corp.example"}},
		{name: "a role that is still there", would: would(func(w *plan.Would) { w.Op, w.From, w.To = plan.Revoke, "Viewer", "" }), has: "Viewer"},
		{name: "a role that is gone", would: would(func(w *plan.Would) {
			w.Op, w.Person, w.Email, w.From, w.To = plan.Revoke, "boss", "boss@corp.example", "Viewer", ""
		}), so: true},
		{name: "another address", would: would(func(w *plan.Would) { w.Op, w.Account, w.To = plan.Rename, "a1", "a1@corp.example" }), so: true},
		{name: "an account that is not suspended", would: would(func(w *plan.Would) { w.Op, w.Account = plan.Suspend, "a1" })},
		{name: "an account that is not known", would: plan.Would{Op: plan.Delete, Account: "a9"}, unknown: "the account is no longer known"},
	}
	var all []plan.Would
	for _, tt := range tests {
		all = append(all, tt.would)
	}
	a, err := s.Aftermath(t.Context(), all, time.Now())
	must(t, err)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := a.Fates[i]
			has := ""
			if f.Held != nil {
				has = f.Held.Grant.Role
			}
			if f.So != tt.so || has != tt.has || f.Unknown != tt.unknown {
				t.Errorf("got so %t, has %q, unknown %q; want %t, %q, %q", f.So, has, f.Unknown, tt.so, tt.has, tt.unknown)
			}
		})
	}
	if h := a.Fates[0].Held; h.Giver != Somebody || h.By.ID != "boss" {
		t.Errorf("given by %v %s, want by hand, by boss", h.Giver, h.By.ID)
	}
	if a.So() != 7 || a.Observed.IsZero() {
		t.Errorf("got %d so, as of %v, want 7, and a moment", a.So(), a.Observed)
	}
}

// A ledger that knows nothing has nothing to say.
func TestAftermathOfAnEmptyLedger(t *testing.T) {
	t.Parallel()
	_, b := open(t)
	w := plan.Would{Op: plan.Grant, Source: "corp", Person: "ann", Email: "a1@corp.example", Path: finance, To: "Viewer"}
	a, err := b.Aftermath(t.Context(), []plan.Would{w}, time.Now())
	must(t, err)
	if diff := cmp.Diff(Aftermath{Fates: []Fate{{Would: w}}}, a); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
