package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

func TestState_IsResolved(t *testing.T) {
	const secret = "postgresql://kw:s3cret@db.corp.example/kw"
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KW_LEDGER", secret)
	t.Setenv("KW_OTHER", "s3cret")
	cases := []struct {
		name, state, want, err string
	}{
		{"a path", "/var/lib/kw/ledger.db", "/var/lib/kw/ledger.db", ""},
		{"a URL", "postgres://kw@db/kw", "postgres://kw@db/kw", ""},
		{"a file with a URL", "file:" + file, secret, ""},
		{"a variable with a URL", "env:KW_LEDGER", secret, ""},
		{"a variable that is not set", "env:KW_NONE", "", "the environment does not have it"},
		{"a variable with something else", "env:KW_OTHER", "", "what env:KW_OTHER holds is no URL"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := config.State(c.state).Resolve()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("got error %v, want %q and no secret", err, c.err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("got %q and error %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestP13_StateIsPrintedWithoutPassword(t *testing.T) {
	t.Parallel()
	for state, want := range map[config.State]string{
		"/var/lib/kw/ledger.db":                         "/var/lib/kw/ledger.db",
		"file:/run/secrets/url":                         "file:/run/secrets/url",
		"postgres://kw:s3cret@db:5432/kw?sslkey=s3cret": "postgres://db:5432/kw",
		"postgres://kw:12/s3cret@db/kw":                 "postgres://...",
	} {
		for _, verb := range []string{"%v", "%s", "%#v", "%+v"} {
			if got := fmt.Sprintf(verb, state); got != want {
				t.Errorf("%s: got %s, want %s", verb, got, want)
			}
		}
	}
}

func TestWarnings_APasswordInState(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("testdata/state-other-scheme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[string]int{
		"postgres://kw:s3cret@db/kw":           1,
		"postgres://kw@db/kw?password=s3cret":  1,
		"postgres://kw@db/kw?passfile=/run/kw": 0,
		"file:/run/secrets/ledger":             0,
	} {
		c, err := config.Parse("config.yaml", []byte(strings.Replace(string(good), "mysql://localhost/kw", state, 1)))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, w := range c.Warnings(nil) {
			if w.Path == "state" {
				found++
			}
			if text := fmt.Sprintf("%+v", w); strings.Contains(text, "s3cret") {
				t.Errorf("the warning shows the password: %s", text)
			}
		}
		if found != want {
			t.Errorf("%s: got %d warnings, want %d", state, found, want)
		}
	}
}
