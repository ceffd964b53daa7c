package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// story is a site in mode sync, with ladders, the budgets that a configuration has which names
// none, and a clock of its own. It begins when everybody has what the rules give.
type story struct {
	*site
	t      *testing.T
	now    time.Time
	people []ldapsim.Entry
	groups []ldapsim.Entry
	done   []deed

	actor *Actor // by the configuration of that hash
	hash  string
}

// deed is a change that was made, and when by the clock of the story.
type deed struct {
	change plan.Change
	at     time.Time
}

const (
	ladders = `leavers:
  - who: [disabled, expired, gone]
    steps:
      - {after: 0h, do: suspend}
      - {after: 7d, do: revoke}
      - {after: 90d, do: delete, data_to: manager, or_to: archive@corp.example}
`
	unmatchedToo = `  - who: [unmatched]
    steps:
      - {after: 0h, do: suspend}
      - {after: 0h, do: revoke}
`
	teamRule = `  - name: team
    when:
      group: team
    grants:
      - folder: /Departments/Team
        role: Viewer
        create: true
`
	archive = "archive@corp.example"
)

// begin is so many people of two departments, of whom the first so many are in the group team.
func begin(t *testing.T, people, inTeam int) *story {
	t.Helper()
	h := &story{site: newSite(t), t: t, now: time.Now().Truncate(time.Second)}
	for i := range people {
		h.people = append(h.people, h.employee(i))
	}
	h.team(inTeam)
	h.values["MODE"], h.values["rules:\n"] = "sync", ladders+"rules:\n"+teamRule
	h.configure(t)
	h.serve()
	if _, err := h.kiteworks.World().AddUser(userCalled(archive)); err != nil {
		t.Fatal(err)
	}
	if rep := h.run(); rep.Result() != kwsync.Done || h.accounts() != people+1 {
		t.Fatalf("the story begins %s, with %d accounts of %d people: %v", rep.Result(), h.accounts(), people, rep.Plan.Notes)
	}
	h.kiteworks.ClearHistory()
	h.done = nil
	h.pass(25 * time.Hour)
	return h
}

func (h *story) employee(i int) ldapsim.Entry {
	department := "Finance"
	if i%2 > 0 {
		department = "Legal"
	}
	return identified(staff(fmt.Sprintf("p%03d", i), department))
}

// identified gives an entry an id that stays when it is renamed.
func identified(e ldapsim.Entry) ldapsim.Entry {
	e.UUID = uuid.NewSHA1(uuid.NameSpaceX500, []byte(e.DN)).String()
	return e
}

// team puts the first so many people into the group; 0: it has no members.
func (h *story) team(n int) {
	var members []string
	for _, p := range h.people[:n] {
		members = append(members, p.DN)
	}
	h.groups = []ldapsim.Entry{identified(ldapsim.Entry{DN: "cn=team,ou=groups," + base, Attrs: map[string][]string{
		"objectClass": {"top", "groupOfNames"}, "cn": {"team"}, "member": members,
	}})}
}

// serve lets the directory say what the story has it say.
func (h *story) serve() { h.show(h.people...) }

// show lets it say that these are all the people.
func (h *story) show(people ...ldapsim.Entry) {
	h.t.Helper()
	entries := slices.Concat([]ldapsim.Entry{
		{DN: base, Attrs: map[string][]string{"objectClass": {"top", "dcObject", "organization"}, "dc": {"corp"}, "o": {"Corp"}}},
		{DN: "ou=people," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {"people"}}},
		{DN: "ou=groups," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {"groups"}}},
	}, people, h.groups)
	if err := h.company.Replace(entries); err != nil {
		h.t.Fatal(err)
	}
}

// set changes an attribute of a person; no value takes it away.
func (h *story) set(i int, attribute string, values ...string) {
	h.people[i].Attrs = maps.Clone(h.people[i].Attrs)
	h.people[i].Attrs[attribute] = values
}

func (h *story) pass(d time.Duration) { h.now = h.now.Add(d) }

// try makes a full run about everybody by the clock of the story.
func (h *story) try() (kwsync.Report, error) {
	h.t.Helper()
	return h.open().Run(h.t.Context(), kwsync.Trigger{Name: "full", Full: true}, "")
}

