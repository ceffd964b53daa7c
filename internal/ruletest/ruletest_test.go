package ruletest_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	_ "time/tzdata" // the machine may have no time zones

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// head is a configuration but for its rules.
const head = `
mode: observe
timezone: Europe/Vienna
directory:
  - name: corp
    kind: openldap
    servers: ["ldaps://ldap.corp.example"]
    bind: {user: "cn=reader,dc=corp,dc=example", password: file:/run/secrets/ldap}
    people:
      bases: ["ou=staff,dc=corp,dc=example"]
      email: {domains: [corp.example]}
    groups: {bases: ["ou=groups,dc=corp,dc=example"]}
  - name: partner
    kind: openldap
    servers: ["ldaps://ldap.partner.example"]
    bind: {user: "cn=reader,dc=partner,dc=example", password: file:/run/secrets/partner}
    people:
      bases: ["ou=staff,dc=partner,dc=example"]
      email: {domains: [partner.example]}
    groups: {bases: ["ou=groups,dc=partner,dc=example"]}
kiteworks:
  url: https://files.corp.example
  client_id: app
  client_secret: env:KW_SECRET
  jwt: {issuer: kw-onboarder, private_key: cred:key}
  identities: {users: users@corp.example, folders: folders@corp.example}
  roots: [/Departments, /Projects]
accounts: {existing: ignore}
tables:
  dept: {"R&D/Lab": Research, Sales: Sales}
`

// parsed is a configuration with these rules.
func parsed(t testing.TB, rules string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("config.yaml", []byte(head+rules))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// shared are rules of every kind.
func shared(t testing.TB) *config.Config {
	t.Helper()
	text, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(text))
}

// result is what the one case comes to; text is its keys.
func result(t *testing.T, cfg *config.Config, text string) ruletest.Result {
	t.Helper()
	text = "cases:\n  - name: it\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
	f, err := ruletest.Parse("t.yaml", []byte(text), cfg)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	return ruletest.Run(cfg, []*ruletest.File{f}).Results[0]
}

// told is a result in lines.
func told(r ruletest.Result) string {
	var out strings.Builder
	for _, d := range r.Differences {
		out.WriteString(d.What + ": want " + d.Want + ", got " + d.Got + "\n")
		for _, b := range d.Because {
			out.WriteString("  " + strings.TrimSpace(b.Rule+" "+b.Text) + "\n")
		}
	}
	for _, n := range r.Notes {
		out.WriteString("note: " + n + "\n")
	}
	return out.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
