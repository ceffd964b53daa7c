package directory_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ds389test"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

func TestP02_TheGroupsOfOpenLDAPAreThoseOfAFullReading(t *testing.T) {
	t.Parallel()
	testClimbs(t, 2, func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{Links: true}) })
}

func TestP02_TheGroupsOf389DSAreThoseOfAFullReading(t *testing.T) {
	t.Parallel()
	testClimbs(t, 1, ds389Bed)
}

// TestP02_TheGroupsOfActiveDirectoryAreThoseOfAFullReading: the primary group is one of them.
func TestP02_TheGroupsOfActiveDirectoryAreThoseOfAFullReading(t *testing.T) {
	t.Parallel()
	testClimbs(t, 1, func(t *testing.T) *bed {
		b := sambaBed(t, sambatest.ReaderUser)
		b.options.Groups.Bases = append(b.options.Groups.Bases, "CN=Users,"+sambatest.BaseDN)
		return b
	})
}

// testClimbs asks after the groups of everybody as a history goes on: one prover is new, the other was made before it all.
func testClimbs(t *testing.T, few int, start func(t *testing.T) *bed) {
	for i := range max(few, *histories) {
		s := *seed + uint64(i)
		t.Run(fmt.Sprint("seed ", s), func(t *testing.T) {
			h := &history{bed: start(t), t: t, r: rand.New(rand.NewPCG(s, 2))}
			h.options.Follow = false
			for range 8 {
				h.addUser()
			}
			for range 6 {
				h.addGroup()
			}
			h.addUnit()
			first := newClient(t, h.options)
			h.refresh(first)
			early := first.Prover()
			defer early.Close()
			for range 6 {
				for range 4 {
					h.step()
				}
				for range 3 {
					h.nest()
				}
				h.settled()
				h.compareGroups(early)
			}
		})
	}
}

func (h *history) compareGroups(early *directory.Prover) {
	h.t.Helper()
	d := newClient(h.t, h.options)
	sn, _ := h.refresh(d)
	fresh := d.Prover()
	defer fresh.Close()
	for _, person := range sn.People {
		for name, prover := range map[string]*directory.Prover{"a new prover": fresh, "the first one": early} {
			if difference := groupsDiffer(h.t, prover, sn, &person); difference != "" {
				h.t.Errorf("after %s\n%s on %s (-read +proven):\n%s", strings.Join(h.told, "\n      "), name, person.DN, difference)
			}
		}
	}
}

// groupsDiffer compares the groups of somebody in a snapshot with those that are proven.
func groupsDiffer(t *testing.T, prover *directory.Prover, sn *access.Snapshot, person *access.Person) string {
	t.Helper()
	got, err := prover.Groups(t.Context(), person.ID)
	if err != nil {
		return err.Error()
	}
	var want []access.GroupID
	for _, at := range person.Groups {
		want = append(want, sn.Groups[at].ID)
	}
	return cmp.Diff(want, slices.Clip(got))
}

// TestP02_EachWayIntoAGroupIsProven: by member, uniqueMember and memberUid, nested and in circles, of everybody in a company.
func TestP02_EachWayIntoAGroupIsProven(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(60, 3)
	company.People[0].UID = strings.ToUpper(company.People[0].UID) // whom a group lists by u000000
	tests := map[string]func(t *testing.T) directory.Options{
		"OpenLDAP": func(t *testing.T) directory.Options {
			return options(slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()}).URL())
		},
		"389-DS": func(t *testing.T) directory.Options {
			o := options(ds389test.Start(t, ds389test.Options{LDIF: regexp.MustCompile("(?m)^pwdAccountLockedTime:.*\n").ReplaceAll(company.LDIF(), nil)}).URL())
			o.Kind, o.BindDN = directory.DS389, ds389test.BindDN
			return o
		},
		"the embedded directory": func(t *testing.T) directory.Options { return simOptions(startSim(t, ldapsim.Company()).URL()) },
	}
	for name, start := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newClient(t, start(t))
			sn := refreshed(t, d)
			prover := d.Prover()
			defer prover.Close()
			in := 0
			for _, person := range sn.People {
				in += len(person.Groups)
				if difference := groupsDiffer(t, prover, sn, &person); difference != "" {
					t.Errorf("%s (-read +proven):\n%s", person.DN, difference)
				}
				proof, err := prover.Person(t.Context(), person.ID)
				if err != nil || proof.Person == nil {
					t.Fatalf("got %+v, %v, want %s", proof, err, person.DN)
				}
				person.Groups = nil
				if difference := cmp.Diff(&person, proof.Person); difference != "" {
					t.Errorf("(-read +proven):\n%s", difference)
				}
			}
			if in == 0 {
				t.Error("nobody is in any group")
			}
		})
	}
}

// TestP02_GroupsAreProvenOverSeveralDirectories: who is in the groups of one is in no group of the same name of another.
func TestP02_GroupsAreProvenOverSeveralDirectories(t *testing.T) {
	t.Parallel()
	d, _, _, _ := merged(t)
	sn := refreshed(t, d)
	prover := d.Prover()
	defer prover.Close()
	for _, person := range sn.People {
		if difference := groupsDiffer(t, prover, sn, &person); difference != "" {
			t.Errorf("%s (-read +proven):\n%s", person.DN, difference)
		}
	}
}

func startSim(t *testing.T, entries []ldapsim.Entry) *ldapsim.Server {
	t.Helper()
	s, err := ldapsim.New(ldapsim.Options{BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: "reader", Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func simOptions(url string) directory.Options {
	o := options(url)
	o.Kind, o.BindDN, o.Password = directory.Generic, ldapsim.CompanyBind, func() (string, error) { return "reader", nil }
	o.People.Bases, o.People.EmailDomains = []string{"ou=People," + ldapsim.CompanyBase, "ou=External Partners," + ldapsim.CompanyBase}, nil
	o.Groups.Bases = []string{"ou=Groups," + ldapsim.CompanyBase}
	return o
}

// TestP02_AGroupWhoseMembersAreComputedIsProven: what the server finds by them may be less than what it shows.
func TestP02_AGroupWhoseMembersAreComputedIsProven(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(30, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), Dynamic: true})
	s.Add(t, "cn=computed,"+slapdtest.GroupsBase, map[string][]string{
		"objectClass": {"groupOfURLs"}, "cn": {"computed"}, "memberURL": {"ldap:///" + slapdtest.PeopleBase + "??sub?(employeeType=staff)"},
	})
	s.Add(t, "cn=above,"+slapdtest.GroupsBase, map[string][]string{
		"objectClass": {"groupOfNames"}, "cn": {"above"}, "member": {"cn=computed," + slapdtest.GroupsBase},
	})
	o := options(s.URL())
	o.Groups.Filter = "(|(objectClass=groupOfNames)(objectClass=groupOfURLs))"
	d := newClient(t, o)
	sn := refreshed(t, d)
	prover := d.Prover()
	defer prover.Close()
	in := 0
	for _, person := range sn.People {
		if slices.Contains(groupDNs(sn, person), "cn=above,"+slapdtest.GroupsBase) {
			in++
		}
		if difference := groupsDiffer(t, prover, sn, &person); difference != "" {
			t.Errorf("%s (-read +proven):\n%s", person.DN, difference)
		}
	}
	if in == 0 {
		t.Error("nobody is in the computed group")
	}
}
