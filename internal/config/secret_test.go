package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// inlineSecrets are ways in which somebody writes a secret where a reference belongs.
var inlineSecrets = []string{
	"hunter2", `"hunter2"`, "*hunter2", "!hunter2", "!hunter2 x", "&hunter2", "hunter2 #hunter2", "#hunter2",
	"{hunter2}", "[hunter2, CN=hunter2]", "@hunter2", "%hunter2", "'hunter2", "vault:hunter2", "file://hunter2:x", "|\n  hunter2",
	"env:hunter2-", "\"\\hunter2\"", ": hunter2", "hunter2: x", "- hunter2", "? hunter2", "`hunter2`", ">hunter2",
}

// TestP13_AnInlineSecretIsNotRepeated: whatever form it takes in the file.
func TestP13_AnInlineSecretIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, inline := range inlineSecrets {
		for _, reference := range []string{"file:/run/secrets/ldap", "env:KW_SECRET", "cred:key"} {
			_, err := config.Parse("config.yaml", with(t, reference, inline))
			if err == nil {
				t.Errorf("%s for %s passes", inline, reference)
			} else if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats %s:\n%v", inline, err)
			}
		}
	}
}

// TestP13_NoKeyShowsASecret: whichever mapping it stands in, or instead of.
func TestP13_NoKeyShowsASecret(t *testing.T) {
	t.Parallel()
	const tail = "rules: []\n"
	text := strings.TrimSuffix(valid(t), tail)
	head, kiteworks, _ := strings.Cut(text, "kiteworks:\n")
	for name, text := range map[string]string{
		"kiteworks":        head + "kiteworks: {hunter2}\n",
		"within kiteworks": head + "kiteworks:\n  hunter2: x\n  hunter2: !y z\n" + kiteworks,
		"jwt":              strings.Replace(text, "    issuer: kw-onboarder\n    private_key: cred:key\n", "    {hunter2}\n", 1),
		"within jwt":       strings.Replace(text, "private_key: cred:key", "hunter2: cred:key", 1),
		"a client secret":  strings.Replace(text, "env:KW_SECRET", "{hunter2: {hunter2: !x y}}", 1),
		"tls":              strings.Replace(text, "  people:\n", "  tls: {hunter2: {hunter2: x}}\n  people:\n", 1),
	} {
		_, err := config.Parse("config.yaml", []byte(text+tail))
		if err == nil {
			t.Errorf("%s: it passes", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats it:\n%v", name, err)
		}
	}
}

// TestP13_NoExcerptShowsAnInlineSecret: neither for what is wrong with it, nor for
// what is wrong around it or with its key.
func TestP13_NoExcerptShowsAnInlineSecret(t *testing.T) {
	t.Parallel()
	const bind = "  bind:\n    user: \"cn=reader,dc=corp,dc=example\"\n    password: file:/run/secrets/ldap\n"
	for name, around := range map[string]string{
		"a misspelt key":            "  bind:\n    user: x\n    pwd: SECRET\n",
		"a key that comes twice":    bind + "    password: SECRET\n",
		"a mapping that does":       bind + "  bind:\n    password: SECRET\n",
		"a key of another place":    bind + "  tls:\n    pwd:\n      - SECRET\n",
		"among people":              bind + "  leavers:\n    pwd: SECRET\n",
		"instead of the mapping":    "  bind: SECRET\n",
		"instead of its keys":       "  bind:\n    SECRET\n",
		"as one of its keys":        "  bind:\n    user: []\n    SECRET: SECRET\n    SECRET: !x x\n",
		"as a key and its value":    "  bind: {hunter2: {hunter2: !x x}, user: [], SECRET: SECRET}\n",
		"as a key of the secret":    "  bind: {user: [], password: {SECRET: !x x, hunter2: {hunter2: !y y}}}\n",
		"as a key of a list":        "  bind:\n    - hunter2: !x x\n    - {hunter2: SECRET}\n",
		"as a merged key":           "  tls: &b {SECRET, hunter2: x}\n  bind:\n    <<: [*b, {hunter2: !x x}]\n    user: []\n",
		"in a list":                 "  bind:\n    - SECRET\n",
		"in a list of keys":         "  bind:\n    - pwd: SECRET\n",
		"in one line":               "  bind: {usr: x, password: SECRET}\n",
		"in one line, before":       "  bind: {password: SECRET, usr: x}\n",
		"before what is wrong":      "  bind:\n    password: SECRET\n    usr: x\n",
		"behind what is wrong":      "  bind:\n    usr: x\n    password: SECRET\n",
		"on a line of its own":      "  bind:\n    user: []\n    password:\n      SECRET\n    usr: x\n",
		"as a key":                  "  bind:\n    user: []\n    ? password\n    : SECRET\n",
		"in two lines":              "  bind: {password: \"x\n    SECRET\", user: [], usr: x}\n",
		"in two lines, as a plain":  "  bind:\n    password: x\n      SECRET\n    user: []\n",
		"as a block":                "  bind:\n    user: []\n    password: >\n\n      x\n      SECRET\n\n  usr: x\n",
		"by an alias":               "  usr: &p SECRET\n  bind:\n    user: []\n    password: *p\n",
		"by an alias that is known": "  name: &p [SECRET]\n  bind:\n    user: []\n    password: *p\n",
		"by a merge":                "  usr: &b {password: SECRET}\n  bind:\n    <<: *b\n    user: []\n",
		"by a merge that is known":  "  bind: &b\n    password: SECRET\n    user: []\n  tls:\n    <<: [*b, {key: SECRET}]\n",
		"in a comment":              "  bind:\n    user: [] # the password is SECRET\n",
		"in an address":             bind + "  referrals: https://reader:SECRET@corp.example\n",
		"with carriage returns":     "  bind:\r    user: []\r    password: SECRET\r",
		"behind another line feed":  bind + "  name: \"a\u2028\n  b\"\n  tls:\n    key: SECRET\n    cert: x\n",
		"in a second document":      bind + "---\npwd: SECRET\n---\n",
	} {
		for _, inline := range append([]string{"hunter2"}, inlineSecrets...) {
			text := strings.ReplaceAll(around, "SECRET", inline)
			_, err := config.Parse("config.yaml", []byte(strings.Replace(string(with(t, bind, text)), "mode: observe", "mode: perhaps", 1)))
			if err == nil {
				t.Errorf("%s, %s: it passes", name, inline)
			} else if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: the error repeats %s:\n%v", name, inline, err)
			}
		}
	}
}

