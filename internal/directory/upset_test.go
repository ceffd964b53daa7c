package directory_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP01_LargeGroupsAreMended lets people come, go and change their names where the server mends large
// groups in silence, which are not read again for one name.
func TestP01_LargeGroupsAreMended(t *testing.T) {
	t.Parallel()
	for _, mends := range []bool{true, false} {
		t.Run(fmt.Sprint("the server mends: ", mends), func(t *testing.T) {
			t.Parallel()
			company := slapdtest.NewCompany(1500, *seed)
			s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), Links: mends})
			const away = "ou=away," + slapdtest.BaseDN
			s.Add(t, away, map[string][]string{"objectClass": {"organizationalUnit"}})
			o := options(s.URL())
			o.Follow = true
			d := newClient(t, o)
			h := &history{t: t, r: rand.New(rand.NewPCG(*seed, 1)), bed: slapdEntries()}
			h.away, h.do = away, func(f func(c *ldap.Conn) error) { s.Do(t, f) }
			for _, p := range company.People[100:] {
				h.users = append(h.users, p.DN)
			}
			h.groups = []string{
				"cn=all-staff," + slapdtest.GroupsBase, "cn=all-contractor," + slapdtest.GroupsBase, "cn=all-intern," + slapdtest.GroupsBase,
				"cn=dept-Sales," + slapdtest.GroupsBase, "cn=dept-Legal," + slapdtest.GroupsBase,
			}
			h.refresh(d)
			for range 15 {
				h.told = nil
				for range 1 + h.r.IntN(6) {
					h.one([]func(){func() { h.renameOne(&h.users, h.rdn) }, func() { h.moveOne(&h.users, h.place()) }, h.deleteUser, h.returnUser, h.addUser, h.joinLarge})
				}
				if h.r.IntN(3) == 0 {
					h.refresh(d)
					h.told = append(h.told, "refresh")
				}
				if mends {
					awaitMended(t, s)
				}
				got, how := h.refresh(d)
				if strings.Contains(how, "in full") {
					t.Errorf("after %s\nread %s", strings.Join(h.told, "\n      "), how)
				}
				o.Follow = false
				want, _ := h.refresh(newClient(t, o))
				want.Taken = time.Time{}
				if difference := diff(want, got); difference != "" {
					t.Fatalf("after %s\nread %s (-fresh +delta):\n%s", strings.Join(h.told, "\n      "), how, difference)
				}
			}
		})
	}
}

func (h *history) one(of []func()) { of[h.r.IntN(len(of))]() }

// joinLarge lets a user into a group of one of the two kinds of members.
func (h *history) joinLarge() {
	group, attribute := h.any(h.groups), "member"
	if strings.HasPrefix(group, "cn=all-") {
		attribute = "uniqueMember"
	}
	dn := h.any(h.users)
	h.try(func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest(group, nil)
		m.Add(attribute, []string{dn})
		return c.Modify(m)
	}, "let %s into %s", dn, group)
}
