package directory_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestAUnitThatIsHiddenIsNotFollowedByItsID: it could be renamed without a trace, with the people below it. Comparing
// stamps sees their DNs.
func TestAUnitThatIsHiddenIsNotFollowedByItsID(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	sales := "ou=sales," + slapdtest.PeopleBase
	s.Add(t, sales, map[string][]string{"objectClass": {"organizationalUnit"}})
	s.Add(t, "uid=anna,"+sales, map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"Anna"}, "sn": {"Anna"}})
	s.Restrict(t, `dn.base="`+sales+`"`)
	o := options(s.URL())
	o.Follow = true
	d := newClient(t, o)
	_, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if how := strings.Join(touched.How, ""); !strings.Contains(how, "comparing stamps") || !strings.Contains(how, `may not see "`+sales+`"`) {
		t.Errorf("got %q, want the reason for comparing stamps", how)
	}
	s.Do(t, func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(sales, "ou=vertrieb", true, "")) })
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(touched.People) != 1 || !strings.Contains(strings.Join(touched.How, ""), "what changed") {
		t.Fatalf("touched %+v, want the one person below the unit, by a delta", touched)
	}
	for _, p := range sn.People {
		if strings.HasPrefix(p.DN, "uid=anna,") && p.DN != "uid=anna,ou=vertrieb,"+slapdtest.PeopleBase {
			t.Errorf("Anna is %q, want her below the unit's new name", p.DN)
		}
	}
}
