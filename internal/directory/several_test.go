package directory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// merged is a company that has bought another: OpenLDAP and Active Directory, read as one.
func merged(t *testing.T) (d *directory.Directory, unix *slapdtest.Server, windows *sambatest.Server, company *slapdtest.Company) {
	t.Helper()
	company = slapdtest.NewCompany(40, 1)
	unix = slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	windows = sambatest.Start(t, sambatest.Options{})
	windows.AddUser(t, "CN=Wanda,"+sambatest.StaffOU, map[string][]string{"mail": {company.People[30].Mail[0]}})
	windows.AddGroup(t, "CN=leads,"+sambatest.GroupsOU, "CN=Wanda,"+sambatest.StaffOU)
	first := options(unix.URL())
	first.Name, first.Follow = "unix", true
	second := sambaOptions(windows, sambatest.SyncUser)
	second.Name = "ad"
	d, err := directory.New(first, second)
	if err != nil {
		t.Fatal(err)
	}
	return d, unix, windows, company
}

func TestSeveralDirectoriesAreOneSnapshot(t *testing.T) {
	t.Parallel()
	d, _, windows, company := merged(t)
	sn, touched, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if !touched.Everyone || len(touched.How) != 2 || len(sn.People) != 41 {
		t.Errorf("got %d people, touched %+v, want 41 and a line for each directory", len(sn.People), touched)
	}
	if !slices.IsSortedFunc(sn.People, func(a, b access.Person) int { return a.ID.Compare(b.ID) }) {
		t.Error("the people are not sorted by directory and id")
	}
	wanda := sn.People[0] // ad comes before unix
	if got := groupDNs(sn, wanda); !slices.Equal(got, []string{"CN=leads," + sambatest.GroupsOU}) || wanda.Email != access.Email(company.People[30].Mail[0]) {
		t.Errorf("got %+v in %q, want Wanda in the leads of her own directory", wanda, got)
	}
	nested := sn.People[1+company.Nested]
	if got := groupDNs(sn, nested); !slices.Contains(got, "cn=leads,"+slapdtest.GroupsBase) || slices.Contains(got, "CN=leads,"+sambatest.GroupsOU) {
		t.Errorf("got %q, want the leads of OpenLDAP alone", got)
	}

	windows.Set(t, "CN=Wanda,"+sambatest.StaffOU, "title", "Head")
	_, touched, err = d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]access.PersonID{wanda.ID}, touched.People); diff != "" || touched.Everyone {
		t.Errorf("touched (-want +got):\n%s", diff)
	}
	for _, how := range touched.How {
		if !strings.Contains(how, "what changed") {
			t.Errorf("got %q, want a reading of what changed", how)
		}
	}
	if _, touched, err = d.Refresh(t.Context(), false); err != nil || !touched.Nobody() {
		t.Errorf("got %+v, %v, want nobody", touched, err)
	}
}

func TestP01_OneDirectoryThatCannotBeReadFailsTheWhole(t *testing.T) {
	t.Parallel()
	d, unix, windows, _ := merged(t)
	if _, _, err := d.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	unix.Set(t, "uid=u000020,"+slapdtest.PeopleBase, "title", "Missed by nobody")
	windows.Kill(t)
	for _, full := range []bool{false, true} {
		if sn, _, err := d.Refresh(t.Context(), full); err == nil || !strings.Contains(err.Error(), "read directory ad: ") {
			t.Fatalf("got %v, %v, want an error that names the directory", sn, err)
		}
	}
	windows.Restart(t)
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	// A run that failed has seen nothing: whoever changed meanwhile is still new.
	if len(touched.People) != 1 || len(sn.People) != 41 {
		t.Errorf("got %d people, touched %+v, want the one who was edited", len(sn.People), touched)
	}
}

func groupDNs(sn *access.Snapshot, p access.Person) []string {
	var dns []string
	for _, g := range p.Groups {
		dns = append(dns, sn.Groups[g].DN)
	}
	return dns
}

// TestGroupsShowTheAttributesThatRulesLookAt: and a change of one concerns the group's members.
func TestGroupsShowTheAttributesThatRulesLookAt(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(40, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	leads := "cn=leads," + slapdtest.GroupsBase
	s.Set(t, leads, "description", "Team leads")
	o := options(s.URL())
	o.Follow, o.GroupAttributes = true, []string{"Description"}
	d := newClient(t, o)
	sn, _, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(sn.Groups, func(g access.Group) bool { return g.DN == leads })
	if got := sn.Groups[i].Attrs["description"]; !slices.Equal(got, []string{"Team leads"}) {
		t.Errorf("got %q, want the description", got)
	}
	s.Set(t, leads, "description", "Leads")
	_, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if want := []access.PersonID{{Source: "corp", ID: company.People[company.Nested].UUID}}; !slices.Equal(touched.People, want) {
		t.Errorf("touched %v, want %v", touched.People, want)
	}
}
