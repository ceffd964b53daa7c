package slapdtest_test

import (
	"bytes"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

func TestServerHoldsTheCompany(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(200, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), TLS: true})
	if got, want := count(t, s, slapdtest.PeopleBase), len(company.People); got != want {
		t.Errorf("people: got %d, want %d", got, want)
	}
	if got, want := count(t, s, slapdtest.GroupsBase), len(company.Groups); got != want {
		t.Errorf("groups: got %d, want %d", got, want)
	}
}

func TestServerKeepsChangesOverARestart(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{})
	dn := "uid=joiner," + slapdtest.PeopleBase
	s.Add(t, dn, map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"joiner"}, "cn": {"Joiner"}, "sn": {"Joiner"},
	})
	s.Set(t, dn, "mail", "joiner@example.com")
	s.Restart(t)
	if got := count(t, s, slapdtest.PeopleBase); got != 1 {
		t.Errorf("people after the restart: got %d, want 1", got)
	}
	s.Delete(t, dn)
	if got := count(t, s, slapdtest.PeopleBase); got != 0 {
		t.Errorf("people after the deletion: got %d, want 0", got)
	}
}

func TestCompanyDependsOnItsSeedOnly(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(slapdtest.NewCompany(50, 7).LDIF(), slapdtest.NewCompany(50, 7).LDIF()) {
		t.Error("the same seed gave two companies")
	}
	if bytes.Equal(slapdtest.NewCompany(50, 7).LDIF(), slapdtest.NewCompany(50, 8).LDIF()) {
		t.Error("two seeds gave the same company")
	}
}

func count(t *testing.T, s *slapdtest.Server, base string) int {
	t.Helper()
	n := 0
	s.Do(t, func(c *ldap.Conn) error {
		got, err := c.Search(&ldap.SearchRequest{
			BaseDN: base, Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)", Attributes: []string{"1.1"},
		})
		n = len(got.Entries)
		return err
	})
	return n
}
