package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const as = "folders@corp.example"

// world is one comparison in the making.
type world struct {
	verdicts []access.Verdict
	catalog  access.Catalog
	state    access.State
	memory   plan.Memory
	policy   plan.Policy
	now      time.Time
}

// base is a tenant with roles, profiles and the folders /Dep, /Dep/Fin and
// /Dep/Legal, all observed, and nobody in it.
func base() *world {
	return &world{
		catalog: access.Catalog{
			Roles:    []access.Role{{ID: "3", Name: "Collaborator", Rank: 5}, {ID: "4", Name: "Manager", Rank: 7}, {ID: "6", Name: "Viewer", Rank: 1}},
			Profiles: []access.Profile{{ID: "1", Name: "Standard"}},
			Folders: []access.Folder{
				{ID: "f0", As: as, Path: "/Dep"}, {ID: "f1", Parent: "f0", As: as, Path: "/Dep/Fin"}, {ID: "f2", Parent: "f0", As: as, Path: "/Dep/Legal"},
			},
		},
		state:  access.State{Of: access.Scope{Accounts: true, Folders: []string{"f0", "f1", "f2"}, Fresh: true}},
		memory: plan.NewMemory(),
	}
}

// inheriting is base, where members of /Dep reach what is below.
func inheriting() *world {
	w := base()
	for i := range w.catalog.Folders {
		w.catalog.Folders[i].Inherits = true
	}
	return w
}

func id(name string) access.PersonID { return access.PersonID{Source: "dir", ID: name} }

func email(name string) access.Email { return access.Email(name + "@corp.example") }

func wish(rule, path, role string) access.Wish {
	return access.Wish{Place: access.Place{As: as, Path: access.Path(path)}, Role: role, Cause: access.Cause{Rule: rule}}
}

func creating(w access.Wish) access.Wish {
	w.Create = true
	return w
}

// person adds a person who should have an account, and the wishes.
func (w *world) person(name string, wishes ...access.Wish) *world {
	w.verdicts = append(w.verdicts, access.Verdict{
		Person: id(name), Email: email(name), Name: name, Account: true, Profile: "Standard", Standing: access.Active,
		Causes: []access.Cause{{Rule: "staff"}}, Wishes: wishes,
	})
	return w
}

// account adds an ordinary account of that name, its id is "u-" and the name.
func (w *world) account(name string, change ...func(*access.Account)) *world {
	a := access.Account{ID: "u-" + name, Email: email(name), Kind: access.User, Status: access.Live}
	for _, f := range change {
		f(&a)
	}
	w.state.Accounts = append(w.state.Accounts, a)
	return w
}

func (w *world) grant(name, folder, role string) *world {
	w.state.Grants = append(w.state.Grants, access.Grant{Account: "u-" + name, Folder: folder, Role: role})
	return w
}

func (w *world) link(name, account string) *world {
	w.memory.Links[id(name)] = plan.Link{Person: id(name), Account: account}
	return w
}

func (w *world) diff() plan.Plan {
	return plan.Diff(w.verdicts, &w.catalog, w.state, w.memory, w.policy, w.now)
}

// lines prints changes and notes, one a line.
func lines(p plan.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s %s %s", c.Op, c.Email, c.Path, c.To)
		if c.From != "" {
			line += " from " + c.From
		}
		if len(c.Needs) > 0 {
			line += fmt.Sprintf(" needs %d", len(c.Needs))
		}
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	for _, n := range p.Notes {
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s: %s %d", n.Kind, n.Email, n.Rule, n.Why, n.People)), " "))
	}
	return out
}

func suspended(a *access.Account) { a.Status = access.Suspended }

