package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// P13: no command prints a secret, nor leaves one in a file that it writes.
func TestP13_NoCommandShowsASecret(t *testing.T) {
	t.Parallel()
	const password = "canary-bind-password-4e21"
	company, err := ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: password, Entries: townEntries(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer company.Close()
	s, _ := simulate(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.Config), "reader-password"), []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	amend(t, s.Config, "ldap://127.0.0.1:3389", company.URL(), "kind: openldap", "kind: generic", "127.0.0.1:9854", "127.0.0.1:0",
		"level: info", "level: debug\n  audit: "+filepath.Join(dir, "audit.log"))
	file := func(name string) string { return filepath.Join(dir, name) }
	written := []string{"plan.kwplan", "snapshot.gz", "backup.db", "audit.log"}
	var shown strings.Builder
	for _, args := range [][]string{
		{"check"},
		{"plan", "--output", "json"},
		{"plan", "--out", file(written[0])},
		{"apply", "--yes", "--output", "json"},
		{"apply", "--plan", file(written[0]), "--yes"},
		{"doctor"},
		{"doctor", "--output", "json"},
		{"status"},
		{"runs"},
		{"runs", "1", "--output", "json"},
		{"why", "anna.lang@alpenglas.example", "--output", "json"},
		{"parked", "--output", "json"},
		{"quarantine"},
		{"snapshot", "--full", "--out", file(written[1])},
		{"backup", file(written[2])},
		{"undo", "1", "--yes", "--reason", "test"},
	} {
		out, _ := process(t, append(args, "--config", s.Config)...).CombinedOutput() // some of them have nothing to do, or nothing to say
		if len(out) == 0 {
			t.Errorf("%v prints nothing", args)
		}
		shown.Write(out)
	}
	for _, name := range written {
		text, err := os.ReadFile(file(name))
		if err != nil || len(text) == 0 {
			t.Errorf("nothing to look into: %v", err)
		}
		shown.Write(text)
	}
	secret, err := os.ReadFile(s.Secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(s.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(key)), "\n")
	canaries := append(lines[1:len(lines)-1], password, strings.TrimSpace(string(secret)), "Bearer ", "eyJ") // the last: how each JWT begins
	for _, canary := range canaries {
		for _, spelt := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary))} {
			if at := strings.Index(shown.String(), spelt); at >= 0 {
				t.Errorf("a secret is shown behind %q", shown.String()[max(0, at-200):at])
			}
		}
	}
}
