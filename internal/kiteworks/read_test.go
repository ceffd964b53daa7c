package kiteworks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestCatalogFindsFoldersBelowTheRoots(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.mkdir("/Departments/Finance", "Österreich")
	s.mkdir("", "Private")
	moved := s.mkdir("/Departments", "Old name")
	gone := s.mkdir("/Departments", "Gone")
	if err := s.World().RenameFolder(moved, "New name"); err != nil {
		t.Fatal(err)
	}
	if err := s.World().DeleteFolder(gone); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		want     access.Place
		found    string // path in the catalog
		unusable string // part of the reason
	}{
		{name: "a root", want: at("/Departments"), found: "/Departments"},
		{name: "a folder", want: at("/Departments/Finance"), found: "/Departments/Finance"},
		{name: "other case and decomposed form", want: at("/departments/FINANCE/O\u0308sterreich"), found: "/Departments/Finance/Österreich"},
		{name: "nothing there", want: at("/Departments/Nowhere")},
		{name: "by id", want: access.Place{As: folders, FolderID: s.folder["/Departments/Legal"]}, found: "/Departments/Legal"},
		{name: "a root, by id", want: access.Place{As: folders, FolderID: s.folder["/Departments"]}, found: "/Departments"},
		{name: "by id, two levels down", want: access.Place{As: folders, FolderID: s.folder["/Departments/Finance/Österreich"]}, found: "/Departments/Finance/Österreich"},
		{name: "by id, outside the roots", want: access.Place{As: folders, FolderID: s.folder["/Private"]}, unusable: "outside kiteworks.roots"},
		{name: "pinned and renamed", want: access.Place{As: folders, Path: "/Departments/Old name", FolderID: moved}, found: "/Departments/New name"},
		{name: "pinned and deleted", want: access.Place{As: folders, Path: "/Departments/Gone", FolderID: gone}, unusable: "was deleted"},
		{name: "by id, unknown", want: access.Place{As: folders, FolderID: "6f1c0d3e-0000-4000-8000-000000000001"}, unusable: "does not exist or is not visible"},
		{name: "of what is no identity", want: access.Place{As: "former@corp.example", FolderID: s.folder["/Departments"]}, unusable: "former@corp.example is not one of kiteworks.identities"},
		{name: "root that this identity does not see", want: access.Place{As: users, Path: "/Departments/Finance"}, unusable: "root /Departments is not visible to " + users},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := catalog(t, s.tenant(), tt.want)
			if tt.found != "" && !strings.Contains(strings.Join(foldersOf(c), "\n")+"\n", tt.found+"\n") {
				t.Errorf("got folders %q, want %s among them", foldersOf(c), tt.found)
			}
			if tt.found == "" && tt.unusable == "" && (len(c.Unusable) > 0 || strings.Contains(fmt.Sprint(foldersOf(c)), "Nowhere")) {
				t.Errorf("got %v and %v, want neither found nor unusable", foldersOf(c), c.Unusable)
			}
			if tt.unusable != "" && (len(c.Unusable) != 1 || c.Unusable[0].Place != tt.want || !strings.Contains(c.Unusable[0].Why, tt.unusable)) {
				t.Errorf("got unusable %+v, want one with %q", c.Unusable, tt.unusable)
			}
			if tt.unusable == "" && len(c.Unusable) > 0 {
				t.Errorf("got unusable %+v, want none", c.Unusable)
			}
		})
	}
}

func TestCatalogNamesRolesAndProfilesAsTheServerDoes(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *kwsim.Options) {
		o.Roles = []kwsim.Role{{ID: 31, Name: "Leser", Rank: 1}, {ID: 12, Name: "Chef", Rank: 8}, {ID: 9, Name: "Eigner", Rank: 9}}
	})
	c := catalog(t, s.tenant())
	want := []access.Role{{ID: "12", Name: "Chef", Rank: 8}, {ID: "31", Name: "Leser", Rank: 1}, {ID: "9", Name: "Eigner", Rank: 9}}
	if diff := cmp.Diff(want, c.Roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if len(c.Profiles) != 4 || c.Profiles[0].Name != "Standard" {
		t.Errorf("got profiles %v, want four, Standard first", c.Profiles)
	}
}

