package kiteworks_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

var (
	seeds   = flag.Int("seeds", 40, "how many seeds of faults the story is told with")
	oneSeed = flag.Uint64("seed", 0, "tell the story with this seed only")
)

const persons = 12 // people in the story

// told is a story in a populated tenant, and what it left behind.
func told(t *testing.T, server func(*kwsim.Options), client func(*kiteworks.Options)) (s *site, left string, err error) {
	t.Helper()
	s = start(t, server)
	s.population()
	tenant := s.tenant(client)
	kiteworks.Hurry(tenant)
	story := &telling{t: t, tenant: tenant, verdicts: verdicts(persons, "/Departments")}
	err = story.tell()
	return s, s.members(), err
}

// withoutDrift leaves out the rows that the simulator itself adds between pages.
func withoutDrift(left string) string {
	lines := slices.DeleteFunc(strings.Split(left, "\n"), func(l string) bool { return strings.Contains(l, "drift-") })
	return strings.Join(lines, "\n")
}

func usual(*kwsim.Options)        {}
func ordinary(*kiteworks.Options) {}

// refused are the settings under which the story cannot end as usual, and a part
// of the reason that must be given.
var refused = map[string]string{
	"member_fields=emails":     "userIds",
	"assertion_audience=array": "invalid_grant",
	"recipient_email=refuse":   "ERR_ENTITY_EXISTS",
	"api_license=token":        "check that the licence of Kiteworks has the API",
	"api_license=calls":        "the licence of Kiteworks must have the API",
	"user_management=off":      "an administrator's role with User Management",
}

// TestEachSwitchBothWays tells the story with every setting of every switch: the
// same is left behind, or the reason is clear.
func TestEachSwitchBothWays(t *testing.T) {
	t.Parallel()
	_, want, err := told(t, usual, ordinary)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, sw := range kwsim.Switches() {
		for _, setting := range sw.Settings {
			name := fmt.Sprintf("%s=%s", sw.Name, setting)
			known[name] = true
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				set := func(o *kwsim.Options) {
					if err := o.Behaviour.Set(sw.Name, setting); err != nil {
						t.Fatal(err)
					}
				}
				_, got, err := told(t, set, ordinary)
				reason, expected := refused[name]
				switch {
				case expected && (err == nil || !strings.Contains(err.Error(), reason)):
					t.Errorf("got error %v, want %q in it", err, reason)
				case !expected && err != nil:
					t.Error(err)
				case !expected && got != want:
					t.Errorf("left behind (-want +got):\n%s", cmp.Diff(want, got))
				}
			})
		}
	}
	for name := range refused {
		if !known[name] {
			t.Errorf("%s is expected to be refused, and is no setting of any switch", name)
		}
	}
}

// TestAServerThatTakesAddressesOnly needs the client's own switch.
func TestAServerThatTakesAddressesOnly(t *testing.T) {
	t.Parallel()
	_, want, err := told(t, usual, ordinary)
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := told(t,
		func(o *kwsim.Options) { o.Behaviour.MemberFields = "emails" },
		func(o *kiteworks.Options) { o.MembersByEmail = true })
	if err != nil || got != want {
		t.Errorf("got error %v, left behind (-want +got):\n%s", err, cmp.Diff(want, got))
	}
}

// TestP08_TheStoryEndsTheSameWhateverHappens tells the story with faults of many
// seeds: resets before and after the effect, storms of 429, 5xx, truncated
// bodies, tokens that expire, lists that change. Nothing is there twice, nothing
// is missing, and what strangers hold is untouched.
func TestP08_TheStoryEndsTheSameWhateverHappens(t *testing.T) {
	t.Parallel()
	_, want, err := told(t, usual, ordinary)
	if err != nil {
		t.Fatal(err)
	}
	first, last := uint64(1), uint64(*seeds)
	if *oneSeed != 0 {
		first, last = *oneSeed, *oneSeed
	}
	t.Logf("seeds %d to %d; -seed N tells one of them again", first, last)
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			_, got, err := told(t, func(o *kwsim.Options) { o.Faults = kwsim.Chaos(seed) }, ordinary)
			if err != nil {
				t.Fatal(err)
			}
			if got := withoutDrift(got); got != want {
				t.Errorf("left behind (-want +got):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

// TestEachFaultByItself tells the story with one kind of fault at a time, often.
func TestEachFaultByItself(t *testing.T) {
	t.Parallel()
	_, want, err := told(t, usual, ordinary)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kwsim.FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			fault := kwsim.Fault{Operation: "*", Kind: kind, Probability: 0.3, Until: 2}
			s, got, err := told(t, func(o *kwsim.Options) { o.Faults = kwsim.Faults{Seed: 1, Rules: []kwsim.Fault{fault}} }, ordinary)
			if err != nil {
				t.Fatal(err)
			}
			if got := withoutDrift(got); got != want {
				t.Errorf("left behind (-want +got):\n%s", cmp.Diff(want, got))
			}
			struck := 0
			for _, e := range s.History() {
				if e.Fault == kind {
					struck++
				}
			}
			if struck == 0 && kind != kwsim.RowAdded && kind != kwsim.RowRemoved { // the lists fit one page
				t.Error("the fault never struck")
			}
		})
	}
}
