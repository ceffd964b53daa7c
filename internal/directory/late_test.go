package directory_test

import (
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP01_AGroupThatIsMendedLateIsReadAgain plays a slow refint: somebody is moved to where people are read, and the group is
// mended after the refresh that has seen the move, without a sign at the group.
func TestP01_AGroupThatIsMendedLateIsReadAgain(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF(), NoSync: true})
	s.Hide(t, "entryCSN") // which nobody can set back
	const away = "ou=away," + slapdtest.BaseDN
	s.Add(t, away, map[string][]string{"objectClass": {"organizationalUnit"}})
	s.Add(t, "uid=anna,"+away, map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"Anna"}, "sn": {"Anna"}})
	leads := "cn=leads," + slapdtest.GroupsBase
	mend(t, s, leads, "uid=anna,"+away)
	now := time.Now()
	o := options(s.URL())
	o.Follow, o.Now = true, func() time.Time { return now }
	d := newClient(t, o)
	refreshed := func() *access.Snapshot {
		t.Helper()
		sn, _, err := d.Refresh(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		return sn
	}
	refreshed()
	s.Rename(t, "uid=anna,"+away, "uid=anna", slapdtest.PeopleBase)
	refreshed()
	mend(t, s, leads, "uid=anna,"+slapdtest.PeopleBase)
	now = now.Add(time.Minute)
	sn := refreshed()
	i := slices.IndexFunc(sn.People, func(p access.Person) bool { return p.DN == "uid=anna,"+slapdtest.PeopleBase })
	if i < 0 || !slices.Contains(groupDNs(sn, sn.People[i]), leads) {
		t.Errorf("Anna is not in %s, which lists her", leads)
	}
}

// mend changes a group's members as refint does: its modifyTimestamp, an old one, does not tell of it.
func mend(t *testing.T, s *slapdtest.Server, group, member string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		// Relax (draft-zeilenga-ldap-relax) lets the administrator write what the server keeps.
		m := ldap.NewModifyRequest(group, []ldap.Control{ldap.NewControlString("1.3.6.1.4.1.4203.666.5.12", true, "")})
		m.Replace("member", []string{member})
		m.Replace("modifyTimestamp", []string{"20200101000000Z"})
		return c.Modify(m)
	})
}
