package e2e_test

import (
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// goodRule is about ten people, each of whom gets an account and one role.
const goodRule = `  - name: good
    when:
      filter: "(uid=u00002*)"
    account:
      profile: Standard
    grants:
      - folder: /Projects/Welcome
        role: Viewer
        create: true
`

// TestARunThatCannotReadFailsAsAWhole spoils what a run needs: it ends with one
// clear line, and nothing is written.
func TestARunThatCannotReadFailsAsAWhole(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	cases := []struct {
		name  string
		spoil func(t *testing.T, s *site)
		want  []string // what, where, what to do
	}{
		{
			"wrong bind password",
			func(_ *testing.T, s *site) { s.settings.BindPassword = s.write("wrong", "wrong-password") },
			[]string{"bind to " + ldap.URLTLS(), slapdtest.BindDN, "invalid credentials", "check directory.bind"},
		},
		{
			"wrong CA of the directory",
			func(t *testing.T, s *site) { s.settings.DirectoryCA = proctest.NewAuthority(t).File(t) },
			[]string{"connect to " + ldap.URLTLS(), "unknown authority", "check directory.tls.ca"},
		},
		{
			"wrong CA of Kiteworks",
			func(t *testing.T, s *site) { s.settings.KiteworksCA = proctest.NewAuthority(t).File(t) },
			[]string{"read Kiteworks", "unknown authority", "check kiteworks.ca"},
		},
		{
			"unknown base DN",
			func(_ *testing.T, s *site) { s.settings.PeopleBase = "ou=nowhere,dc=example,dc=com" },
			[]string{`below "ou=nowhere,dc=example,dc=com"`, "no such object", "check directory.people.bases"},
		},
		{
			"size limit hit",
			func(t *testing.T, s *site) {
				small := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(smallCompany, 1).LDIF(), SizeLimit: 50})
				s.settings.Directory, s.settings.DirectoryCA = small.URL(), ""
			},
			[]string{"search ldap://", "after 50 entries", "size limit exceeded", "raise the server's size limit"},
		},
		{
			"expired client secret",
			func(_ *testing.T, s *site) { s.kw.SetSecret("a newer secret") },
			[]string{"get a token for", "invalid_client", "check kiteworks.client_id and client_secret", "expired"},
		},
		{
			"a key that does not match",
			func(_ *testing.T, s *site) { s.kw.SetPublicKey(&newKey().PublicKey) },
			[]string{"get a token for", "invalid_grant", "check that kiteworks.jwt.private_key", "kiteworks.identities (one that a grant names by `as`: in others)"},
		},
		{
			"Kiteworks down",
			func(_ *testing.T, s *site) { s.front.Close() },
			[]string{"read Kiteworks", "connection refused", "is Kiteworks up at https://127.0.0.1"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := watchedSite(t, ldap, smallTenant())
			s.settings.Rules = goodRule
			before := s.picture()
			c.spoil(t, s)
			rep, err := s.apply()
			checkFailure(t, rep, err, c.want)
			checkNothingDone(t, s, before)
		})
	}
}

// TestTheDirectoryIsKilledInTheMiddleOfASearch kills slapd behind a proxy when
// part of the people have come. With slapd back, the next run does it all.
func TestTheDirectoryIsKilledInTheMiddleOfASearch(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, wholeCompany)
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule
	direct := s.settings
	before := s.picture()
	const half = 200_000 // bytes; the answer about all people has about 500,000
	s.settings.Directory = cutAfter(t, ldap.Addr(), half, func() { ldap.Kill(t) })
	s.settings.DirectoryCA = ""
	rep, err := s.apply()
	checkFailure(t, rep, err, []string{"search ldap://", "entries", "check the server, the read is tried again with the next run"})
	if strings.Contains(rep.Err, "after 0 entries") {
		t.Errorf("slapd was not killed in the middle: %s", rep.Err)
	}
	checkNothingDone(t, s, before)

	ldap.Restart(t)
	s.settings = direct
	if rep := s.mustApply(); rep.Result() != kwsync.Done || len(s.holdings()) != 10 {
		t.Errorf("with slapd back the run ended %s with %d roles, want done with 10", rep.Result(), len(s.holdings()))
	}
}

// checkFailure asserts the one clear line: what, where, what to do.
func checkFailure(t *testing.T, rep kwsync.Report, err error, want []string) {
	t.Helper()
	if err == nil {
		t.Fatal("the run ended without an error")
	}
	if rep.Result() != kwsync.Failed {
		t.Errorf("the run ended %s, want failed", rep.Result())
	}
	checkLine(t, err.Error(), want)
}

// checkLine asserts that a text is one line, that it says all of want, and no secret.
func checkLine(t *testing.T, line string, want []string) {
	t.Helper()
	if strings.ContainsAny(line, "\r\n") {
		t.Errorf("more than one line: %q", line)
	}
	for _, part := range want {
		if !strings.Contains(line, part) {
			t.Errorf("the line does not say %q: %s", part, line)
		}
	}
	for _, secret := range []string{clientSecret, slapdtest.Password, "wrong-password", "eyJ"} {
		if strings.Contains(line, secret) {
			t.Errorf("the line shows a secret: %s", line)
		}
	}
}

// checkNothingDone says that the tenant is as before and the ledger empty.
func checkNothingDone(t *testing.T, s *site, before picture) {
	t.Helper()
	checkUnchanged(t, s, before)
	memory, open := s.ledger()
	if len(open)+len(memory.Owned)+len(memory.Links) > 0 {
		t.Errorf("the ledger has %d open intents, %d grants, %d links; want none", len(open), len(memory.Owned), len(memory.Links))
	}
}