func TestDiff(t *testing.T) {
	t.Parallel()
	fin := wish("fin", "/Dep/Fin", "Collaborator")
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"nobody", base(), nil},
		{"a joiner gets an account and a grant", base().person("anna", fin), []string{
			"create account anna@corp.example",
			"grant anna@corp.example /Dep/Fin Collaborator needs 1",
		}},
		{"an account that exists gets the grant alone", base().person("anna", fin).account("anna"), []string{
			"grant anna@corp.example /Dep/Fin Collaborator",
		}},
		{"all is as it should be", base().person("anna", fin).account("anna").grant("anna", "f1", "Collaborator"), nil},
		{"a human gave more", base().person("anna", fin).account("anna").grant("anna", "f1", "Manager"), nil},
		{"a human gave less", base().person("anna", fin).account("anna").grant("anna", "f1", "Viewer"), []string{
			"raise anna@corp.example /Dep/Fin Collaborator from Viewer",
		}},
		{"a weaker role is inherited", func() *world {
			w := base().person("anna", fin).account("anna").grant("anna", "f1", "Viewer")
			w.state.Grants[0].Origin = "f0"
			return w
		}(), []string{"grant anna@corp.example /Dep/Fin Collaborator"}},
		{"nobody knows where a weaker role comes from", func() *world {
			w := base().person("anna", fin).account("anna").grant("anna", "f1", "Viewer")
			w.state.Grants[0].Origin = access.OriginUnknown
			return w
		}(), []string{"raise anna@corp.example /Dep/Fin Collaborator from Viewer"}},
		{"a folder that inherits needs no grant of its own", inheriting().person("anna", wish("dep", "/Dep", "Collaborator"), wish("fin", "/Dep/Fin", "Viewer")).account("anna"), []string{
			"grant anna@corp.example /Dep Collaborator",
		}},
		{"a folder that inherits less does", inheriting().person("anna", wish("dep", "/Dep", "Viewer"), fin).account("anna"), []string{
			"grant anna@corp.example /Dep Viewer",
			"grant anna@corp.example /Dep/Fin Collaborator",
		}},
		{"a folder that inherits from a grant that is held does", func() *world {
			w := inheriting().person("anna", wish("dep", "/Dep", "Collaborator"), fin).account("anna")
			w.memory.Owned[plan.GrantKey{Account: "u-anna", Folder: "f0"}] = access.Owned{Person: id("anna"), Role: "Collaborator"}
			return w
		}(), []string{
			"grant anna@corp.example /Dep/Fin Collaborator",
			"drift anna@corp.example : had Collaborator on /Dep from us: removed by somebody else 0",
			"held anna@corp.example dep: had Collaborator on /Dep from us, and somebody else has removed it since: it is not given again 0",
		}},
		{"a role of which no rank is known is left alone", base().person("anna", fin).account("anna").grant("anna", "f1", "role 99"), []string{
			"held anna@corp.example fin: holds role 99 on /Dep/Fin, whose rank the server does not give 0",
		}},
		{"the strongest of two rules wins", base().person("anna", fin, wish("boss", "/dep/FIN", "manager"), wish("all", "/Dep/Fin", "Viewer")), []string{
			"create account anna@corp.example",
			"grant anna@corp.example /Dep/Fin Manager needs 1",
		}},
		{"a missing folder is made with those above it", base().person("anna", creating(wish("p", "/Dep/A/B", "Viewer"))).account("anna"), []string{
			"create folder /Dep/A",
			"create folder /Dep/A/B needs 1",
			"grant anna@corp.example /Dep/A/B Viewer needs 1",
		}},
		{"a missing folder that may not be made", base().person("anna", wish("p", "/Dep/A", "Viewer")).person("bert", wish("p", "/Dep/A", "Viewer")).account("anna").account("bert"), []string{
			"blocked p: folder /Dep/A does not exist for folders@corp.example: make it, or write create: true 2",
		}},
		{"a folder that only another identity sees", func() *world {
			w := base().person("anna", wish("p", "/Dep/Hidden", "Viewer")).account("anna")
			w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: "f7", As: "legal@corp.example", Path: "/dep/hidden"})
			return w
		}(), []string{
			"blocked p: folders@corp.example does not see folder /Dep/Hidden, but legal@corp.example does: let the first into it, or name the second by `as` 1",
		}},
		{"a folder outside every root cannot be made", base().person("anna", creating(wish("p", "/Else/A", "Viewer"))).account("anna"), []string{
			"blocked p: folder /Else/A cannot be made: no root above it is visible to folders@corp.example 1",
		}},
		{"an unknown role blocks its rule", base().person("anna", wish("p", "/Dep/Fin", "Colaborator")).account("anna"), []string{
			`blocked p: the server has no role "Colaborator": it offers Collaborator, Manager, Viewer 1`,
		}},
		{"a suspended account gets nothing", base().person("anna", fin).account("anna", suspended), []string{
			"skipped anna@corp.example : the account of anna@corp.example is suspended on Kiteworks, and not by us 0",
		}},
		{"a deleted account is not revived", base().person("anna", fin).account("anna", func(a *access.Account) { a.Status = access.Deleted }), []string{
			"skipped anna@corp.example : the account of anna@corp.example is deleted on Kiteworks, and not by us 0",
		}},
		{"an administrator is never touched", base().person("anna", fin).account("anna", func(a *access.Account) { a.Kind = access.Admin }), []string{
			"skipped anna@corp.example : the account of anna@corp.example has the kind administrator, which is never touched 0",
		}},
		{"a recipient becomes an account", base().person("anna").account("anna", func(a *access.Account) { a.Kind = access.Recipient }), []string{
			"create account anna@corp.example",
		}},
		{"a linked account is found by its id", base().person("anna", fin).link("anna", "u-old").account("anna", func(a *access.Account) { a.ID = "u-old" }), []string{
			"grant anna@corp.example /Dep/Fin Collaborator",
		}},
		{"a linked account with another address", base().person("anna", fin).link("anna", "u-old").account("anna", func(a *access.Account) { a.ID, a.Email = "u-old", "mallory@partner.example" }), []string{
			"skipped anna@corp.example : the linked account has the address mallory@partner.example on Kiteworks: nothing is given until both agree; accounts.existing is ignore, so that it is not renamed 0",
		}},
		{"an unknown profile is told although nobody needs it", func() *world {
			w := base().person("anna", fin).account("anna").grant("anna", "f1", "Collaborator")
			w.verdicts[0].Profile = "Standrad"
			return w
		}(), []string{`blocked staff: the server has no profile "Standrad": it offers Standard 1`}},
		{"a linked account that is gone is not made again", base().person("anna", fin).link("anna", "u-gone").account("anna"), []string{
			"skipped anna@corp.example : the linked account u-gone is no longer on Kiteworks 0",
		}},
		{"an account that is somebody else's", base().person("anna", fin).link("other", "u-anna").account("anna"), []string{
			"skipped anna@corp.example : the account of anna@corp.example belongs to another person of the directory, dir:other 0",
		}},
		{"members that were not read prove nothing", func() *world {
			w := base().person("anna", fin).account("anna")
			w.state.Of.Folders = []string{"f0"}
			return w
		}(), []string{"held anna@corp.example fin: the members of /Dep/Fin were not read 0"}},
		{"never touched", func() *world {
			w := base().person("anna", fin).account("anna")
			w.policy.Never = map[access.Email]string{email("anna"): "listed in kiteworks.never_touch"}
			return w
		}(), []string{"skipped anna@corp.example : listed in kiteworks.never_touch 0"}},
		{"no account and no rule that asks for one", func() *world {
			w := base().person("anna", fin)
			w.verdicts[0].Account = false
			return w
		}(), []string{"held anna@corp.example : has no account, and no rule that applies asks for one 0"}},
		{"two rules that write as different identities", func() *world {
			other := wish("b", "/Dep/Fin", "Viewer")
			other.Place.As = "legal@corp.example"
			w := base().person("anna", fin).person("bert", other).account("anna").account("bert")
			w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: "f1", As: "legal@corp.example", Path: "/Dep/Fin"})
			return w
		}(), []string{
			"blocked b: rule b writes to /Dep/Fin as legal@corp.example, rule fin as folders@corp.example: name one identity 1",
			"blocked fin: rule b writes to /Dep/Fin as legal@corp.example, rule fin as folders@corp.example: name one identity 1",
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

// TestP10_FoldersAreFollowedById covers a pinned folder that was renamed, one
// that was deleted, and one whose parent was renamed.
func TestP10_FoldersAreFollowedById(t *testing.T) {
	t.Parallel()
	pinned := func(path, folder string) *world {
		w := base().person("anna", creating(wish("fin", path, "Viewer"))).account("anna")
		w.memory.Folders[access.Place{As: as, Path: "/Dep/Money"}] = folder
		return w
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"renamed", pinned("/Dep/Money", "f1"), []string{"grant anna@corp.example /Dep/Fin Viewer"}},
		{"deleted", func() *world {
			w := pinned("/Dep/Money", "f9")
			w.catalog.Unusable = []access.Unusable{{Place: access.Place{As: as, Path: "/Dep/Money", FolderID: "f9"}, Why: "folder f9 was deleted"}}
			return w
		}(), []string{"blocked fin: folder f9 was deleted 1"}},
		{"gone from below the roots", pinned("/Dep/Money", "f9"), []string{"blocked fin: folder f9 was not found below the roots: correct the rule, or add a folder above it to kiteworks.roots 1"}},
		{"below a renamed one", pinned("/Dep/Money/Tax", "f1"), []string{
			"create folder /Dep/Money/Tax", "grant anna@corp.example /Dep/Money/Tax Viewer needs 1",
		}},
		{"below a deleted one", pinned("/Dep/Money/Tax", "f9"), []string{
			"blocked fin: folder /Dep/Money/Tax cannot be made: folder f9 was not found below the roots: correct the rule, or add a folder above it to kiteworks.roots 1",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			for _, c := range p.Changes {
				if c.Op == plan.CreateFolder && c.Parent != "f1" {
					t.Errorf("got %s made in %s, want in f1", c.Path, c.Parent)
				}
			}
		})
	}
}

