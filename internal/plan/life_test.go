package plan_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// drawLife makes a tenant with joiners, movers, leavers, people who come back, and people of
// whom nothing is known.
func drawLife(t *rapid.T) *world {
	w := climbing().created("boss").person("boss")
	w.policy.Existing = rapid.Bool().Draw(t, "existing")
	if rapid.Bool().Draw(t, "no ladder for the unmatched") {
		delete(w.policy.Leavers, plan.ExitUnmatched)
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "people") {
		w.drawPerson(t, fmt.Sprintf("p%02d", i))
	}
	w.drawAddresses(t)
	return w
}

func (w *world) drawPerson(t *rapid.T, name string) {
	var wishes []access.Wish
	for _, path := range []string{"/Dep/Fin", "/Dep/Legal", "/Dep/New"} {
		if rapid.IntRange(0, 2).Draw(t, "wish") == 0 {
			rule := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "rule")
			wishes = append(wishes, creating(wish(rule, path, rapid.SampledFrom(roleNames).Draw(t, "role"))))
		}
	}
	if rapid.Bool().Draw(t, "account") {
		w.drawAccount(t, name)
	}
	standing := access.Standing(rapid.IntRange(int(access.Active), int(access.Unknown)).Draw(t, "standing"))
	if rapid.Bool().Draw(t, "active") {
		standing = access.Active
	}
	if standing != access.Active {
		w.left(name, standing)
		w.drawExit(t, name)
		return
	}
	w.person(name, wishes...).with(func(v *access.Verdict) {
		switch rapid.IntRange(0, 6).Draw(t, "doubt") {
		case 0:
			v.Account, v.Causes, v.Wishes = false, nil, nil
		case 1:
			v.Held = []access.Held{{Rule: "a", Why: "undecided"}}
		case 2:
			v.Skipped = "no e-mail address"
		}
	})
	w.drawExit(t, name)
}

// drawAccount adds an account in any condition, and roles of ours and of humans.
func (w *world) drawAccount(t *rapid.T, name string) {
	w.account(name, func(a *access.Account) {
		a.Name = "Name of " + name
		a.Status = access.Status(rapid.IntRange(int(access.Live), int(access.Deactivated)).Draw(t, "status"))
	})
	linked := rapid.Bool().Draw(t, "linked")
	if linked {
		l := plan.Link{Person: id(name), Account: "u-" + name, Created: rapid.Bool().Draw(t, "created"), Heirs: []access.Heir{{As: "manager", Person: id("boss"), Email: email("boss")}}}
		l.Suspended = w.state.Accounts[len(w.state.Accounts)-1].Status == access.Suspended && rapid.Bool().Draw(t, "by us")
		if l.Created {
			l.Name = "Name of " + name
		}
		w.memory.Links[id(name)] = l
	}
	for _, folder := range []string{"f1", "f2"} {
		role := rapid.SampledFrom(append([]string{""}, roleNames...)).Draw(t, "held")
		if role == "" {
			continue
		}
		if w.grant(name, folder, role); linked && rapid.Bool().Draw(t, "ours") {
			before := rapid.SampledFrom([]string{"", "Viewer"}).Draw(t, "before")
			if rank[before] >= rank[role] {
				before = ""
			}
			w.ours(name, folder, role, by(rapid.SampledFrom([]string{"a", "b", "gone"}).Draw(t, "cause")), floor(before))
		}
	}
}

func (w *world) drawExit(t *rapid.T, name string) {
	if !rapid.Bool().Draw(t, "remembered to have left") {
		return
	}
	exit := rapid.SampledFrom([]plan.Exit{plan.ExitDisabled, plan.ExitExpired, plan.ExitGone, plan.ExitUnmatched, plan.ExitOffboarded}).Draw(t, "exit")
	w.since(name, exit, time.Duration(rapid.SampledFrom([]int{0, 3, 8, 100, -50}).Draw(t, "days"))*day)
}

// drawAddresses lets some people have others' addresses, or new ones.
func (w *world) drawAddresses(t *rapid.T) {
	order := rapid.Permutation(w.verdicts).Draw(t, "addresses")
	for i := range w.verdicts {
		if rapid.IntRange(0, 3).Draw(t, "exchanged") == 0 {
			a, b := order[i].Email, w.verdicts[i].Email
			for j := range w.verdicts {
				switch w.verdicts[j].Email {
				case a:
					w.verdicts[j].Email = b
				case b:
					w.verdicts[j].Email = a
				}
			}
		}
	}
}

