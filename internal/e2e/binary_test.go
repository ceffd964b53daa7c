package e2e_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// result is what the program left behind: exit code and both outputs.
type result struct {
	code           int
	stdout, stderr string
}

// begin starts the program; wait returns what it left behind.
func begin(t testing.TB, c *exec.Cmd) (wait func() result) {
	t.Helper()
	var out, errOut bytes.Buffer
	c.Stdout, c.Stderr = &out, &errOut
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return func() result {
		_ = c.Wait() // the exit code says it
		return result{c.ProcessState.ExitCode(), out.String(), errOut.String()}
	}
}

// TestExitCodes runs the real program. The other tests of bad input look at the
// same failures from inside.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	ldap, _ := startDirectory(t, smallCompany)
	apply := []string{"apply", "--yes"}
	cases := []struct {
		name   string
		spoil  func(s *site)
		args   []string
		code   int
		stdout []string
		stderr string // in its one line; "" means that nothing is written there
	}{
		{"done", func(*site) {}, apply, 0, []string{"done: 21 of 21 changes"}, ""},
		{"nothing is left to do", func(s *site) { s.mustApply() }, []string{"plan", "--detailed-exitcode"}, 0, []string{"Nothing to do."}, ""},
		{"there are changes", func(*site) {}, []string{"plan", "--detailed-exitcode"}, 2, []string{"21 changes: "}, ""},
		{
			"people are skipped and held", func(s *site) { s.settings.Rules = departmentRule }, apply, 0,
			[]string{"Skipped people (6)", "no value in mail: uid=u000000,ou=people", "Held, nothing changes there (3)", "holds a path separator: u000008@example.com"},
			"",
		},
		{
			"a rule is blocked", func(s *site) { s.settings.Rules = goodRule + badRule(sameTen, "/Projects/Nowhere", "Viewer") }, apply, 4,
			[]string{"Blocked, waits for you (1)", "rule bad: folder /Projects/Nowhere does not exist", "partial: 21 of 21 changes"},
			"",
		},
		{
			"the directory refuses the password", func(s *site) { s.settings.BindPassword = s.write("wrong", "wrong-password") }, apply, 1, nil,
			"check directory.bind",
		},
		{"the secret has expired", func(s *site) { s.kw.SetSecret("newer") }, []string{"plan"}, 1, nil, "check kiteworks.client_id and client_secret"},
		{"nobody can be asked", func(*site) {}, []string{"apply"}, 64, nil, "say --yes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := watchedSite(t, ldap, smallTenant())
			s.settings.Rules = goodRule
			c.spoil(s)
			got := begin(t, s.command(c.args...))()
			if got.code != c.code {
				t.Errorf("exit code %d, want %d\n%s%s", got.code, c.code, got.stdout, got.stderr)
			}
			for _, want := range c.stdout {
				if !strings.Contains(got.stdout, want) {
					t.Errorf("the output does not say %q:\n%s", want, got.stdout)
				}
			}
			if (c.stderr == "") != (got.stderr == "") {
				t.Errorf("standard error: %q, want a line that says %q", got.stderr, c.stderr)
			}
			checkLine(t, strings.TrimSuffix(got.stderr, "\n"), []string{c.stderr})
		})
	}
}

// TestTheJSONReportCountsItsRequests holds the contract of --output json to what Kiteworks saw.
func TestTheJSONReportCountsItsRequests(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	ldap, _ := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule
	got := begin(t, s.applyCommand())()
	rep := decodeReport(t, got)
	if n := len(s.kw.History()); rep.Requests.Made != n || rep.Requests.Planned != n {
		t.Errorf("requests planned %d and made %d, and Kiteworks saw %d", rep.Requests.Planned, rep.Requests.Made, n)
	}
	if len(rep.Changes) != 21 || rep.Result != "done" || rep.People != smallCompany {
		t.Errorf("%d changes among %d people, %s; want 21 among %d, done", len(rep.Changes), rep.People, rep.Result, smallCompany)
	}
}

// report is what a script reads of --output json.
type report struct {
	Result   string
	People   int
	Groups   int
	Seconds  float64
	Changes  []struct{ Op string }
	Requests struct{ Planned, Made int }
}

func decodeReport(t testing.TB, r result) report {
	t.Helper()
	var rep report
	if err := json.Unmarshal([]byte(r.stdout), &rep); err != nil {
		t.Fatalf("read the report: %v\n%s%s", err, r.stdout, r.stderr)
	}
	return rep
}
