package config_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no time zones

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// minimal is the smallest configuration that passes.
const minimal = "testdata/valid/minimal.yaml"

func valid(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(minimal)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// with is the smallest configuration with one piece replaced.
func with(t *testing.T, old, replacement string) []byte {
	t.Helper()
	return edited(t, minimal, old, replacement)
}

// edited is a file with one piece replaced.
func edited(t *testing.T, file, old, replacement string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%q is not exactly once in %s", old, file)
	}
	return []byte(strings.Replace(string(text), old, replacement, 1))
}

// problems parses what must not pass and returns its mistakes.
func problems(t *testing.T, data []byte) []config.Problem {
	t.Helper()
	_, err := config.Parse("config.yaml", data)
	return mistakesOf(t, err)
}

func mistakesOf(t *testing.T, err error) []config.Problem {
	t.Helper()
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want a *config.Error", err)
	}
	return wrong.Problems
}

func TestParse_EachMistakeHasItsMessage(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = config.Parse(filepath.Base(file), data)
			if err == nil {
				t.Fatal("the file passes")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".golden", err.Error()+"\n")
		})
	}
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

func TestLoad_TheExamplePasses(t *testing.T) {
	t.Parallel()
	c, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Set.Len(), len(c.Rules); got != want || got == 0 {
		t.Errorf("%d rules compiled, want %d", got, want)
	}
	want := []string{"accountexpires", "company", "department", "employeetype", "givenname", "hiredate", "physicaldeliveryofficename", "sn", "title"}
	if diff := cmp.Diff(want, c.Set.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

// TestLoad_TheListOfTheExamplePasses: what stands there as a comment is true too.
func TestLoad_TheListOfTheExamplePasses(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(data), "\ndirectory:\n")
	_, rest, _ = strings.Cut(rest, "\n# directory:\n")
	list, tail, found := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatal("the example has no list of directories")
	}
	list = strings.ReplaceAll("# directory:\n"+list, "# ", "")
	c, err := config.Parse("config.example.yaml", []byte(head+"\n"+list+"\n\n"+tail))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Directories) != 2 || c.Directories[1].TLS.Key.String() != "cred:partners-key" {
		t.Errorf("got %d directories, want the two of the list", len(c.Directories))
	}
}

func TestLoad_AMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	_, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("Load = %v, want the name of the file and ErrNotExist", err)
	}
}

func TestParse_FillsInDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("config.yaml", []byte(valid(t)))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{
		c.Mode, c.Delta.Spec, c.Full.Spec, c.Location, c.OnRuleChange, c.State, c.HTTP, c.Log,
		c.Directories[0].Name, c.Directories[0].People.Filter, c.Directories[0].People.Name, c.Directories[0].People.Email.From,
		c.Kiteworks.URL, c.Kiteworks.JWT.Audience, c.Kiteworks.JWT.Algorithm, c.Kiteworks.RequestsPerSecond,
		c.Accounts.Existing, c.File, len(c.Hash),
	}
	want := []any{
		guard.Observe, "*/15 * * * *", "0 3 * * *", time.UTC, config.Park,
		"/var/lib/kw-onboarder/ledger.db",
		config.HTTP{Metrics: ":9854"},
		config.Log{Level: "info", Format: "json"},
		"directory", "(objectClass=inetOrgPerson)", "displayName",
		[]string{"mail"},
		"https://files.corp.example", "https://files.corp.example", "RS256", 25,
		config.Ignore, "config.yaml", 12,
	}
	for i := range want {
		if got, want := fmt.Sprint(got[i]), fmt.Sprint(want[i]); got != want {
			t.Errorf("value %d: got %s, want %s", i, got, want)
		}
	}
}

