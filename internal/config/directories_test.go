package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// two is the smallest configuration with two directories.
func two(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.Load("testdata/valid/two.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse_EachDirectoryOfAListHasItsOwnDefaults(t *testing.T) {
	t.Parallel()
	type directory struct{ Name, Filter, DisplayName, Email, Referrals string }
	var got []directory
	for _, d := range two(t).Directories {
		got = append(got, directory{d.Name, d.People.Filter, d.People.Name, d.People.Email.From[0], d.Referrals.String()})
	}
	want := []directory{
		{"corp", "(&(objectCategory=person)(objectClass=user))", "displayName", "mail", "ignore"},
		{"partners", "(objectClass=inetOrgPerson)", "displayName", "mail", "refuse"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}

func TestParse_GroupsOfOneDirectoryAreEnoughForRules(t *testing.T) {
	t.Parallel()
	text := edited(t, "testdata/valid/two.yaml", "rules: []", "rules:\n  - name: a\n    when: {group: staff}\n    account: {}")
	if _, err := config.Parse("config.yaml", text); err != nil {
		t.Error(err)
	}
}

// TestParse_WhatTwoDirectoriesMayShare: only people who would be read twice are
// a mistake.
func TestParse_WhatTwoDirectoriesMayShare(t *testing.T) {
	t.Parallel()
	const server, base, filter = "ldap.partners.example", "ou=people,dc=partners", `filter: "(objectClass=account)"`
	tests := []struct {
		name         string
		replacements []string
		mistake      bool
	}{
		{"server and base", []string{server, "dc1.corp.example", base, "OU=Staff,DC=corp,DC=example"}, true},
		{"the base, on another server", []string{base, "OU=Staff,DC=corp,DC=example"}, false},
		{"the base, at another port", []string{server, "dc1.corp.example:3636", base, "OU=Staff,DC=corp,DC=example"}, false},
		{"the base, at the global catalog", []string{server, "dc1.corp.example:3269", base, "OU=Staff,DC=corp,DC=example"}, true},
		{"the base, by another filter", []string{server, "dc1.corp.example", base, `OU=Staff,DC=corp,DC=example"]` + "\n      " + filter + "\n      leavers_in: [\"DC=x"}, true},
		{"a base below, by another filter", []string{server, "dc1.corp.example", base, "OU=Vienna,OU=Staff,DC=corp,DC=example"}, false},
		{"a base below, by the same filter", []string{server, "dc1.corp.example", base, "OU=Vienna,OU=Staff,DC=corp,DC=example", "openldap", "active-directory"}, true},
		{"the base, on the servers of its domain", []string{"ldaps://" + server, "ldaps+srv://dc1.corp.example", base, "OU=Staff,DC=corp,DC=example"}, false},
		{"the server", []string{server, "dc1.corp.example", base, "OU=Staffing,DC=corp,DC=example"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("testdata/valid/two.yaml")
			if err != nil {
				t.Fatal(err)
			}
			_, err = config.Parse("config.yaml", []byte(strings.NewReplacer(tt.replacements...).Replace(string(text))))
			if told := err != nil && strings.Contains(err.Error(), "each person there would be two"); told != tt.mistake || !told && err != nil {
				t.Errorf("got %v, want a mistake: %v", err, tt.mistake)
			}
		})
	}
}

func TestParse_ACertificateMayLogInOrStandBesideAnAccount(t *testing.T) {
	t.Parallel()
	const account = "  bind:\n    user: \"cn=reader,dc=corp,dc=example\"\n    password: file:/run/secrets/ldap\n"
	const certificate = "  tls: {certificate: /etc/kw-onboarder/ldap.pem, key: cred:ldap-key}\n"
	for name, tt := range map[string]struct{ logIn, user string }{
		"instead of an account": {certificate, ""},
		"beside an account":     {account + certificate, "cn=reader,dc=corp,dc=example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Parse("config.yaml", with(t, account, tt.logIn))
			if err != nil {
				t.Fatal(err)
			}
			d := c.Directories[0]
			if d.Bind.User != tt.user || d.TLS.Certificate != "/etc/kw-onboarder/ldap.pem" || d.TLS.Key.String() != "cred:ldap-key" {
				t.Errorf("got user %q, certificate %q, key %s", d.Bind.User, d.TLS.Certificate, d.TLS.Key)
			}
		})
	}
}