func TestSecret_PrintsItsReference(t *testing.T) {
	t.Parallel()
	s := secret(t, "env:KW_SECRET")
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%v %s %#v %s", s, s, s, asJSON)
	if want := `env:KW_SECRET env:KW_SECRET env:KW_SECRET "env:KW_SECRET"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func secret(t *testing.T, reference string) config.Secret {
	t.Helper()
	var s config.Secret
	if err := s.UnmarshalText([]byte(reference)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecret_Resolve(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	open, closed := write("open", "s3cret\n", 0o444), write("closed", "k3y\r\n", 0o400)
	two, blank := write("two", "a\n\n", 0o400), write("blank", "\n", 0o400)
	t.Setenv("KW_TEST_SECRET", "fr0m env")
	t.Setenv("CREDENTIALS_DIRECTORY", dir)

	tests := []struct {
		name, reference string
		key             bool
		want, wrong     string
	}{
		{"file", "file:" + open, false, "s3cret", ""},
		{"one line feed only", "file:" + two, false, "a\n", ""},
		{"credential", "cred:open", false, "s3cret", ""},
		{"environment", "env:KW_TEST_SECRET", false, "fr0m env", ""},
		{"key of its owner", "file:" + closed, true, "k3y", ""},
		{"key in a credential", "cred:open", true, "s3cret", ""},
		{"key that all may read", "file:" + open, true, "", "chmod 0400"},
		{"empty file", "file:" + blank, false, "", "it is empty"},
		{"no file", "file:" + dir + "/none", false, "", "no such file"},
		{"a folder", "file:" + dir, false, "", "is a directory"},
		{"not in the environment", "env:KW_TEST_NONE", false, "", "does not have it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := secret(t, tt.reference)
			resolve := s.Resolve
			if tt.key {
				resolve = s.ResolveKey
			}
			got, err := resolve()
			if got != tt.want || tt.wrong == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("got %q, %v; want %q, %q", got, err, tt.want, tt.wrong)
			}
			if err != nil && !strings.Contains(err.Error(), tt.reference) {
				t.Errorf("%v does not name %s", err, tt.reference)
			}
		})
	}
}

func TestSecret_WithoutCredentialsSaysWhatToDo(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := secret(t, "cred:x").Resolve(); err == nil || !strings.Contains(err.Error(), "LoadCredential=") {
		t.Errorf("got %v, want a word on LoadCredential=", err)
	}
}

func TestSecret_RefusesOddReferences(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "file:", "file:/", "cred:../x", "cred:..", "cred:a/b", "env:", "env:A-B", "env:1A", "FILE:/x", "x", "file:/a//b"} {
		var s config.Secret
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q passes as %v", text, s)
		}
	}
}
