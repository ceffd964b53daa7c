package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// called changes the address that the directory has of the person who was added last.
func (w *world) called(address string) *world {
	w.verdicts[len(w.verdicts)-1].Email = email(address)
	return w
}

// moving is people with accounts of ours whose address is to become the other.
func moving(pairs ...[2]string) *world {
	w := climbing()
	for _, p := range pairs {
		w.created(p[0]).person(p[0]).called(p[1])
	}
	return w
}

// TestP10_AnAccountFollowsTheAddressOfItsPerson, one that has it already coming before.
func TestP10_AnAccountFollowsTheAddressOfItsPerson(t *testing.T) {
	t.Parallel()
	keeps := func(person, address, has, why string) string {
		return fmt.Sprintf("skipped %s@corp.example : the linked account has the address %s@corp.example on Kiteworks: nothing is given until both agree; %s 0", address, person, has+why)
	}
	const decide = " has that address: decide with `kw-onboarder link`, or give one of them another"
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"a new address", moving([2]string{"anna", "lang"}), []string{"rename lang@corp.example lang@corp.example from anna@corp.example"}},
		{"as it is", moving([2]string{"anna", "anna"}), nil},
		{"grants wait for it", func() *world {
			w := moving([2]string{"anna", "lang"})
			w.verdicts[0].Wishes = []access.Wish{wish("fin", "/Dep/Fin", "Viewer")}
			return w
		}(), []string{"rename lang@corp.example lang@corp.example from anna@corp.example", "grant lang@corp.example /Dep/Fin Viewer needs 1"}},
		{"an account that existed, where those are the people's", func() *world {
			w := climbing().link("anna", "u-anna").account("anna").person("anna").called("lang")
			w.policy.Existing = true
			return w
		}(), []string{"rename lang@corp.example lang@corp.example from anna@corp.example"}},
		{"an account that existed, where they are not", climbing().link("anna", "u-anna").account("anna").person("anna").called("lang"), []string{
			keeps("anna", "lang", "", "accounts.existing is ignore, so that it is not renamed"),
		}},
		{"a chain", moving([2]string{"a", "b"}, [2]string{"b", "c"}, [2]string{"c", "d"}), []string{
			"rename d@corp.example d@corp.example from c@corp.example",
			"rename c@corp.example c@corp.example from b@corp.example needs 1",
			"rename b@corp.example b@corp.example from a@corp.example needs 1",
		}},
		{"a swap", moving([2]string{"a", "b"}, [2]string{"b", "a"}), []string{
			"rename b@corp.example moving-u-a@corp.example from a@corp.example",
			"rename a@corp.example a@corp.example from b@corp.example needs 1",
			"rename b@corp.example b@corp.example from moving-u-a@corp.example needs 2",
		}},
		{"a circle of three, and one who waits for it", moving([2]string{"a", "b"}, [2]string{"b", "c"}, [2]string{"c", "a"}, [2]string{"d", "e"}, [2]string{"f", "d"}), []string{
			"rename b@corp.example moving-u-a@corp.example from a@corp.example",
			"rename a@corp.example a@corp.example from c@corp.example needs 1",
			"rename e@corp.example e@corp.example from d@corp.example",
			"rename c@corp.example c@corp.example from b@corp.example needs 1",
			"rename d@corp.example d@corp.example from f@corp.example needs 1",
			"rename b@corp.example b@corp.example from moving-u-a@corp.example needs 2",
		}},
		{"a stranger has it", moving([2]string{"anna", "lang"}).account("lang"), []string{keeps("anna", "lang", "account u-lang, which is live,", decide)}},
		{"a deleted account has it", moving([2]string{"anna", "lang"}).account("lang").status(access.Deleted), []string{keeps("anna", "lang", "account u-lang, which is deleted,", decide)}},
		{"a recycled address: the old account is a leaver's", func() *world {
			w := moving([2]string{"anna", "lang"}).created("lang", weSuspended).status(access.Suspended).left("lang", access.Gone)
			return w.since("lang", plan.ExitGone, day)
		}(), []string{
			keeps("anna", "lang", "account u-lang of dir:lang, which is suspended,", decide),
			"skipped lang@corp.example : gone in the directory; next: revoke on 2026-03-08 0",
		}},
		{"a newcomer with a recycled address gets no account of another's", climbing().created("lang").left("lang", access.Gone).since("lang", plan.ExitGone, day).person("new").called("lang"), []string{
			"suspend lang@corp.example",
			"skipped lang@corp.example : gone in the directory; next: revoke on 2026-03-08 0",
			"skipped lang@corp.example : the account of lang@corp.example belongs to another person of the directory, dir:lang 0",
		}},
		{"it is held by one who is offboarded, and keeps it", moving([2]string{"anna", "lang"}, [2]string{"lang", "other"}).since("lang", plan.ExitOffboarded, 0), []string{
			"suspend lang@corp.example",
			keeps("anna", "lang", "account u-lang of dir:lang, which is live,", decide),
			"skipped other@corp.example : offboarded by root (ticket 7); next: revoke on 2026-03-09 0",
		}},
		{"it is held by one of whom nothing is asked for", func() *world {
			w := moving([2]string{"anna", "lang"}, [2]string{"lang", "other"})
			w.verdicts[1].Account = false
			w.policy.Leavers = nil
			return w
		}(), []string{keeps("anna", "lang", "account u-lang of dir:lang, which is live,", decide)}},
		{"whoever has it cannot leave it", moving([2]string{"a", "b"}, [2]string{"b", "c"}).account("c"), []string{
			keeps("a", "b", "account u-b of dir:b, which is live, has that address, and keeps it: ", "account u-c, which is live,"+decide),
			keeps("b", "c", "account u-c, which is live,", decide),
		}},
		{"never touched, by the address that the account has", func() *world {
			w := moving([2]string{"ceo", "boss"})
			w.policy.Never = map[access.Email]string{email("ceo"): "listed in kiteworks.never_touch"}
			return w
		}(), []string{"skipped boss@corp.example : listed in kiteworks.never_touch 0"}},
		{"two people, of whom one is skipped for it", func() *world {
			w := moving([2]string{"anna", "lang"}, [2]string{"bert", "lang"})
			w.verdicts[1].Skipped = "the address is shared"
			return w
		}(), []string{"rename lang@corp.example lang@corp.example from anna@corp.example", "skipped lang@corp.example : the address is shared 0"}},
		{"suspended by us: switched on first", moving([2]string{"anna", "lang"}).suspendedByUs("anna"), []string{
			"unsuspend anna@corp.example", "rename lang@corp.example lang@corp.example from anna@corp.example",
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

func (w *world) suspendedByUs(name string) *world {
	w.relink(id(name), weSuspended)
	return w.status(access.Suspended)
}

// TestP10_AddressesCanBeExchangedInAnyWay: no account ever gets an address that another has,
// and in the end each has its own; also where a run has come to an end in between.
func TestP10_AddressesCanBeExchangedInAnyWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c", "d", "e", "f"}
		to := rapid.Permutation(names).Draw(t, "to")
		w := moving()
		for i, name := range names {
			if rapid.IntRange(0, 4).Draw(t, "elsewhere") == 0 {
				to[i] = "new-" + name
			}
			w.created(name).person(name).called(to[i])
		}
		first := w.diff()
		first.Changes = first.Changes[:rapid.IntRange(0, len(first.Changes)).Draw(t, "until")]
		w.carryOut(first)
		w.carryOut(w.diff())
		for _, a := range w.state.Accounts[1:] {
			if at := slices.Index(names, a.ID[len("u-"):]); a.Email != email(to[at]) {
				t.Fatalf("%s has the address %s, want %s", a.ID, a.Email, to[at])
			}
		}
		if got := lines(w.diff()); len(got) > 0 {
			t.Fatalf("then there is %q, want nothing", got)
		}
	})
}

// TestANameFollowsTheDirectory as long as it is the one that we gave.
func TestANameFollowsTheDirectory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                  string
		gave, has, is, unless string
		want                  []string
	}{
		{"a new name", "Anna Berg", "Anna Berg", "Anna Lang", "", []string{"set name anna@corp.example Anna Lang from Anna Berg"}},
		{"the same", "Anna Berg", "Anna Berg", "Anna Berg", "", nil},
		{"somebody else has changed it", "Anna Berg", "Anni", "Anna Lang", "", nil},
		{"it is not from us", "", "Anna Berg", "Anna Lang", "", nil},
		{"the directory has none", "Anna Berg", "Anna Berg", "", "", nil},
		{"it is of an account before", "Anna Berg", "Anna Berg", "Anna Lang", "u-old", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := climbing().created("anna", func(l *plan.Link) {
				l.Name = tt.gave
				if tt.unless != "" {
					l.Account, l.Deleted = tt.unless, true
				}
			}).person("anna")
			w.state.Accounts[1].Name, w.verdicts[0].Name = tt.has, tt.is
			if diff := cmp.Diff(tt.want, lines(w.diff())); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}
