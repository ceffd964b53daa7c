package directory_test

import (
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP01_AFilterThatMakesNoSenseFailsTheRead: servers answer one with success and nobody, negated too.
func TestP01_AFilterThatMakesNoSenseFailsTheRead(t *testing.T) {
	t.Parallel()
	unix := options(slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()}).URL())
	windows := sambaOptions(sambatest.Start(t, sambatest.Options{}), sambatest.ReaderUser)
	tests := map[string]struct {
		options directory.Options
		people  string
		groups  string
		want    string
	}{
		"a class":              {unix, "(objectClass=myPerson)", "", "directory.people.filter (objectClass=myPerson) looks for the class myperson"},
		"a class, negated":     {unix, "(&(objectClass=inetOrgPerson)(!(objectClass=myDisabled)))", "", "the class mydisabled"},
		"an attribute":         {unix, "(|(uid=*)(fooBar=x))", "", "looks at foobar, which the server's schema does not know"},
		"an attribute, absent": {unix, "(&(uid=*)(!(fooBar=*)))", "", "looks at foobar"},
		"a part of a value":    {unix, "(fooBar=a*b)", "", "looks at foobar"},
		"a matching rule":      {unix, "(fooBar:caseExactMatch:=x)", "", "looks at foobar"},
		"of groups":            {unix, "", "(objectClass=grupp)", "directory.groups.filter (objectClass=grupp)"},
		"of Active Directory":  {windows, "(&(objectCategory=person)(fooBar=x))", "", "looks at foobar"},
		"all that is right":    {windows, "(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2))(memberOf=*)(name;lang-de=*))", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.options
			if test.people != "" {
				o.People.Filter = test.people
			}
			o.Groups.Filter = test.groups
			_, _, err := newClient(t, o).Refresh(t.Context(), true)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestP01_WithoutThePlaceOfLeaversNothingIsRead: all who have left would be taken for people again.
func TestP01_WithoutThePlaceOfLeaversNothingIsRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	leavers := "ou=leavers," + slapdtest.PeopleBase
	s.Add(t, leavers, map[string][]string{"objectClass": {"organizationalUnit"}})
	o := options(s.URL())
	o.Follow, o.People.LeaversIn = true, []string{leavers}
	d := newClient(t, o)
	if _, _, err := d.Refresh(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s.Rename(t, leavers, "ou=former staff", "")
	for _, full := range []bool{false, true} {
		if _, _, err := d.Refresh(t.Context(), full); err == nil || !strings.Contains(err.Error(), "check directory.people.leavers_in") {
			t.Errorf("full %v: got %v, want an error about leavers_in", full, err)
		}
	}
}

func TestAttributesThatNoSchemaKnowsAreTold(t *testing.T) {
	t.Parallel()
	o := options(slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()}).URL())
	o.Attributes = []string{"department", "employeeStatsu"}
	if got := refresh(t, o).Unknown; len(got) != 1 || got[0] != "employeestatsu" {
		t.Errorf("got %q, want the misspelt one", got)
	}
}
