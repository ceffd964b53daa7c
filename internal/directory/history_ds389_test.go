package directory_test

import (
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ds389test"
)

func TestP01_ADeltaOf389DSIsWhatAFullReadingIs(t *testing.T) {
	t.Parallel()
	testHistories(t, 1, func(t *testing.T) *bed { return ds389Bed(t) })
}

// ds389Bed has the entries of slapd's bed: the schemas agree.
func ds389Bed(t *testing.T) *bed {
	s := ds389test.Start(t, ds389test.Options{})
	const away = "ou=away," + ds389test.BaseDN
	s.Add(t, away, map[string][]string{"objectClass": {"organizationalUnit"}})
	b := slapdEntries()
	b.options = options(s.URL())
	b.options.Kind, b.options.BindDN, b.options.Follow = directory.DS389, ds389test.BindDN, true
	b.options.Groups.Bases = append(b.options.Groups.Bases, ds389test.PeopleBase)
	b.away = away
	b.do = func(f func(c *ldap.Conn) error) { s.Do(t, f) }
	b.restart = func() { s.Restart(t) }
	b.user = func(dn string, n int) *ldap.AddRequest {
		add := slapdEntries().user(dn, n)
		add.Attributes[0].Vals = []string{"inetOrgPerson"}
		return add
	}
	b.disable = func(dn string, _ int) *ldap.ModifyRequest {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace("nsAccountLock", []string{"true"})
		return m
	}
	b.settled = func() {}
	return b
}