// TestP03_NothingIsLeftToDo: carried out, a plan of any kind leaves nothing to do but what
// waits for what it did: deletions, and accounts for addresses that it has made free.
func TestP03_NothingIsLeftToDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawLife(t)
		p := w.diff()
		w.carryOut(p)
		second := w.diff()
		for _, c := range second.Changes {
			if c.Op != plan.Delete && (!joins(c) || p.Count(plan.Rename)+p.Count(plan.Delete) == 0) {
				t.Fatalf("after %q a second plan has %s", lines(p), c.Key)
			}
		}
		w.carryOut(second)
		third := w.diff()
		if second.Count(plan.Delete) > 0 { // whoever has the address of an account that was deleted gets one
			for _, c := range third.Changes {
				if !joins(c) {
					t.Fatalf("after %q and %q a third plan has %s", lines(p), lines(second), c.Key)
				}
			}
			w.carryOut(third)
			third = w.diff()
		}
		if l := third.Learned; len(third.Changes)+len(l.Leaving)+len(l.Links)+len(l.Lost)+len(l.Causes)+len(l.Returned) > 0 {
			t.Fatalf("after %q and %q a third plan has %q, and learns %+v", lines(p), lines(second), lines(third), l)
		}
	})
}

// joins says whether a change is of somebody who gets an account.
func joins(c plan.Change) bool {
	return c.Op == plan.CreateAccount || c.Op == plan.CreateFolder || c.Op == plan.Grant && c.Account == ""
}

// TestP02_NothingEndsOnWhatIsNotKnown: whatever is in doubt about a person, a rule, a folder or
// an account, what they have stays.
func TestP02_NothingEndsOnWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawLife(t)
		unread := rapid.SampledFrom([]string{"", "f1", "f2"}).Draw(t, "unread")
		w.unread(unread)
		w.state.Of.Fresh = rapid.Bool().Draw(t, "fresh")
		if rapid.Bool().Draw(t, "nothing remembered") {
			w.memory = plan.NewMemory()
		}
		for _, c := range w.diff().Changes {
			w.doubt(t, c)
		}
	})
}

// doubt fails if a change narrows what it must not.
func (w *world) doubt(t *rapid.T, c plan.Change) {
	var v access.Verdict
	for i := range w.verdicts {
		if w.verdicts[i].Person == c.Person {
			v = w.verdicts[i]
		}
	}
	ordered := w.memory.Leaving[c.Person].Exit == plan.ExitOffboarded
	o, ours := w.memory.Owned[plan.GrantKey{Account: c.Account, Folder: c.Folder}]
	link, linked := w.memory.Links[c.Person]
	switch c.Op {
	case plan.Suspend, plan.Lower, plan.Revoke, plan.Delete:
	default:
		return
	}
	role := c.Op == plan.Lower || c.Op == plan.Revoke
	mine := w.policy.Existing || linked && link.Created
	held := c.Exit == "" && len(v.Held) > 0 && len(o.Causes) > 0 && o.Causes[0].Rule == "a"
	switch {
	case !ordered && (v.Standing == access.Unknown || c.Exit == "" && (v.Standing != access.Active || v.Skipped != "")):
		t.Fatalf("%s, who is %s and skipped because %q", c.Key, v.Standing, v.Skipped)
	case held:
		t.Fatalf("%s, whose rule is held", c.Key)
	case role && (!ours || !w.looked(c.Folder) || rank[c.To] < rank[o.Floor]):
		t.Fatalf("%s from %q to %q: ours: %t, before us %q", c.Key, c.From, c.To, ours, o.Floor)
	case !role && !mine:
		t.Fatalf("%s of an account that is not ours", c.Key)
	case c.Op == plan.Delete && (!w.state.Of.Fresh || c.Retain == nil):
		t.Fatalf("%s without having looked, or without an heir", c.Key)
	case c.Exit != "" && c.Exit != plan.ExitOffboarded && len(w.policy.Leavers[c.Exit]) == 0:
		t.Fatalf("%s without a ladder", c.Key)
	}
}

func (w *world) looked(folder string) bool {
	for _, f := range w.state.Of.Folders {
		if f == folder {
			return true
		}
	}
	return false
}
