package kwsim_test

import (
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

var update = flag.Bool("update", false, "write the generated parts of docs/kwsim.md")

const guide = "../../docs/kwsim.md"

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func switchTable() string {
	var out strings.Builder
	out.WriteString("| switch | settings, the default first | what it is about |\n| --- | --- | --- |\n")
	for _, s := range kwsim.Switches() {
		var settings []string
		for _, setting := range s.Settings {
			settings = append(settings, fmt.Sprintf("`%s`", setting))
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", s.Name, strings.Join(settings, " "), s.Doc)
	}
	return out.String()
}

func operationList() string {
	var out strings.Builder
	out.WriteString("```text\n")
	for _, o := range kwsim.Operations() {
		out.WriteString(o + "\n")
	}
	return out.String() + "```\n"
}

func TestGuideIsUpToDate(t *testing.T) {
	text := readGuide(t)
	want := text
	for name, generated := range map[string]string{"switches": switchTable(), "operations": operationList()} {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
		before, rest, ok := strings.Cut(want, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("the guide has no place for %s", name)
		}
		want = before + begin + "\n" + generated + "\n" + end + after
	}
	if *update {
		if err := os.WriteFile(guide, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("the guide is out of date; run this test with -update (-want +got):\n%s", diff)
	}
}

func TestGuideNamesEveryFault(t *testing.T) {
	t.Parallel()
	text := readGuide(t)
	for _, kind := range kwsim.FaultKinds() {
		if !strings.Contains(text, fmt.Sprintf("`%s`", kind)) {
			t.Errorf("the guide does not name the fault %s", kind)
		}
	}
}

// TestGuideRuns does what the guide shows, with sh, curl and openssl.
func TestGuideRuns(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed: run scripts/install-servers.sh", program)
			}
			t.Skipf("SKIPPED: %s is not installed, so nobody has tried what docs/kwsim.md shows", program)
		}
	}
	var script strings.Builder
	script.WriteString("set -eu\n")
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(readGuide(t), -1) {
		script.WriteString(block[1])
	}
	s, dir := guideSite(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script.String())
	cmd.Env = append(os.Environ(), "KW="+s.URL(), "MANAGE="+s.ManagementURL(), "DIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("run: %v\n%s", err, out)
	}
	rest := string(out)
	for _, want := range []string{
		`"metadata":{"total":22,"limit":2,"offset":0}}`, "status 200",
		`"email":"zoe@partner.example"`, "status 201",
		`{"errors":[],"successIds":["`, "status 201",
		`"name":"Collaborator"`, "status 200",
		`{"code":"ERR_ENTITY_EXISTS","message":"Entity exists"}`, "status 422",
		"status 200", "status 429", "status 429", "status 200",
		`"path": "/rest/admin/users"`, `"status": 201`, `"status": 422`,
		"status 204", `"name":"Audit"`, "status 200",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q in what is left of the output:\n%s\nwhole output:\n%s", want, rest, out)
		}
		rest = after
	}
}

// guideSite is what the command prepares: a server, and a folder with what a client needs.
func guideSite(t *testing.T) (*kwsim.Server, string) {
	t.Helper()
	const secret = "a secret of this test"
	s, err := kwsim.New(kwsim.Options{
		TLS: true, Management: "127.0.0.1:0",
		Application: kwsim.Application{
			ClientID: "kw-onboarder-try", ClientSecret: secret, Issuer: "kw-onboarder", PublicKey: &signingKey().PublicKey,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	p := kwsim.Plan{Admin: "svc-users@alpenglas.example", Owner: "svc-folders@alpenglas.example", Strangers: 20}
	if err := kwsim.Populate(s.World(), 1, p); err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(signingKey())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"ca.pem": s.CA(), "client-secret": []byte(secret + "\n"),
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s, dir
}
