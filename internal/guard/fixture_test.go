package guard_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// now is the moment at which all is decided here.
var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func id(name string) access.PersonID { return access.PersonID{Source: "corp", ID: name} }

// on is a change of one person's role on a folder, because of one rule.
func on(op plan.Op, person, folder, rule string) plan.Change {
	return plan.Change{
		Key: plan.Key(op.String() + "|" + person + "|" + folder), Op: op, Person: id(person), Account: "u-" + person,
		Folder: folder, Path: paths[folder], Causes: []access.Cause{{Rule: rule}},
	}
}

// many are changes of n people on one folder, because of one rule.
func many(n int, op plan.Op, rule string) []plan.Change {
	var all []plan.Change
	for i := range n {
		all = append(all, on(op, fmt.Sprintf("%s%03d", rule, i), "plain", rule))
	}
	return all
}

// create is the creation of a person's account.
func create(person, rule string) plan.Change {
	return plan.Change{Key: plan.Key("account|" + person), Op: plan.CreateAccount, Person: id(person), Causes: []access.Cause{{Rule: rule}}}
}

// paths are the folders of the catalog, by id: each is its path in small letters, with dots.
var paths = map[string]access.Path{
	"plain": "/Plain", "top": "/Top", "east": "/Top/East", "east.bid": "/Top/East/Bid", "west": "/Top/West", "legal": "/Legal",
}

// catalog has all of them; what lies below /Top inherits, except West.
func catalog() *access.Catalog {
	return &access.Catalog{Folders: []access.Folder{
		{ID: "east", Parent: "top", Path: "/Top/East", Inherits: true},
		{ID: "east.bid", Parent: "east", Path: "/Top/East/Bid", Inherits: true},
		{ID: "legal", Path: "/Legal"},
		{ID: "plain", Path: "/Plain"},
		{ID: "top", Path: "/Top"},
		{ID: "west", Parent: "top", Path: "/Top/West"},
	}}
}

// world is a directory of these people and the catalog, all of it observed; "mallory" is
// denied by each wall that denies, and of "doubtful" nobody can tell.
func world(people ...string) guard.World {
	w := guard.World{Snapshot: &access.Snapshot{}, Catalog: catalog(), Memory: plan.NewMemory()}
	slices.Sort(people)
	for _, name := range people {
		w.Snapshot.People = append(w.Snapshot.People, access.Person{ID: id(name), Email: access.Email(name + "@corp.example"), Standing: access.Active})
	}
	w.State.Of.Accounts = true
	for _, f := range w.Catalog.Folders {
		w.State.Of.Folders = append(w.State.Of.Folders, f.ID)
	}
	w.Denied = func(_ int, p *access.Person) (bool, string) {
		if p.ID == id("doubtful") {
			return false, "group contractors cannot be read"
		}
		return p.ID == id("mallory"), ""
	}
	return w
}

// has adds a grant that is observed.
func has(w *guard.World, person, folder, origin string) {
	w.State.Grants = append(w.State.Grants, access.Grant{Account: "u-" + person, Folder: folder, Role: "Viewer", Origin: origin})
}

func area(t testing.TB, s string) guard.Area {
	t.Helper()
	a, err := guard.ParseArea(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// twoBids keeps East and West apart, legal keeps those who are denied out of Legal.
func twoBids(t testing.TB) guard.Wall {
	return guard.Wall{Name: "two-bids", NeverBoth: []guard.Area{area(t, "/Top/East/**"), area(t, "/Top/West/**")}}
}

func legal(t testing.TB) guard.Wall {
	return guard.Wall{Name: "legal-inside", Folders: []guard.Area{area(t, "/Legal/**")}}
}

// unlimited has no budget but those that a test sets.
func unlimited() guard.Limits {
	l := guard.Limits{Mode: guard.Sync, Budgets: map[guard.Kind]guard.Budget{}, PerRule: &guard.PerRule{Floor: 1_000_000}}
	for _, k := range guard.Kinds() {
		l.Budgets[k] = guard.Budget{Unlimited: true}
	}
	return l
}

func split(changes []plan.Change, w guard.World, l guard.Limits, u guard.Usage, h ...guard.Hold) guard.Decision {
	return guard.Split(plan.Plan{Changes: changes}, w, l, u, h, now)
}

func keys(changes []plan.Change) []plan.Key {
	var all []plan.Key
	for _, c := range changes {
		all = append(all, c.Key)
	}
	slices.Sort(all)
	return all
}

// stopped is the brake that holds each withheld change.
func stopped(d guard.Decision) map[plan.Key]guard.Brake {
	all := map[plan.Key]guard.Brake{}
	for _, w := range d.Withheld {
		all[w.Change.Key] = w.Brake
	}
	return all
}

// why is the reason of the one change that is withheld.
func why(t testing.TB, d guard.Decision) string {
	t.Helper()
	if len(d.Withheld) != 1 {
		t.Fatalf("got %d withheld changes, want one: %+v", len(d.Withheld), d.Withheld)
	}
	return d.Withheld[0].Why
}

func approve(changes ...plan.Change) map[plan.Key]plan.Change {
	all := map[plan.Key]plan.Change{}
	for _, c := range changes {
		all[c.Key] = c
	}
	return all
}
