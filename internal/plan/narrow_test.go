package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// by says which rules gave a role of ours.
func by(rules ...string) func(*access.Owned) {
	return func(o *access.Owned) {
		o.Causes = nil
		for _, r := range rules {
			o.Causes = append(o.Causes, access.Cause{Rule: r})
		}
	}
}

func floor(role string) func(*access.Owned) { return func(o *access.Owned) { o.Floor = role } }

// mover is anna, who has an account of ours and for whom these wishes are all there is.
func mover(wishes ...access.Wish) *world { return climbing().created("anna").person("anna", wishes...) }

// with changes the verdict of the person who was added last.
func (w *world) with(change func(*access.Verdict)) *world {
	change(&w.verdicts[len(w.verdicts)-1])
	return w
}

func holding(rule string) func(*access.Verdict) {
	return func(v *access.Verdict) { v.Held = append(v.Held, access.Held{Rule: rule, Common: true}) }
}

// TestP03_WhatNobodyAsksForEnds, if it is ours, certain, and no further than to what was
// there before us.
func TestP03_WhatNobodyAsksForEnds(t *testing.T) {
	t.Parallel()
	fin := func(role string) access.Wish { return wish("fin", "/Dep/Fin", role) }
	stays := func(why string) []string {
		return []string{"held anna@corp.example fin: what we gave on /Dep/Fin stays: " + why + " 0"}
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"nobody asks for it", mover().given("anna", "Viewer"), []string{revokeAnna}},
		{"another department", mover(wish("legal", "/Dep/Legal", "Viewer")).given("anna", "Viewer"), []string{"grant anna@corp.example /Dep/Legal Viewer", revokeAnna}},
		{"less is asked for", mover(fin("Viewer")).given("anna", "Manager"), []string{"lower anna@corp.example /Dep/Fin Viewer from Manager"}},
		{"less is asked for than was there before us", mover(fin("Viewer")).given("anna", "Manager", floor("Collaborator")), []string{"lower anna@corp.example /Dep/Fin Collaborator from Manager"}},
		{"before us there was less", mover().given("anna", "Manager", floor("Viewer")), []string{"lower anna@corp.example /Dep/Fin Viewer from Manager"}},
		{"before us there was as much", mover().given("anna", "Viewer", floor("Viewer")), nil},
		{"before us there was a role of which no rank is known", mover(fin("Viewer")).given("anna", "Manager", floor("Editor")), stays("before us there was Editor, whose rank the server does not give")},
		{"before us there was more, as the server ranks by now", mover().given("anna", "Viewer", floor("Manager")), stays("Manager is not known to be less than Viewer")},
		{"a human gave it", mover().grant("anna", "f1", "Viewer"), nil},
		{"a human has raised it", mover().given("anna", "Viewer").from(func(g *access.Grant) { g.Role = "Manager" }), []string{
			"drift anna@corp.example fin: had Viewer on /Dep/Fin from us: made Manager by somebody else 0",
		}},
		{"a human has raised it, as far as was last known", mover().given("anna", "Viewer").from(func(g *access.Grant) { g.Role = "Manager" }).known(), nil},
		{"as far as was last known", mover().given("anna", "Viewer").known(), []string{revokeAnna}},
		{"it is not there, as far as was last known", mover().ours("anna", "f1", "Viewer").known(), nil},
		{"known to be lost", mover().given("anna", "Viewer", lost("removed by somebody else")), nil},
		{"the folder was not read", mover().given("anna", "Viewer").unread("f1"), nil},
		{"the account is not there", mover().ours("anna", "f2", "Viewer", func(o *access.Owned) { o.Account = "u-gone" }), nil},
		{"the account is another person's by now", mover().account("bert").link("bert", "u-bert").grant("bert", "f1", "Viewer").
			ours("anna", "f1", "Viewer", func(o *access.Owned) { o.Account = "u-bert" }), nil},
		{"the account was hers, and is nobody's by now", relinked(), []string{"revoke bert@corp.example /Dep/Fin from Viewer"}},
		{"the account was hers, and whose it is a plan for some people does not know", func() *world {
			w := relinked()
			w.policy.Rivals = plan.Rivals{}
			return w
		}(), nil},
		{"somebody of whom nothing was decided", climbing().created("anna").given("anna", "Viewer"), nil},
		{"a stronger role from above hides it", mover().given("anna", "Viewer").from(above), stays("Viewer comes from a folder above, and has to end there first")},
		{"nobody knows where it comes from", mover().given("anna", "Viewer").from(unknown), stays("Viewer may come from a folder above, and Kiteworks does not say from which")},
		{"an administrator by now", func() *world {
			w := mover().with(unasking).given("anna", "Viewer")
			w.state.Accounts[1].Kind = access.Admin
			return w
		}(), stays("the account of anna@corp.example has the kind administrator, which is never touched")},
		{"never touched", func() *world {
			w := mover().with(unasking).given("anna", "Viewer")
			w.policy.Never = map[access.Email]string{email("anna"): "listed in kiteworks.never_touch"}
			return w
		}(), stays("listed in kiteworks.never_touch")},
		{"never touched, by the address that the account has", func() *world {
			w := mover().with(unasking).called("lang").given("anna", "Viewer")
			w.policy.Never = map[access.Email]string{email("anna"): "listed in kiteworks.never_touch"}
			return w
		}(), []string{"held lang@corp.example fin: what we gave on /Dep/Fin stays: listed in kiteworks.never_touch 0"}},
		{"suspended by somebody else", mover().with(unasking).status(access.Suspended).given("anna", "Viewer"), []string{revokeAnna}},
		{"deleted by somebody else", mover().with(unasking).status(access.Deleted).given("anna", "Viewer"), nil},
		{"nobody says that she is employed", mover().with(func(v *access.Verdict) { v.Standing = 0 }).given("anna", "Viewer"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, lines(tt.world.diff())); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

// relinked is anna, who has a role of ours on the account u-bert, which was hers before.
func relinked() *world {
	return mover().account("bert").grant("bert", "f1", "Viewer").ours("anna", "f1", "Viewer", func(o *access.Owned) { o.Account = "u-bert" })
}

// unasking is that no rule applies; whoever has a ladder for that is a leaver, unless a date
// may bring one back.
func unasking(v *access.Verdict) { v.Account, v.Causes, v.Next = false, nil, monday.Add(day) }

// known makes a state the last known one.
func (w *world) known() *world {
	w.state.Of.Fresh = false
	return w
}

// unread takes a folder from what was looked at.
func (w *world) unread(folder string) *world {
	var folders []string
	for _, f := range w.state.Of.Folders {
		if f != folder {
			folders = append(folders, f)
		}
	}
	w.state.Of.Folders = folders
	return w
}

// TestP02_WhatIsNotDecidedStays: what a rule gave that is held or blocked for a person, and
// all of one who is held as a whole; the rest of what nobody asks for ends.
func TestP02_WhatIsNotDecidedStays(t *testing.T) {
	t.Parallel()
	revokeLegal := "revoke anna@corp.example /Dep/Legal from Viewer"
	both := func(change func(*access.Verdict), wishes ...access.Wish) *world {
		return mover(wishes...).with(change).given("anna", "Viewer", by("fin")).grant("anna", "f2", "Viewer").ours("anna", "f2", "Viewer", by("legal"))
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"nothing is held", both(func(*access.Verdict) {}), []string{revokeAnna, revokeLegal}},
		{"the rule that gave it is held", both(holding("fin")), []string{revokeLegal}},
		{"a rule that did not give it is held", both(holding("other")), []string{revokeAnna, revokeLegal}},
		{"both are held", both(func(v *access.Verdict) { holding("fin")(v); holding("legal")(v) }), nil},
		{"one of two rules that gave it is held", mover().with(holding("b")).given("anna", "Viewer", by("a", "b")), nil},
		{"the person as a whole", both(func(v *access.Verdict) { v.Held = []access.Held{{Why: "no e-mail address"}} }), []string{"held anna@corp.example : no e-mail address 0"}},
		{"skipped", both(func(v *access.Verdict) { v.Skipped = "the address is shared" }), []string{skipped("the address is shared")}},
		{"the rule cannot be carried out", both(func(*access.Verdict) {}, wish("fin", "/Dep/Nowhere", "Viewer")), []string{
			revokeLegal, "blocked fin: folder /Dep/Nowhere does not exist for folders@corp.example: make it, or write create: true 1",
		}},
		{"the folder that the rule asks for now was not read", both(func(*access.Verdict) {}, wish("fin", "/Dep", "Viewer")).unread("f0"), []string{
			revokeLegal, "held anna@corp.example fin: the members of /Dep were not read 0",
		}},
		{"nobody knows which rule gave it", mover().with(holding("other")).given("anna", "Viewer", by()), nil},
		{"nobody knows which rule gave it, and all are decided", mover().given("anna", "Viewer", by()), []string{revokeAnna}},
		{"less is asked for by one rule, the other is held", mover(wish("b", "/Dep/Fin", "Viewer")).with(holding("a")).given("anna", "Manager", by("a")), nil},
		{"somebody whose account is not the one", mover(wish("fin", "/Dep/Legal", "Viewer")).with(func(v *access.Verdict) { v.Email = email("lang") }).account("lang").given("anna", "Viewer"), []string{
			"skipped lang@corp.example : the linked account has the address anna@corp.example on Kiteworks: nothing is given until both agree; " +
				"account u-lang, which is live, has that address: decide with `kw-onboarder link`, or give one of them another 0",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, lines(tt.world.diff())); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

// TestARuleThatIsHeldIsNotForgotten: where another rule asks for the same, that the first gave
// it is remembered until it is decided.
func TestARuleThatIsHeldIsNotForgotten(t *testing.T) {
	t.Parallel()
	key := plan.GrantKey{Account: "u-anna", Folder: "f1"}
	w := mover(wish("b", "/Dep/Fin", "Viewer")).with(holding("a")).given("anna", "Viewer", by("a"))
	w.carryOut(w.diff())
	if diff := cmp.Diff([]access.Cause{{Rule: "b"}, {Rule: "a"}}, w.memory.Owned[key].Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	w.verdicts[0].Wishes = nil
	if got := lines(w.diff()); len(got) > 0 {
		t.Errorf("got %q, want nothing: a is held", got)
	}
	w.verdicts[0].Held = nil
	if diff := cmp.Diff([]string{revokeAnna}, lines(w.diff())); diff != "" {
		t.Errorf("once it is decided (-want +got):\n%s", diff)
	}
}

// TestDatesThatWereWrittenDownAreNoSurprise: what ends by them alone is said to have expired.
func TestDatesThatWereWrittenDownAreNoSurprise(t *testing.T) {
	t.Parallel()
	lapsedOn := func(path string, rules ...string) func(*access.Verdict) {
		return func(v *access.Verdict) {
			for _, rule := range rules {
				v.Lapsed = append(v.Lapsed, wish(rule, path, "Viewer"))
			}
		}
	}
	lapsed := func(rules ...string) func(*access.Verdict) { return lapsedOn("/Dep/Fin", rules...) }
	tests := []struct {
		name  string
		world *world
		want  bool
	}{
		{"no date", mover().given("anna", "Viewer", by("a")), false},
		{"the date of its rule", mover().with(lapsed("a")).given("anna", "Viewer", by("a")), true},
		{"the date of its rule, on another folder", mover().with(lapsedOn("/Dep/Legal", "a")).given("anna", "Viewer", by("a")), false},
		{"the date of another rule", mover().with(lapsed("b")).given("anna", "Viewer", by("a")), false},
		{"the dates of both its rules", mover().with(lapsed("a", "b")).given("anna", "Viewer", by("a", "b")), true},
		{"the date of one of its rules, the other does not apply any more", mover().with(lapsed("a")).given("anna", "Viewer", by("a", "b")), false},
		{"the date of one of its rules, the other asks for less", mover(wish("b", "/Dep/Fin", "Viewer")).with(lapsed("a")).given("anna", "Manager", by("a", "b")), true},
		{"its rule asks for less now", mover(wish("a", "/Dep/Fin", "Viewer")).given("anna", "Manager", by("a")), false},
		{"nobody knows which rule gave it", mover().with(lapsed("a")).given("anna", "Viewer", by()), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if len(p.Changes) != 1 || p.Changes[0].Expired != tt.want {
				t.Errorf("got %+v, want one change that has expired: %t", p.Changes, tt.want)
			}
		})
	}
}

// TestWhatIsBelowIsGivenAnew: where a role of ours ends that reaches down to what is asked
// for, that is given there, after it; and only there.
func TestWhatIsBelowIsGivenAnew(t *testing.T) {
	t.Parallel()
	below := func(wishes ...access.Wish) *world {
		w := inheriting()
		w.now = monday
		w.created("anna").person("anna", wishes...).grant("anna", "f0", "Manager").ours("anna", "f0", "Manager", by("dep"))
		for _, f := range []string{"f1", "f2"} {
			w.grant("anna", f, "Manager").from(above)
		}
		return w
	}
	deep := func(w *world, origin string) *world {
		w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: "f3", Parent: "f1", As: as, Path: "/Dep/Fin/Tax", Inherits: true})
		w.state.Of.Folders = append(w.state.Of.Folders, "f3")
		return w.grant("anna", "f3", "Manager").from(func(g *access.Grant) { g.Origin = origin })
	}
	fin, tax := wish("fin", "/Dep/Fin", "Viewer"), wish("tax", "/Dep/Fin/Tax", "Viewer")
	const (
		revokeDep = "revoke anna@corp.example /Dep from Manager"
		grantFin  = "grant anna@corp.example /Dep/Fin Viewer needs 1"
	)
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"nothing is asked for below", below(), []string{revokeDep}},
		{"something is", below(fin), []string{revokeDep, grantFin}},
		{"as much remains above", below(wish("dep", "/Dep", "Viewer"), fin), []string{"lower anna@corp.example /Dep Viewer from Manager"}},
		{"less remains above", below(wish("dep", "/Dep", "Viewer"), wish("fin", "/Dep/Fin", "Collaborator")), []string{
			"lower anna@corp.example /Dep Viewer from Manager", "grant anna@corp.example /Dep/Fin Collaborator needs 1",
		}},
		{"what was there before us remains above", below(fin).ours("anna", "f0", "Manager", by("dep"), floor("Collaborator")), []string{"lower anna@corp.example /Dep Collaborator from Manager"}},
		{"we gave it there too, and it comes to light", below(fin).ours("anna", "f1", "Viewer", by("fin")), []string{revokeDep}},
		{"we gave less there", below(wish("fin", "/Dep/Fin", "Collaborator")).ours("anna", "f1", "Viewer", by("fin")), []string{revokeDep, "raise anna@corp.example /Dep/Fin Collaborator from Viewer needs 1"}},
		{"the one above stays, since its rule is held", below(fin).with(holding("dep")), nil},
		{"the one above is a human's", func() *world {
			w := below(fin)
			clear(w.memory.Owned)
			return w
		}(), nil},
		{"what is given anew reaches further down", deep(below(fin, tax), "f0"), []string{revokeDep, grantFin}},
		{"what reaches further down comes to light", deep(below(fin, tax), "f0").ours("anna", "f1", "Viewer", by("fin")), []string{revokeDep}},
		{"two that are not below each other", below(fin, wish("legal", "/Dep/Legal", "Viewer")), []string{revokeDep, grantFin, "grant anna@corp.example /Dep/Legal Viewer needs 1"}},
		{"of one who has left nothing is", func() *world {
			w := below(fin).since("anna", plan.ExitOffboarded, 8*day)
			w.policy.Leavers = map[plan.Exit]plan.Ladder{plan.ExitDisabled: {{Do: plan.Revoke}}}
			return w
		}(), []string{suspendAnna, revokeDep}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			for _, c := range p.Changes {
				if (c.Op == plan.Grant || c.Op == plan.Raise) && (!c.Late || c.Needs[0] != p.Changes[0].Key) {
					t.Errorf("%s comes late: %t, and needs %v, want %s", c.Key, c.Late, c.Needs, p.Changes[0].Key)
				}
			}
		})
	}
}

// TestADeletedFolderHoldsOnlyItself: a rule asks for a folder that somebody has deleted. It is
// known which that was, so that what else the rule gave ends; where nothing says which folder
// is meant, all that it gave stays.
func TestADeletedFolderHoldsOnlyItself(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pinned string
		want   []string
	}{
		"it was there once":  {"f-deleted", []string{revokeAnna}},
		"it was never there": {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mover(wish("fin", "/Dep/Gone", "Viewer")).given("anna", "Viewer", by("fin"))
			if test.pinned != "" {
				w.memory.Folders[access.Place{As: as, Path: "/Dep/Gone"}] = test.pinned
			}
			p := w.diff()
			var got []string
			for _, line := range lines(p) {
				if !strings.HasPrefix(line, "blocked") {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" || len(p.Notes) != 1 {
				t.Errorf("%d notes, plan (-want +got):\n%s", len(p.Notes), diff)
			}
		})
	}
}
