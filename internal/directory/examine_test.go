package directory_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ds389test"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestAStrangerSaysWhatItIs asks real servers, and the embedded one, which shows no sign.
func TestAStrangerSaysWhatItIs(t *testing.T) {
	t.Parallel()
	type stranger struct {
		options directory.Options
		kind    directory.Kind
		context string
	}
	log := func(url, user, password string) directory.Options {
		return directory.Options{Servers: []string{url}, BindDN: user, Password: func() (string, error) { return password, nil }, IgnoreReferrals: true}
	}
	tests := map[string]func(t *testing.T) stranger{
		"OpenLDAP": func(t *testing.T) stranger {
			s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(60, 1).LDIF()})
			return stranger{log(s.URL(), slapdtest.BindDN, slapdtest.Password), directory.OpenLDAP, slapdtest.BaseDN}
		},
		"Active Directory": func(t *testing.T) stranger {
			s := sambatest.Start(t, sambatest.Options{})
			s.AddOU(t, "OU=Vienna,"+sambatest.StaffOU)
			for _, name := range []string{"ann", "bob"} {
				s.AddUser(t, "CN="+name+",OU=Vienna,"+sambatest.StaffOU, map[string][]string{
					"sAMAccountName": {name}, "mail": {name + "@corp.example"}, "department": {"Sales"},
				})
			}
			return stranger{log(s.URL(), sambatest.ReaderUser, sambatest.Password), directory.ActiveDirectory, sambatest.BaseDN}
		},
		"389-DS": func(t *testing.T) stranger {
			s := ds389test.Start(t, ds389test.Options{LDIF: []byte(`dn: uid=ann,` + ds389test.PeopleBase + `
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: Ann
mail: ann@corp.example

dn: cn=team,` + ds389test.GroupsBase + `
objectClass: groupOfNames
cn: team
member: uid=ann,` + ds389test.PeopleBase + `
`)})
			return stranger{log(s.URL(), ds389test.BindDN, ds389test.Password), directory.DS389, ds389test.BaseDN}
		},
		"one of no known kind": func(t *testing.T) stranger {
			o := simOptions(startSim(t, ldapsim.Company()).URL())
			return stranger{log(o.Servers[0], o.BindDN, must(o.Password())), directory.Generic, ldapsim.CompanyBase}
		},
	}
	for name, start := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			g, err := directory.Greet(t.Context(), s.options)
			if err != nil {
				t.Fatal(err)
			}
			if g.Kind != s.kind || !strings.EqualFold(g.Context, s.context) || g.Server != s.options.Servers[0] {
				t.Errorf("got %+v, want %s with entries below %s", g, s.kind, s.context)
			}
			s.options.Kind = g.Kind
			land, err := directory.Explore(t.Context(), s.options, g.Context, []string{"department"})
			if err != nil {
				t.Fatal(err)
			}
			if land.People == 0 || len(land.Domains) == 0 || len(land.Groups) == 0 {
				t.Errorf("got %+v, want people, their domains, and groups", land)
			}
		})
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestExploreCountsAndNamesNobody(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(100, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	o := options(s.URL())
	land, err := directory.Explore(t.Context(), o, slapdtest.BaseDN, []string{"department", "employeeType", "uid"})
	if err != nil {
		t.Fatal(err)
	}
	if land.People != 100 || land.Domains["example.com"] != 98 || land.Addressed[slapdtest.PeopleBase] != 98 { // one has no address, one a bad one
		t.Errorf("got %d people, domains %v, places %v, want 100 and 98 of them with an address", land.People, land.Domains, land.Addressed)
	}
	if n := land.Distinct("department")["Finance"]; n < 3 {
		t.Errorf("got %d of Finance, want those whose only department it is", n)
	}
	if len(land.Groups) != len(company.Groups) {
		t.Errorf("got %d groups, want %d", len(land.Groups), len(company.Groups))
	}
	i := slices.IndexFunc(land.Groups, func(g directory.Tribe) bool { return g.Name == "all-staff" })
	if i < 0 || land.Groups[i].Members < 20 {
		t.Errorf("all-staff is %+v, want its members counted", land.Groups)
	}
}

func TestAttributesThatTellPeopleApartAreNotCounted(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(400, 1).LDIF()})
	land, err := directory.Explore(t.Context(), options(s.URL()), slapdtest.BaseDN, []string{"uid", "department"})
	if err != nil {
		t.Fatal(err)
	}
	if got := land.Distinct("uid"); got != nil {
		t.Errorf("got %d values of uid, want none: there are too many", len(got))
	}
	if got := slices.Collect(maps.Keys(land.Distinct("department"))); len(got) < 20 {
		t.Errorf("got departments %v, want all", got)
	}
}

