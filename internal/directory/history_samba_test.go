package directory_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
)

func TestP01_ADeltaOfActiveDirectoryIsWhatAFullReadingIs(t *testing.T) {
	t.Parallel()
	testHistories(t, 1, func(t *testing.T) *bed { return sambaBed(t, sambatest.SyncUser) })
}

// TestP01_ADeltaForAnOrdinaryAccount: one that may not replicate changes is followed by uSNChanged.
func TestP01_ADeltaOfActiveDirectoryByUSNIsWhatAFullReadingIs(t *testing.T) {
	t.Parallel()
	testHistories(t, 1, func(t *testing.T) *bed { return sambaBed(t, sambatest.ReaderUser) })
}

func sambaOptions(s *sambatest.Server, user string) directory.Options {
	return directory.Options{
		Name: "corp", Kind: directory.ActiveDirectory, Servers: []string{s.URL()}, IgnoreReferrals: true, Follow: true,
		BindDN: user, Password: func() (string, error) { return sambatest.Password, nil },
		People: directory.People{
			Bases: []string{sambatest.StaffOU}, Filter: "(&(objectCategory=person)(objectClass=user))",
			EmailFrom: []string{"mail"}, Name: "displayName",
		},
		Groups:     directory.Groups{Bases: []string{sambatest.GroupsOU, sambatest.StaffOU}},
		Attributes: []string{"title", "department"},
		Timeout:    30 * time.Second,
	}
}

func sambaBed(t *testing.T, user string) *bed {
	s := sambatest.Start(t, sambatest.Options{})
	const away = "OU=Away," + sambatest.BaseDN
	s.AddOU(t, away)
	return &bed{
		options: sambaOptions(s, user), staff: sambatest.StaffOU, teams: sambatest.GroupsOU, away: away, rdn: "CN",
		do:      func(f func(c *ldap.Conn) error) { s.Do(t, f) },
		restart: func() { s.Restart(t) },
		user: func(dn string, n int) *ldap.AddRequest {
			add := ldap.NewAddRequest(dn, nil)
			add.Attribute("objectClass", []string{"user"})
			add.Attribute("sAMAccountName", []string{fmt.Sprintf("u%d", n)})
			add.Attribute("displayName", []string{fmt.Sprint("Person ", n)})
			add.Attribute("mail", []string{fmt.Sprintf("p%d@example.com", n)})
			add.Attribute("userAccountControl", []string{"544"}) // an ordinary one that needs no password
			return add
		},
		disable: func(dn string, n int) *ldap.ModifyRequest {
			m := ldap.NewModifyRequest(dn, nil)
			m.Replace("userAccountControl", []string{strconv.Itoa(544 + n%2*2)})
			return m
		},
		group: func(dn string, members []string) *ldap.AddRequest {
			add := ldap.NewAddRequest(dn, nil)
			add.Attribute("objectClass", []string{"group"})
			if len(members) > 0 {
				add.Attribute("member", members)
			}
			return add
		},
		settled: func() {},
	}
}