func TestParse_AcceptsOtherSpellings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string
		got            func(*config.Config) any
		want           string
	}{
		{"list of one directory", "directory:\n  kind", "directory:\n  - name: corp\n    kind", func(c *config.Config) any { return c.Directories[0].Name }, "corp"},
		{"trailing slash of the url", "https://files.corp.example", "https://files.corp.example/", func(c *config.Config) any { return c.Kiteworks.URL }, "https://files.corp.example"},
		{"plain http on loopback", "https://files.corp.example", "http://127.0.0.1:8080", func(c *config.Config) any { return c.Kiteworks.URL }, "http://127.0.0.1:8080"},
		{"plain ldap on loopback", "ldaps://ldap.corp.example", "ldap://localhost:389", func(c *config.Config) any { return c.Directories[0].Servers }, "[ldap://localhost:389]"},
		{"servers from DNS", "ldaps://ldap.corp.example", "ldaps+srv://corp.example", func(c *config.Config) any { return c.Directories[0].Servers }, "[ldaps+srv://corp.example]"},
		{"servers from DNS, with StartTLS", `servers: ["ldaps://ldap.corp.example"]`, "tls: {starttls: true}\n  servers: [ldap+srv://corp.example:390]", func(c *config.Config) any { return c.Directories[0].Servers }, "[ldap+srv://corp.example:390]"},
		{"referrals", "kind: openldap", "kind: openldap\n  referrals: ignore", func(c *config.Config) any { return c.Directories[0].Referrals }, "ignore"},
		{"referrals of Active Directory", "kind: openldap", "kind: active-directory\n  referrals: refuse", func(c *config.Config) any { return c.Directories[0].Referrals }, "refuse"},
		{"root with an id", "- /Departments", "- {path: /Departments, id: f-1}", func(c *config.Config) any { return c.Kiteworks.Roots }, "[{/Departments f-1 report}]"},
		{"root that is repaired", "- /Departments", "- {path: /Departments, drift: repair}", func(c *config.Config) any { return c.Kiteworks.Roots }, "[{/Departments  repair}]"},
		{"history left out", "rules: []", "rules: []", func(c *config.Config) any { return c.History }, "400d"},
		{"history in days", "rules: []", "rules: []\nhistory: 90d", func(c *config.Config) any { return time.Duration(c.History) }, "2160h0m0s"},
		{"history in hours", "rules: []", "rules: []\nhistory: 170h", func(c *config.Config) any { return c.History }, "170h"},
		{"e-mail in capitals", "users@corp", "Users@Corp", func(c *config.Config) any { return c.Kiteworks.Identities.Users }, "users@corp.example"},
		{"number as a text", "client_id: app", "client_id: 0123", func(c *config.Config) any { return c.Kiteworks.ClientID }, "0123"},
		{"hash inside a word", "issuer: kw-onboarder", "issuer: kw#1001", func(c *config.Config) any { return c.Kiteworks.JWT.Issuer }, "kw#1001"},
		{"comment with a space", "issuer: kw-onboarder", "issuer: kw # x", func(c *config.Config) any { return c.Kiteworks.JWT.Issuer }, "kw"},
		{"unbuilt but empty", "rules: []", "rules: []\nleavers: []\nwatch: false\nhttp:\n  pages: \"\"", func(c *config.Config) any { return len(c.Rules) }, "0"},
		{"seats", "existing: ignore", "existing: ignore, seats: 500", func(c *config.Config) any { return c.Limits().Seats }, "500"},
		{"watch", "rules: []", "rules: []\nwatch: true", func(c *config.Config) any { return c.Watch }, "true"},
		{"pages on loopback", "rules: []", "rules: []\nhttp: {pages: 'localhost:9855'}", func(c *config.Config) any { return c.HTTP }, "{:9854 localhost:9855  }"},
		{"pages behind a password", "rules: []", "rules: []\nhttp: {pages: ':9855', web_config: web.yaml}", func(c *config.Config) any { return c.HTTP }, "{:9854 :9855 127.0.0.1:9856 web.yaml}"},
		{"probes beyond loopback", "rules: []", "rules: []\nhttp: {probes: ':9856', web_config: /etc/web.yaml}", func(c *config.Config) any { return c.HTTP }, "{:9854  :9856 /etc/web.yaml}"},
		{"no probes", "rules: []", "rules: []\nhttp: {probes: '', web_config: web.yaml}", func(c *config.Config) any { return c.HTTP }, "{:9854   web.yaml}"},
		{"web_config beside the file", "rules: []", "rules: []\nhttp: {web_config: web.yaml}", func(c *config.Config) any { return c.WebConfigFile() }, "web.yaml"},
		{"no metrics", "rules: []", "rules: []\nhttp: {metrics: \"\"}", func(c *config.Config) any { return c.HTTP.Metrics }, ""},
		{"all identities", "folders: folders@", "others: [legal@corp.example, users@corp.example]\n    folders: folders@", func(c *config.Config) any { return c.Kiteworks.Identities.All() }, "[users@corp.example folders@corp.example legal@corp.example]"},
		{"alias and merge", "rules: []", mergedRules, func(c *config.Config) any { return c.Rules[1].Account.Profile }, "Guest"},
		{"own key beats a merged one", "rules: []", mergedRules, func(c *config.Config) any { return c.Rules[1].Name }, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := with(t, tt.old, tt.new)
			if tt.name == "list of one directory" {
				text = []byte(indentDirectory(string(text)))
			}
			c, err := config.Parse("config.yaml", text)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(tt.got(c)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

const mergedRules = `rules:
  - &first
    name: a
    when: &all {everyone: true}
    account: {profile: Guest}
  - <<: *first
    name: b
    when: *all`

// indentDirectory moves the keys below the hyphen that was put before the first.
func indentDirectory(text string) string {
	head, rest, _ := strings.Cut(text, "- name: corp\n")
	body, tail, _ := strings.Cut(rest, "kiteworks:")
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for i := range lines[1:] {
		lines[i+1] = "  " + lines[i+1]
	}
	return head + "- name: corp\n" + strings.Join(lines, "\n") + "\nkiteworks:" + tail
}

// TestP14_TheDangerousChoicesHaveNoDefault: each must be said, and the error
// explains what there is to choose from.
func TestP14_TheDangerousChoicesHaveNoDefault(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, line, explains string }{
		{"mode", "mode: observe\n", "observe create-only upsert-only sync"},
		{"accounts.existing", "accounts: {existing: ignore}\n", "ignore link"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			got := problems(t, with(t, tt.line, ""))
			if len(got) != 1 || got[0].Path != tt.path {
				t.Fatalf("got %v, want one problem at %s", got, tt.path)
			}
			for choice := range strings.FieldsSeq(tt.explains) {
				if !strings.Contains(got[0].Hint, choice+": ") {
					t.Errorf("the hint %q does not explain %s", got[0].Hint, choice)
				}
			}
		})
	}
}

func TestParse_ReportsEverythingAtOnceInOrder(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("mode: observe", "mode: on", "kind: openldap", "kind: novell", "rules: []", "rulez: []").Replace(valid(t))
	var got []string
	last := 0
	for _, p := range problems(t, []byte(text)) {
		got = append(got, p.Path)
		if p.Line < last {
			t.Errorf("%s in line %d comes after line %d", p.Path, p.Line, last)
		}
		last = p.Line
	}
	if diff := cmp.Diff([]string{"mode", "directory.kind", "rulez"}, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestParse_ProblemsOfRulesStandAtTheirLines(t *testing.T) {
	t.Parallel()
	got := problems(t, with(t, "rules: []", "rules:\n  - name: a\n    when: {everyone: true}\n    grants:\n      - folder: /Elsewhere\n        role: Viewer"))
	line := strings.Count(strings.Split(valid(t), "rules: []")[0], "\n") + 5
	if len(got) != 1 || got[0].Line != line || got[0].Column != 17 {
		t.Errorf("got %+v, want one problem at %d:17", got, line)
	}
}

func TestSchedule_FollowsTheTimeZone(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("config.yaml", with(t, "rules: []", "rules: []\ntimezone: Europe/Vienna"))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Full.Next(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("next full run %v, want %v", got.UTC(), want)
	}
}

func TestIdentities_AllSkipsWhatIsMissing(t *testing.T) {
	t.Parallel()
	got := config.Identities{Others: []access.Email{"a@x", "a@x"}}.All()
	if diff := cmp.Diff([]access.Email{"a@x"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range append(files, minimal, "testdata/valid/two.yaml", "../../config.example.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("fuzz.yaml", data)
		var wrong *config.Error
		switch {
		case err == nil && (c == nil || c.Set == nil || c.Mode == 0 || c.Accounts.Existing == 0):
			t.Error("an unfinished configuration passes")
		case err != nil && (!errors.As(err, &wrong) || len(wrong.Problems) == 0):
			t.Errorf("Parse = %v, want a *config.Error with problems", err)
		}
	})
}

// TestParse_AliasesDoNotExplode: each line doubles what the one before merges.
func TestParse_AliasesDoNotExplode(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("http: {pages: &a0 {metrics: x}}\nleavers:\n")
	for i := range 40 {
		fmt.Fprintf(&bomb, "  - &a%d {<<: [*a%d, *a%[2]d]}\n", i+1, i)
	}
	bomb.WriteString("log:\n  <<: *a40\n")
	for _, p := range problems(t, with(t, "rules: []", bomb.String())) {
		if strings.Contains(p.Message, "aliases multiply") {
			return
		}
	}
	t.Error("nothing is said of the aliases")
}

// TestConfig_PrintsAsItIsWritten: choices and schedules by their words, secrets
// by their references.
func TestConfig_PrintsAsItIsWritten(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("config.yaml", []byte(valid(t)))
	if err != nil {
		t.Fatal(err)
	}
	printed, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"mode: observe\n", "delta: '*/15 * * * *'\n", "on_rule_change: park\n", "existing: ignore\n", "referrals: refuse\n",
		"password: file:/run/secrets/ldap\n", "client_secret: env:KW_SECRET\n", "private_key: cred:key\n",
		"max: 5%\n", "per: 1d\n", "create: unlimited\n", "expire: unlimited\n", "shrink: 30%\n",
	} {
		if !strings.Contains(string(printed), want) {
			t.Errorf("%q is not in\n%s", want, printed)
		}
	}
	if got := config.Existing(0).String() + config.Existing(9).String(); got != "unsetunset" {
		t.Errorf("no choice prints as %q", got)
	}
}