func TestParent(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]string{
		"cn=a,ou=b,dc=c": "ou=b,dc=c", `cn=a\, b, ou=c`: "ou=c", "dc=c": "", "": "", `cn=a\2C b,dc=c`: "dc=c",
	} {
		if got := directory.Parent(dn); got != want {
			t.Errorf("parent of %q: got %q, want %q", dn, got, want)
		}
	}
}

func TestExamineLooksAtEachServer(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{TLS: true})
	o := options(s.URL())
	o.Servers, o.CA = []string{"ldap://127.0.0.1:1", s.URLTLS(), s.URL()}, s.CAFile
	all, err := directory.Examine(t.Context(), o)
	if err != nil || len(all) != 3 {
		t.Fatalf("got %v, %v, want three sights", all, err)
	}
	if all[0].Err == nil || all[0].Server != "ldap://127.0.0.1:1" {
		t.Errorf("got %+v, want that it is down", all[0])
	}
	if all[1].Err != nil || all[1].Certificate == nil || time.Until(all[1].Certificate.NotAfter) < 0 || !all[1].Pages {
		t.Errorf("got %+v, want a certificate, and paging", all[1])
	}
	if all[2].Err != nil || all[2].Certificate != nil {
		t.Errorf("got %+v, want no TLS", all[2])
	}
}

// TestExamineShowsAPasswordOnce: each refusal brings the account closer to its lock.
func TestExamineShowsAPasswordOnce(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{})
	o := options(s.URL())
	o.Servers = []string{s.URL(), s.URL()}
	o.Password = func() (string, error) { return "wrong", nil }
	all, err := directory.Examine(t.Context(), o)
	if err != nil || len(all) != 1 || all[0].Err == nil || !strings.Contains(all[0].Err.Error(), "check directory.bind") {
		t.Errorf("got %+v, %v, want one refusal", all, err)
	}
}

func TestExamineReadsTheClockOfActiveDirectory(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	o := sambaOptions(s, sambatest.ReaderUser)
	o.Now = func() time.Time { return time.Now().Add(-10 * time.Minute) }
	all, err := directory.Examine(t.Context(), o)
	if err != nil || len(all) != 1 || all[0].Err != nil {
		t.Fatalf("got %+v, %v, want one sight", all, err)
	}
	if !all[0].Timed || (all[0].Ahead-10*time.Minute).Abs() > 5*time.Second {
		t.Errorf("got %v ahead, want 10m", all[0].Ahead)
	}
}

func TestExamineRefusesAnotherKind(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{})
	o := options(s.URL())
	o.Kind = directory.DS389
	all, err := directory.Examine(t.Context(), o)
	if err != nil || len(all) != 1 || all[0].Err == nil || !strings.Contains(all[0].Err.Error(), "write directory.kind: openldap") {
		t.Errorf("got %+v, %v, want to be told the right kind", all, err)
	}
}

// TestUsualPeopleIsWhatTheConfigurationTakes keeps the two packages, which do not know each other, of one mind.
func TestUsualPeopleIsWhatTheConfigurationTakes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[directory.Kind]string{
		directory.ActiveDirectory: "(&(objectCategory=person)(objectClass=user))", directory.OpenLDAP: "(objectClass=inetOrgPerson)",
	} {
		if got := kind.UsualPeople(); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}