func TestDiffLearnsLinksAndPins(t *testing.T) {
	t.Parallel()
	got := base().person("anna", wish("fin", "/dep/fin", "Viewer")).account("anna").diff().Learned
	want := plan.Learned{
		Links: []plan.Link{{Person: id("anna"), Account: "u-anna"}},
		Folders: map[access.Place]string{
			{As: as, Path: "/dep/fin"}: "f1",
			{As: as, Path: "/dep"}:     "f0",
		},
		Groups: map[string]access.GroupID{},
		Lost:   map[plan.GrantKey]string{},
		Causes: map[plan.GrantKey][]access.Cause{},
		Heirs:  map[access.PersonID][]access.Heir{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("learned (-want +got):\n%s", diff)
	}
}

func TestStepsCarryUpToTheLimit(t *testing.T) {
	t.Parallel()
	w := base()
	for i := range 250 {
		name := fmt.Sprintf("p%03d", i)
		w.person(name, wish("fin", "/Dep/Fin", "Viewer")).account(name)
	}
	w.person("z", wish("legal", "/Dep/Legal", "Viewer")).account("z")
	var got []int
	for _, s := range w.diff().Steps(plan.MaxPerStep) {
		got = append(got, len(s.Changes))
		if !slices.ContainsFunc(s.Changes, func(c plan.Change) bool { return c.Folder == s.Folder && c.To == s.Role }) {
			t.Errorf("step %+v does not fit its changes", s)
		}
	}
	if diff := cmp.Diff([]int{100, 100, 50, 1}, got); diff != "" {
		t.Errorf("people per step (-want +got):\n%s", diff)
	}
}

// TestARaiseTakesTwoRequests: the members are read before their roles are overwritten.
func TestARaiseTakesTwoRequests(t *testing.T) {
	t.Parallel()
	w := base().person("anna", wish("fin", "/Dep/Fin", "Collaborator")).account("anna").grant("anna", "f1", "Viewer")
	w.person("bert", wish("fin", "/Dep/Fin", "Collaborator")).account("bert").grant("bert", "f1", "Viewer")
	w.person("carl", wish("fin", "/Dep/Fin", "Collaborator")).account("carl")
	p := w.diff()
	if got, want := p.Requests(plan.MaxPerStep), 3; got != want {
		t.Errorf("got %d requests for one grant and one raise of two people, want %d", got, want)
	}
	if got, want := p.Requests(1), 5; got != want {
		t.Errorf("got %d requests for one grant and two raises, want %d", got, want)
	}
}

// TestGrantsThatNobodyAsksForAreListed, and those of people in doubt are not, nor those that end.
func TestGrantsThatNobodyAsksForAreListed(t *testing.T) {
	t.Parallel()
	owned := func(w *world, name, folder string) {
		w.account(name).grant(name, folder, "Viewer")
		w.memory.Owned[plan.GrantKey{Account: "u-" + name, Folder: folder}] = access.Owned{Person: id(name), Role: "Viewer"}
	}
	w := base().person("asked", wish("fin", "/Dep/Fin", "Viewer")).person("moved").person("held").person("skipped")
	w.verdicts[2].Held = []access.Held{{Rule: "fin", Why: "two departments"}}
	w.verdicts[3].Skipped = "no e-mail address"
	w.person("blocked", wish("x", "/Dep/Nowhere", "Viewer")).person("suspended", wish("fin", "/Dep/Fin", "Viewer"))
	for _, name := range []string{"asked", "moved", "held", "skipped", "gone", "blocked", "suspended"} {
		owned(w, name, "f1")
	}
	w.state.Accounts[len(w.state.Accounts)-1].Status = access.Suspended
	w.account("gone").memory.Folders[access.Place{As: as, Path: "/Dep/Left"}] = "f-left"
	w.memory.Owned[plan.GrantKey{Account: "u-gone", Folder: "f-left"}] = access.Owned{Person: id("gone"), Role: "Manager"}
	want := []plan.Leftover{
		{Person: id("gone"), Email: "gone@corp.example", Folder: "f1", Path: "/Dep/Fin", Role: "Viewer"},
		{Person: id("gone"), Email: "gone@corp.example", Folder: "f-left", Path: "/Dep/Left", Role: "Manager"}, // known by its pin
	}
	if diff := cmp.Diff(want, w.diff().Unasked); diff != "" {
		t.Errorf("asked for by nobody (-want +got):\n%s", diff)
	}
}
