package guard_test

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// situation is one row of the table: one change and what all brakes make of it.
type situation struct {
	mode     guard.Mode
	op       plan.Op
	expired  bool
	hold     string // how far a hold reaches
	canary   bool   // one is unmet
	wall     string
	approved bool
	changed  bool // the rule has changed
	perRule  bool // the rule may lose nothing
	budget   string
}

// situations are all rows of one operation.
func situations(op plan.Op) iter.Seq[situation] {
	holds := []string{"", "all", "narrowing", "person", "folder", "rule", "change", "ended", "elsewhere"}
	return func(yield func(situation) bool) {
		for _, mode := range []guard.Mode{guard.Observe, guard.CreateOnly, guard.UpsertOnly, guard.Sync} {
			for _, hold := range holds {
				for _, wall := range []string{"", "denies", "doubts", "both", "far"} {
					for _, budget := range []string{"unlimited", "enough", "empty", "extra"} {
						for flags := range 32 {
							flag := func(n int) bool { return flags>>n&1 == 1 }
							if !yield(situation{mode, op, flag(0), hold, flag(1), wall, flag(2), flag(3), flag(4), budget}) {
								return
							}
						}
					}
				}
			}
		}
	}
}

// The rules, as the design has them.
var (
	allowedFrom = map[plan.Op]guard.Mode{
		plan.CreateFolder: guard.CreateOnly, plan.CreateAccount: guard.CreateOnly, plan.Grant: guard.CreateOnly,
		plan.Raise: guard.UpsertOnly, plan.Rename: guard.UpsertOnly, plan.Unsuspend: guard.UpsertOnly, plan.SetProfile: guard.UpsertOnly, plan.SetName: guard.UpsertOnly,
		plan.Suspend: guard.Sync, plan.Lower: guard.Sync, plan.Revoke: guard.Sync, plan.Delete: guard.Sync,
	}
	gives     = []plan.Op{plan.Grant, plan.Raise}
	takes     = []plan.Op{plan.Suspend, plan.Lower, plan.Revoke, plan.Delete}
	takesRole = []plan.Op{plan.Lower, plan.Revoke}
	ofPeople  = []plan.Op{plan.CreateAccount, plan.Unsuspend, plan.Rename, plan.SetProfile, plan.SetName, plan.Suspend, plan.Delete}
	unbounded = []plan.Op{plan.Unsuspend, plan.Rename, plan.SetProfile, plan.SetName}
)

// want is what stops the change, by the rules: "" if nothing does.
func (s situation) want() guard.Brake {
	narrows, gives := slices.Contains(takes, s.op), slices.Contains(gives, s.op)
	dated := s.expired && slices.Contains(takesRole, s.op)
	switch {
	case s.mode < allowedFrom[s.op]:
		return guard.ByMode
	case s.held(narrows):
		return guard.ByHold
	case s.canary && narrows:
		return guard.ByCanary
	case gives && s.wall != "" && s.wall != "far":
		return guard.ByWall
	case s.approved:
		return ""
	case s.changed && narrows:
		return guard.ByRuleChange
	case s.perRule && slices.Contains(takesRole, s.op) && !dated:
		return guard.ByBudget
	case s.budget == "empty" && !slices.Contains(unbounded, s.op):
		return guard.ByBudget
	}
	return ""
}

func (s situation) held(narrows bool) bool {
	switch s.hold {
	case "", "ended", "elsewhere":
		return false
	case "narrowing":
		return narrows
	case "person":
		return s.op != plan.CreateFolder
	case "folder":
		return !slices.Contains(ofPeople, s.op)
	}
	return true
}

// got divides a plan of this one change, in a world where ann has East.
func (s situation) got(w guard.World, both, denies []guard.Wall) guard.Decision {
	l, u, c := unlimited(), guard.Usage{}, s.change()
	l.Mode, l.ParkRuleChanges = s.mode, true
	switch s.wall {
	case "both", "far":
		l.Walls = both
	case "denies", "doubts":
		l.Walls = denies
	}
	if s.canary {
		l.Expect = []guard.Canary{{Person: "ceo@corp.example"}}
	}
	if s.approved {
		u.Approved = approve(c)
	}
	if s.perRule {
		l.PerRule = &guard.PerRule{}
	}
	u.Changed = map[string]bool{"staff": s.changed}
	if s.budget != "unlimited" {
		s.bound(&l, &u)
	}
	return split([]plan.Change{c}, w, l, u, s.holds(c)...)
}

