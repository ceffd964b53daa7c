package plan_test

import (
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP08_SettleDecidesByReading: what is there happened, what is not did not,
// what was not looked at is not decided.
func TestP08_SettleDecidesByReading(t *testing.T) {
	t.Parallel()
	grant := plan.Change{Key: "k", Op: plan.Grant, As: as, Account: "u-anna", Folder: "f1", Path: "/Dep/Fin", To: "Viewer"}
	account := plan.Change{Key: "k", Op: plan.CreateAccount, Email: email("anna")}
	folder := func(path access.Path) plan.Change {
		return plan.Change{Key: "k", Op: plan.CreateFolder, As: as, Path: path}
	}
	us := func(w *world) *world {
		return w.account("us", func(a *access.Account) { a.ID, a.Email = "u-us", as })
	}
	given := func(role, by string) *world {
		w := us(base()).account("anna").grant("anna", "f1", role)
		w.state.Grants[0].SharedBy = by
		return w
	}
	tests := []struct {
		name  string
		open  plan.Change
		world *world
		want  plan.Outcome
	}{
		{"a grant that is there", grant, given("Viewer", "u-us"), plan.Outcome{Result: plan.Done, SharedBy: "u-us"}},
		{"a grant of which nobody says whose it is", grant, given("Viewer", ""), plan.Outcome{Result: plan.Done}},
		{"a grant that a human gave since", grant, given("Viewer", "u-boss"), plan.Outcome{Result: plan.Already}},
		{"another role", grant, given("Manager", "u-us"), plan.Outcome{Result: plan.Refused}},
		{"no grant", grant, us(base()).account("anna"), plan.Outcome{Result: plan.Refused}},
		{"inherited only", grant, func() *world {
			w := given("Viewer", "u-us")
			w.state.Grants[0].Origin = "f0"
			return w
		}(), plan.Outcome{Result: plan.Refused}},
		{"members that were not read", grant, func() *world {
			w := given("Viewer", "u-us")
			w.state.Of.Folders = nil
			return w
		}(), plan.Outcome{Result: plan.Unknown}},
		{"an account that is there", account, base().account("anna"), plan.Outcome{Result: plan.Done, Account: "u-anna"}},
		{"no account", account, base(), plan.Outcome{Result: plan.Refused}},
		{"still a recipient", account, base().account("anna", func(a *access.Account) { a.Kind = access.Recipient }), plan.Outcome{Result: plan.Refused}},
		{"accounts that were not read", account, func() *world {
			w := base()
			w.state.Of.Accounts = false
			return w
		}(), plan.Outcome{Result: plan.Unknown}},
		{"a folder that is there", folder("/dep/FIN"), base(), plan.Outcome{Result: plan.Done, Folder: "f1"}},
		{"no folder", folder("/Dep/New"), base(), plan.Outcome{Result: plan.Refused}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := plan.Settle([]plan.Change{tt.open}, &tt.world.catalog, tt.world.state)
			if len(got) != 1 || got[0].Key != "k" {
				t.Fatalf("got %+v, want one outcome of k", got)
			}
			o := got[0]
			if (o.Result != plan.Done) != (o.Why != "") {
				t.Errorf("got %v with the reason %q", o.Result, o.Why)
			}
			o.Key, o.Why = "", ""
			if o != tt.want {
				t.Errorf("got %+v, want %+v", o, tt.want)
			}
		})
	}
}

func TestHoldKeepsBackWhatIsUndecided(t *testing.T) {
	t.Parallel()
	w := base().person("anna", creating(wish("p", "/Dep/New", "Viewer"))).person("bert", wish("fin", "/Dep/Fin", "Viewer"))
	p := w.diff()
	undecided := p.Changes[0] // the creation of /Dep/New
	p.Hold([]plan.Change{undecided})
	for _, c := range p.Changes {
		if c.Path == "/Dep/New" {
			t.Errorf("%v %s is still planned", c.Op, c.Path)
		}
	}
	if got, want := len(p.Changes), 3; got != want { // two accounts, one grant
		t.Errorf("got %d changes, want %d", got, want)
	}
	if n := len(p.Notes); n != 1 || p.Notes[0].Kind != plan.NoteHeld {
		t.Errorf("got notes %+v, want one that is held", p.Notes)
	}
}
