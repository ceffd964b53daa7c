package directory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP01_WhoMayReadAndNotSearchIsReadInFull: asking which groups list a newcomer would find none, without a word.
func TestP01_WhoMayReadAndNotSearchIsReadInFull(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	s.Access(t, "attrs=member,uniqueMember by users =r by * none")
	o := options(s.URL())
	o.Follow = true
	d := newClient(t, o)
	_, touched, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if how := touched.How[0]; !strings.Contains(how, "everything will be read each time: the bind account may read the members of groups, and not search by them") {
		t.Errorf("read %q, want the reason for reading everything", how)
	}
	s.Add(t, "uid=anna,"+slapdtest.PeopleBase, map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"Anna"}, "sn": {"Anna"}})
	leads := "cn=leads," + slapdtest.GroupsBase
	s.Set(t, leads, "member", "uid=anna,"+slapdtest.PeopleBase)
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(sn.People, func(p access.Person) bool { return p.DN == "uid=anna,"+slapdtest.PeopleBase })
	if i < 0 || !slices.Contains(groupDNs(sn, sn.People[i]), leads) || !strings.Contains(touched.How[0], "in full") {
		t.Errorf("read %q, want Anna in %s by a full reading", touched.How, leads)
	}
}

// TestP02_WhoMayReadAndNotSearchProvesNoMembership: nobody would be a member of anything.
func TestP02_WhoMayReadAndNotSearchProvesNoMembership(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(20, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	s.Access(t, "attrs=member,uniqueMember by users =r by * none")
	d := newClient(t, options(s.URL()))
	refreshed(t, d)
	prover := d.Prover()
	defer prover.Close()
	person := access.PersonID{Source: "corp", ID: company.People[company.Nested].UUID}
	if got, err := prover.Groups(t.Context(), person); err == nil || !strings.Contains(err.Error(), "not only read them") {
		t.Errorf("got groups %v, %v, want an error", got, err)
	}
}

// TestP02_WhoMayReadIDsAndNotSearchProvesNothing: everybody would be gone.
func TestP02_WhoMayReadIDsAndNotSearchProvesNothing(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(20, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	s.Access(t, "attrs=entryUUID by users =r by * none")
	prover := newClient(t, options(s.URL())).Prover()
	defer prover.Close()
	got, err := prover.Person(t.Context(), access.PersonID{Source: "corp", ID: company.People[0].UUID})
	if err == nil || !strings.Contains(err.Error(), "let the bind account search by this attribute too") {
		t.Errorf("got %+v, %v, want an error", got, err)
	}
}