func (s situation) change() plan.Change {
	person := map[string]string{"denies": "mallory", "doubts": "doubtful"}[s.wall]
	folder := map[string]string{"both": "west", "denies": "legal", "doubts": "legal"}[s.wall]
	c := on(s.op, cmp.Or(person, "ann"), cmp.Or(folder, "plain"), "staff")
	c.Key, c.Expired = "it", s.expired
	switch {
	case s.op == plan.CreateFolder:
		c.Person, c.Account, c.Folder = access.PersonID{}, "", ""
	case slices.Contains(ofPeople, s.op):
		c.Folder, c.Path = "", ""
	}
	return c
}

func (s situation) bound(l *guard.Limits, u *guard.Usage) {
	for _, k := range guard.Kinds() {
		l.Budgets[k] = guard.Budget{Max: guard.Amount{Count: 5}}
	}
	u.Used, u.Extra = map[guard.Kind]int{}, map[guard.Kind]int{}
	for _, k := range guard.Kinds() {
		u.Used[k] = map[string]int{"enough": 4, "empty": 5, "extra": 5}[s.budget]
		u.Extra[k] = map[string]int{"extra": 1}[s.budget]
	}
}

func (s situation) holds(c plan.Change) []guard.Hold {
	h := guard.Hold{Scope: guard.Scope(s.hold), Why: "for a test"}
	switch s.hold {
	case "":
		return nil
	case "person":
		h.Key = c.Person.String()
	case "folder":
		h.Key = c.Folder
		if c.Folder == "" {
			h.Key = string(c.Path)
		}
	case "rule":
		h.Key = "staff"
	case "change":
		h.Key = string(c.Key)
	case "ended":
		h.Scope, h.Until = guard.HoldAll, now
	case "elsewhere":
		return []guard.Hold{
			{Scope: guard.HoldPerson, Key: "corp:zoe"},
			{Scope: guard.HoldFolder, Key: "far"},
			{Scope: guard.HoldRule, Key: "guests"},
			{Scope: guard.HoldChange, Key: "grant|zoe|far"},
		}
	}
	return []guard.Hold{h}
}

// TestTheTableOfAllBrakes holds each operation in each mode to each state of all brakes.
func TestTheTableOfAllBrakes(t *testing.T) {
	t.Parallel()
	for op := plan.CreateFolder; op <= plan.Delete; op++ {
		t.Run(op.String(), func(t *testing.T) {
			t.Parallel()
			w := world("ann", "doubtful", "mallory")
			has(&w, "ann", "east", "")
			both, denies := []guard.Wall{twoBids(t)}, []guard.Wall{legal(t)}
			rows, stops := 0, map[guard.Brake]int{}
			for s := range situations(op) {
				rows++
				d := s.got(w, both, denies)
				brake := stopped(d)["it"]
				stops[brake]++
				if want := s.want(); brake != want || len(d.Allowed.Changes)+len(d.Withheld) != 1 {
					t.Fatalf("%+v: got %q and %d allowed, want %q", s, brake, len(d.Allowed.Changes), want)
				}
				if problem := consistent(d, brake); problem != "" {
					t.Fatalf("%+v: %s", s, problem)
				}
			}
			t.Logf("%d rows, stopped: %v", rows, stops)
		})
	}
}

// consistent says what of a decision does not fit the brake.
func consistent(d guard.Decision, brake guard.Brake) string {
	waits := brake == guard.ByBudget || brake == guard.ByRuleChange
	switch {
	case waits != (len(d.Parked) == 1):
		return fmt.Sprintf("%d items are parked", len(d.Parked))
	case waits && (len(d.Parked[0].Changes) != 1 || d.Parked[0].Brake != brake || d.Parked[0].Why == ""):
		return fmt.Sprintf("parked as %+v", d.Parked[0])
	case brake != "" && d.Withheld[0].Why == "":
		return "withheld without a reason"
	}
	return ""
}
