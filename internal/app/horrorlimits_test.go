package app

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// TestHorror_ADryRunThatWrites (Zammad; Keycloak, OpenShift and others for what it says): a plan
// with a leaver, a mover and a joiner sends nothing that writes, and names each change.
func TestHorror_ADryRunThatWrites(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.set(1, "department", "Audit")
	h.people = append(h.people[1:], h.employee(6))
	h.serve()
	c, err := h.load()
	if err != nil {
		t.Fatal(err)
	}
	p, closePlanner, err := OpenPlanner(t.Context(), c, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closePlanner() }()
	rep, err := p.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who := map[string]bool{}
	for _, c := range rep.Plan.Changes {
		who[c.Op.String()+" "+string(c.Email)] = true
	}
	for _, want := range []string{"suspend p000@corp.example", "revoke p001@corp.example", "create account p006@corp.example"} {
		if !who[want] {
			t.Errorf("the plan does not name %q: %v", want, slices.Sorted(maps.Keys(who)))
		}
	}
	for _, e := range h.kiteworks.History() {
		if e.Write || e.Method != http.MethodGet && !strings.Contains(e.URLPath, "oauth") {
			t.Errorf("the plan sent %s %s", e.Method, e.URLPath)
		}
	}
	h.same(before)
}

// TestHorror_TheBreakerStopsEverything (Firezone, GCDS, Okta): it stood in the way of real work, so
// that it was set wide. Here what is too much waits by itself, and the rest of the run goes on.
func TestHorror_TheBreakerStopsEverything(t *testing.T) {
	t.Parallel()
	h := begin(t, 20, 10)
	h.set(19, "department", "Audit") // was in Legal
	h.people = append(h.people[8:], h.employee(20))
	h.serve()
	rep := h.run()
	h.told(rep, "8 changes at once, and budget suspend has 5 left of 5")
	want := map[string]int{"create account": 1, "create folder": 1, "grant": 2, "revoke": 1}
	if diff := cmp.Diff(want, h.made()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
}

// TestHorror_TheBrakeIsTakenOffAndForgotten (Entra Connect, SailPoint): to let one good run pass
// the limit was taken away, and was not there when it was needed. Here that run is approved.
func TestHorror_TheBrakeIsTakenOffAndForgotten(t *testing.T) {
	t.Parallel()
	h := begin(t, 30, 10)
	h.show(h.people[8:]...)
	h.run()
	c, err := h.load()
	if err != nil {
		t.Fatal(err)
	}
	items, err := Parked(t.Context(), c)
	if err != nil || len(items) != 1 {
		t.Fatalf("parked: %v, %v; want one item", items, err)
	}
	if _, _, err := Approve(t.Context(), c, items[0].ID, "a department was sold"); err != nil {
		t.Fatal(err)
	}
	h.run()
	if got := h.count("suspended"); got != 8 {
		t.Errorf("%d are suspended, want the 8 who were approved", got)
	}
	h.show(h.people[20:]...)
	h.told(h.run(), "12 changes at once, and budget suspend has 5 left of 5")
	if got := h.count("suspended"); got != 8 {
		t.Errorf("%d are suspended, want no more than were approved", got)
	}
}

// TestHorror_OldLeaversAreCountedForEver (UST): they stood at Kiteworks, and filled the limit
// until it was raised. Here who is dealt with is not counted again.
func TestHorror_OldLeaversAreCountedForEver(t *testing.T) {
	t.Parallel()
	h := begin(t, 20, 20)
	for day := range 3 {
		h.show(h.people[5*(day+1):]...)
		h.run()
		if got, want := h.count("suspended"), 5*(day+1); got != want {
			t.Errorf("day %d: %d are suspended, want %d", day+1, got, want)
		}
		h.pass(25 * time.Hour)
	}
}

// TestHorror_TheSameUserIsUpdatedForEver (UST, Moodle): each run set the letter case of an address
// that the other side did not keep.
func TestHorror_TheSameUserIsUpdatedForEver(t *testing.T) {
	t.Parallel()
	h := begin(t, 4, 2)
	h.set(0, "mail", "P000@Corp.Example")
	h.people = append(h.people, h.employee(4))
	h.set(4, "mail", "Five.NEW@CORP.example")
	h.serve()
	h.run()
	if diff := cmp.Diff(map[string]int{"create account": 1, "grant": 1}, h.made()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	if rep := h.run(); len(rep.Plan.Changes) > 0 {
		t.Errorf("again: %v, want nothing", rep.Plan.Changes)
	}
}

// TestHorror_ThrottledAndAborted (ssosync, UST): 429, then 409, then the run ended half done; or the
// token ended in the middle. Here everybody is served.
func TestHorror_ThrottledAndAborted(t *testing.T) {
	t.Parallel()
	h := begin(t, 12, 6)
	h.set(11, "department", "Finance")
	h.people = append(h.people[3:], h.employee(12), h.employee(13))
	h.serve()
	err := h.kiteworks.SetFaults(kwsim.Faults{Seed: 1, Rules: []kwsim.Fault{
		{Operation: "*", Kind: kwsim.Throttle, Every: 7}, {Operation: "*", Kind: kwsim.ExpireToken, Every: 11},
	}})
	if err != nil {
		t.Fatal(err)
	}
	rep := h.run()
	if rep.Result() != kwsync.Done || len(rep.Unfinished()) > 0 {
		t.Errorf("the run ended %s, unfinished %v; want done", rep.Result(), rep.Unfinished())
	}
	if err := h.kiteworks.SetFaults(kwsim.Faults{}); err != nil {
		t.Fatal(err)
	}
	if rep := h.run(); len(rep.Plan.Changes) > 0 {
		t.Errorf("again: %v, want nothing", rep.Plan.Changes)
	}
}

// TestHorror_SeatsRunOutInSilence (Bitwarden, Rocket.Chat, UST): the rest of the joiners were
// dropped without a word. Here who waits is told, and the others are served.
func TestHorror_SeatsRunOutInSilence(t *testing.T) {
	t.Parallel()
	h := begin(t, 4, 2)
	taken := 0
	for _, u := range h.kiteworks.World().Users() {
		if !u.Recipient && !u.Deleted {
			taken++
		}
	}
	h.configure(t, "  existing: link", "  existing: link\n  seats: "+strconv.Itoa(taken+1))
	h.people = append(h.people, h.employee(4), h.employee(5))
	h.set(0, "department", "Audit")
	h.serve()
	rep := h.run()
	h.told(rep, "no seat is left")
	want := map[string]int{"create account": 1, "create folder": 1, "grant": 2, "revoke": 1}
	if diff := cmp.Diff(want, h.made()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
}

// TestHorror_LeaversStay (Zammad, authentik, Nextcloud and others): who was gone from the directory
// kept the account and all access. Here the ladder is climbed to its end.
func TestHorror_LeaversStay(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	h.set(0, "manager", h.people[1].DN)
	h.serve()
	h.run()
	h.show(h.people[1:]...)
	const who = "p000@corp.example"
	for _, step := range []struct {
		after time.Duration
		want  string
		roles bool
	}{
		{0, "suspended", true},
		{6 * day, "suspended", true},
		{day, "suspended", false},
		{82 * day, "suspended", false},
		{day, "deleted", false},
	} {
		for left := step.after; left > 0; left -= 7 * day {
			h.pass(min(left, 7*day))
			h.run()
		}
		h.run()
		got := h.world()[who]
		if !strings.HasPrefix(got, step.want) || strings.Contains(got, "/Departments/") != step.roles {
			t.Errorf("after %s more: %q, want %s, with roles: %v", step.after, got, step.want, step.roles)
		}
	}
	if to := h.done[len(h.done)-1].change.To; to != "p001@corp.example" {
		t.Errorf("the data went to %q, want the manager", to)
	}
}

// TestHorror_ARemovedRuleLeavesOrphans (external-dns): what a filter had given stayed for ever when
// the filter was taken away. Here its end waits for a look, and then comes.
func TestHorror_ARemovedRuleLeavesOrphans(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.configure(t, "rules:\n", ladders+"rules:\n")
	h.told(h.run(), "rule team has changed since it gave this, or is gone")
	h.same(before)
	c, err := h.load()
	if err != nil {
		t.Fatal(err)
	}
	items, err := Parked(t.Context(), c)
	if err != nil || len(items) != 1 {
		t.Fatalf("parked: %v, %v; want one item", items, err)
	}
	if _, _, err := Approve(t.Context(), c, items[0].ID, "the team is no more"); err != nil {
		t.Fatal(err)
	}
	h.run()
	if diff := cmp.Diff(map[string]int{"revoke": 3}, h.made()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
}
