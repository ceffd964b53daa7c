package directory_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// options read all that slapdtest's company has.
func options(server string) directory.Options {
	return directory.Options{
		Name: "corp", Kind: directory.OpenLDAP, Servers: []string{server},
		BindDN: slapdtest.BindDN, Password: func() (string, error) { return slapdtest.Password, nil },
		People: directory.People{
			Bases: []string{slapdtest.PeopleBase}, Filter: "(objectClass=inetOrgPerson)",
			EmailFrom: []string{"mail"}, EmailDomains: []string{"example.com"}, Name: "displayName",
		},
		Groups:     directory.Groups{Bases: []string{slapdtest.GroupsBase}},
		Attributes: []string{"department", "employeetype", "title"},
		Timeout:    20 * time.Second,
	}
}

func newClient(t testing.TB, o directory.Options) *directory.Directory {
	t.Helper()
	c, err := directory.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func refresh(t testing.TB, o directory.Options) *access.Snapshot {
	t.Helper()
	sn, _, err := newClient(t, o).Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	return sn
}

// expected is the snapshot that the company as loaded must give.
func expected(c *slapdtest.Company) *access.Snapshot {
	sn := &access.Snapshot{}
	for _, g := range c.Groups {
		want := access.Group{ID: access.GroupID{Source: "corp", ID: g.UUID}, DN: g.DN, Name: g.Name}
		for i, above := range c.Groups {
			if slices.Contains(above.Members, g.DN) {
				want.Within = append(want.Within, int32(i))
			}
		}
		sn.Groups = append(sn.Groups, want)
	}
	for _, p := range c.People {
		want := access.Person{
			ID: access.PersonID{Source: "corp", ID: p.UUID}, DN: p.DN, Name: p.Name,
			Standing: access.Active, Changed: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			Attrs:  map[string][]string{"employeetype": {p.Type}, "title": {p.Title}},
			Groups: groupsOf(c, p),
		}
		if len(p.Department) > 0 {
			want.Attrs["department"] = p.Department
		}
		if p.Locked {
			want.Standing = access.Disabled
		}
		if len(p.Mail) == 1 {
			want.Email = access.Email(strings.ToLower(p.Mail[0]))
		}
		sn.People = append(sn.People, want)
	}
	noEmail := func(person int, why string) { sn.People[person].Email, sn.People[person].NoEmail = "", why }
	noEmail(c.NoMail, "no value in mail")
	two := slices.Sorted(slices.Values(c.People[c.TwoMails].Mail))
	noEmail(c.TwoMails, "mail has 2 values: "+strings.Join(two, ", "))
	noEmail(c.BadMail, `mail: "no address" is not an e-mail address: want local@domain`)
	return sn
}

// groupsOf asks each group whether it reaches the person, naively.
func groupsOf(c *slapdtest.Company, p slapdtest.Person) []int32 {
	byDN := map[string]slapdtest.Group{}
	for _, g := range c.Groups {
		byDN[g.DN] = g
	}
	var reaches func(g slapdtest.Group, seen map[string]bool) bool
	reaches = func(g slapdtest.Group, seen map[string]bool) bool {
		seen[g.DN] = true
		if slices.Contains(g.Members, p.DN) || slices.Contains(g.MemberUID, p.UID) {
			return true
		}
		return slices.ContainsFunc(g.Members, func(dn string) bool {
			nested, ok := byDN[dn]
			return ok && !seen[dn] && reaches(nested, seen)
		})
	}
	var groups []int32
	for i, g := range c.Groups {
		if reaches(g, map[string]bool{}) {
			groups = append(groups, int32(i))
		}
	}
	return groups
}

func diff(want, got *access.Snapshot) string {
	compared := func(sn *access.Snapshot) *access.Snapshot {
		return &access.Snapshot{People: sn.People, Groups: undated(sn.Groups), Units: sn.Units}
	}
	return cmp.Diff(compared(want), compared(got))
}

// undated are the groups without the time of their last change, which is when the test has loaded them.
func undated(groups []access.Group) []access.Group {
	groups = slices.Clone(groups)
	for i := range groups {
		groups[i].Changed = time.Time{}
	}
	return groups
}

// A membership is a change of the group's entry, and when that was starts the access lag.
func TestAGroupSaysWhenItHasChanged(t *testing.T) {
	t.Parallel()
	before := time.Now().Add(-time.Minute)
	company := slapdtest.NewCompany(10, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	for _, g := range refresh(t, options(s.URL())).Groups {
		if g.Changed.Before(before) {
			t.Errorf("%s: changed at %s, want a moment behind %s", g.DN, g.Changed, before)
		}
	}
}

func TestRefreshReadsWhatWasLoaded(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(2000, 1)
	want := expected(company)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), TLS: true})
	tests := map[string]func(o *directory.Options){
		"the ordinary way": func(*directory.Options) {},
		"LDAPS":            func(o *directory.Options) { o.Servers, o.CA = []string{s.URLTLS()}, s.CAFile },
		"StartTLS":         func(o *directory.Options) { o.StartTLS, o.CA = true, s.CAFile },
		"a dead server first": func(o *directory.Options) {
			o.Servers = []string{"ldap://127.0.0.1:1", s.URL()}
		},
		"overlapping bases": func(o *directory.Options) {
			o.People.Bases = []string{slapdtest.PeopleBase, slapdtest.BaseDN}
			o.Groups.Bases = []string{slapdtest.BaseDN, slapdtest.GroupsBase}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(s.URL())
			change(&o)
			if d := diff(want, refresh(t, o)); d != "" {
				t.Errorf("snapshot (-want +got):\n%s", d)
			}
		})
	}
}

func TestRefreshReadsTheSameWithAnyPageSize(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(501, 2)
	want := expected(company)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	for _, size := range []int{1, 7, 500, 501} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()
			o := options(s.URL())
			o.PageSize = size
			if d := diff(want, refresh(t, o)); d != "" {
				t.Errorf("snapshot (-want +got):\n%s", d)
			}
		})
	}
}

func TestRefreshFollowsAPersonThroughARename(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(20, 3)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	someone := company.People[19]
	s.Set(t, someone.DN, "mail", "renamed@example.com")
	got := refresh(t, options(s.URL())).People[19]
	if got.ID.ID != someone.UUID || got.Email != "renamed@example.com" || !got.Changed.After(time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v, want the id %s with the new address and time of change", got, someone.UUID)
	}
}

func TestRefreshNeedsNoGroups(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 3).LDIF()})
	o := options(s.URL())
	o.Groups.Bases = nil
	if sn := refresh(t, o); len(sn.People) != 20 || len(sn.Groups) != 0 {
		t.Errorf("got %d people and %d groups, want 20 and 0", len(sn.People), len(sn.Groups))
	}
}