func TestObserveTellsAccountsApart(t *testing.T) {
	t.Parallel()
	s := start(t)
	rows := map[string]kwsim.User{
		"live":    {Email: "Live@Corp.example"},
		"unseen":  {Email: "unverified@corp.example", Unverified: true},
		"susp":    {Email: "suspended@corp.example", Suspended: true},
		"deact":   {Email: "deactivated@corp.example", Deactivated: true},
		"deleted": {Email: "deleted@corp.example", Deleted: true},
		"recip":   {Email: "recipient@partner.example", Recipient: true},
		"mailbox": {Email: "mailbox@corp.example", AuthFlags: 16},
		"list":    {Email: "list@corp.example", DistributionList: true},
		"admin":   {Email: "admin@corp.example", AdminRoleID: 2},
	}
	ids := map[string]string{}
	for name, u := range rows {
		ids[s.user(u)] = name
	}
	tenant := s.tenant()
	catalog(t, tenant)
	st, err := tenant.Observe(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range st.Accounts {
		if name, ok := ids[a.ID]; ok {
			got[name] = fmt.Sprintf("%s, %s, %s", a.Email, a.Kind, a.Status)
		}
	}
	want := map[string]string{
		"live":    "live@corp.example, user, live",
		"unseen":  "unverified@corp.example, user, unverified",
		"susp":    "suspended@corp.example, user, suspended",
		"deact":   "deactivated@corp.example, user, deactivated",
		"deleted": "deleted@corp.example, user, deleted",
		"recip":   "recipient@partner.example, recipient, live",
		"mailbox": "mailbox@corp.example, shared mailbox, live",
		"list":    "list@corp.example, distribution list, live",
		"admin":   "admin@corp.example, administrator, live",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if !st.Of.Accounts || !st.Of.Fresh {
		t.Error("the state does not say that it looked at all accounts just now")
	}
}

func TestObserveReadsMembersWithTheirOrigin(t *testing.T) {
	t.Parallel()
	s := start(t)
	direct, above := s.user(kwsim.User{Email: "direct@corp.example"}), s.user(kwsim.User{Email: "above@corp.example"})
	s.member("/Departments/Finance", direct, "Viewer")
	s.member("/Departments", above, "Collaborator")
	tenant := s.tenant()
	c := catalog(t, tenant, at("/Departments/Finance"))
	var finance access.Folder
	for _, f := range c.Folders {
		if f.Path == "/Departments/Finance" {
			finance = f
		}
	}
	st, err := tenant.Observe(t.Context(), []access.Folder{finance})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, g := range st.Grants {
		got[g.Account] = g.Role + " from " + g.Origin
		if g.Account == direct && (g.SharedBy != s.owner || g.Created.IsZero()) {
			t.Errorf("got evidence %q, %v, want the owner and a time", g.SharedBy, g.Created)
		}
	}
	want := map[string]string{
		s.owner: "Owner from ?", // owner of both: what it was given here cannot be told from what it inherits
		direct:  "Viewer from ", above: "Collaborator from " + s.folder["/Departments"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{finance.ID}, st.Of.Folders); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}

// TestP03_ConfirmReadsSingly finds the members among those who are asked for,
// however many that are, and nobody else.
func TestP03_ConfirmReadsSingly(t *testing.T) {
	t.Parallel()
	s := start(t)
	var accounts []string
	for i := range 150 {
		accounts = append(accounts, s.user(kwsim.User{Email: fmt.Sprintf("p%03d@corp.example", i)}))
	}
	for _, i := range []int{0, 7, 149} {
		s.member("/Departments/Finance", accounts[i], "Viewer")
	}
	s.member("/Departments/Finance", s.user(kwsim.User{Email: "other@corp.example"}), "Viewer")
	tenant := s.tenant()
	catalog(t, tenant)
	found, err := tenant.Confirm(t.Context(), access.Folder{ID: s.folder["/Departments/Finance"], As: folders, Path: "/Departments/Finance"}, accounts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range found {
		got = append(got, g.Account+" "+g.Role)
	}
	want := []string{accounts[0] + " Viewer", accounts[7] + " Viewer", accounts[149] + " Viewer"}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

// TestP01_AListOfManyPagesIsCompleteOrAnError reads more rows than one page holds.
func TestP01_AListOfManyPagesIsCompleteOrAnError(t *testing.T) {
	t.Parallel()
	s := start(t)
	const strangers = 2345
	for i := range strangers {
		s.user(kwsim.User{Email: fmt.Sprintf("stranger%04d@partner.example", i)})
	}
	tenant := s.tenant()
	catalog(t, tenant)
	st, err := tenant.Observe(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(st.Accounts), strangers+2; got != want {
		t.Errorf("got %d accounts, want %d", got, want)
	}
	if got, want := s.Count("GET", "/rest/admin/users"), 3; got != want {
		t.Errorf("got %d pages, want %d", got, want)
	}
}