// open wires what runs, anew if the configuration is another.
func (h *story) open() *Actor {
	h.t.Helper()
	c, err := h.load()
	if err != nil {
		h.t.Fatal(err)
	}
	if h.actor != nil && h.hash == c.Hash {
		return h.actor
	}
	a, err := OpenActor(h.t.Context(), c, Settings{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = a.Close() })
	a.Runner.Now = func() time.Time { return h.now }
	a.Runner.Brakes = reckoned{a.Runner.Brakes, h}
	a.Settled = func(act kwsync.Act) {
		if act.Outcome.Result == plan.Done {
			h.done = append(h.done, deed{act.Change, h.now})
		}
	}
	h.actor, h.hash = a, c.Hash
	return a
}

// run is a run that comes through.
func (h *story) run() kwsync.Report {
	h.t.Helper()
	rep, err := h.try()
	if err != nil {
		h.t.Fatal(err)
	}
	return rep
}

// reckoned counts what the budgets have used by the clock of the story: the ledger knows when
// something was really done.
type reckoned struct {
	kwsync.Brakes
	story *story
}

func (r reckoned) Load(ctx context.Context, now time.Time) (guard.Usage, []guard.Hold, []guard.Failing, error) {
	u, holds, failing, err := r.Brakes.Load(ctx, now)
	for kind := range u.Used {
		u.Used[kind] = r.story.spent(kind)
	}
	return u, holds, failing, err
}

// spent is how many changes of a kind the last 24 hours have seen that nobody had approved.
func (h *story) spent(kind guard.Kind) (n int) {
	for _, d := range h.done {
		if guard.KindOf(d.change) == kind && !d.change.Approved && d.at.After(h.now.Add(-24*time.Hour)) && !d.at.After(h.now) {
			n++
		}
	}
	return n
}

// made are the operations of the changes that were made since the story began, and how often.
func (h *story) made() map[string]int {
	n := map[string]int{}
	for _, d := range h.done {
		n[d.change.Op.String()]++
	}
	return n
}

// world is what each account has, by address: what it is, and its roles.
func (h *story) world() map[string]string {
	w := h.kiteworks.World()
	seen := map[string]string{}
	for _, u := range w.Users() {
		if strings.HasPrefix(u.Email, "svc-") {
			continue // owns what it makes
		}
		state := "live"
		switch {
		case u.Deleted:
			state = "deleted"
		case u.Suspended:
			state = "suspended"
		}
		seen[u.Email] = state + " " + u.ID
	}
	for _, f := range w.Folders() {
		for _, m := range w.Members(f.ID) {
			if m.DirectRoleID != 0 && seen[m.Email] != "" {
				seen[m.Email] += fmt.Sprintf(" %s=%d", f.Path, m.DirectRoleID)
			}
		}
	}
	return seen
}

// same wants the world to be as it was.
func (h *story) same(before map[string]string) {
	h.t.Helper()
	if diff := cmp.Diff(before, h.world()); diff != "" {
		h.t.Errorf("Kiteworks (-before +after):\n%s", diff)
	}
}

// count is how many of the people have an account that begins as given, such as "suspended".
func (h *story) count(state string) (n int) {
	for email, said := range h.world() {
		if strings.HasPrefix(email, "p") && strings.HasPrefix(said, state) {
			n++
		}
	}
	return n
}

// told wants a note or a reason of the run to say something (promise P11).
func (h *story) told(rep kwsync.Report, part string) {
	h.t.Helper()
	var all []string
	for _, n := range rep.Plan.Notes {
		all = append(all, n.Why)
	}
	for _, w := range rep.Withheld {
		all = append(all, w.Why)
	}
	for _, p := range rep.Parked {
		all = append(all, p.Why)
	}
	slices.Sort(all)
	if all = slices.Compact(all); !strings.Contains(strings.Join(all, "\n"), part) {
		h.t.Errorf("nothing says %q: %q (%s; %d people, %v)", part, all, rep.Result(), rep.People, rep.Directory)
	}
}
