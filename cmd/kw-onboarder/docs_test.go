package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// reader is an administrator who does what a page says, in a shell, with their own directory and Kiteworks.
type reader struct {
	t         *testing.T
	home      string
	kiteworks *kwsim.Server
	directory *ldapsim.Server
	own       *strings.Replacer // the page's examples -> what is theirs
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{t: t, home: t.TempDir()}
	var err error
	r.directory, err = ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: sitePassword, Entries: townEntries(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.directory.Close() })
	s, err := newSite(filepath.Join(r.home, "console"))
	if err != nil {
		t.Fatal(err)
	}
	s.Client = "0123abcd"
	if r.kiteworks, err = s.serve(kwsim.Options{Seed: 1}, kwsim.Plan{Strangers: 5, Folders: 12, Grants: 10}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.kiteworks.Close() })
	r.kiteworks.SetSecret("the secret that the console showed")
	r.own = strings.NewReplacer("anna@corp.example", "anna@alpenglas.example")
	return r
}

// shell is a block of a page, ready to run.
func (r *reader) shell(ctx context.Context, block, in string) *exec.Cmd {
	dir := filepath.Join(r.home, "kw-onboarder")
	cmd := exec.CommandContext(ctx, "sh", "-euc", r.own.Replace(block))
	cmd.Env = append(os.Environ(), "HOME="+r.home, "NO_COLOR=1",
		"SSL_CERT_FILE="+filepath.Join(r.home, "console", "ca.pem"), // as if the authority were a public one
		"KW_ONBOARDER_CONFIG="+filepath.Join(dir, "config.yaml"))
	if _, err := os.Stat(dir); err == nil {
		cmd.Dir = dir
	}
	cmd.Stdin = strings.NewReader(in)
	return cmd
}

func (r *reader) run(block, in string) string {
	r.t.Helper()
	out, err := r.shell(r.t.Context(), block, in).CombinedOutput()
	if err != nil {
		r.t.Fatalf("%v\n%s\nof\n%s", err, out, block)
	}
	return string(out)
}

// edit changes a file as the reader of a page would by hand.
func (r *reader) edit(name, old, new string) {
	r.t.Helper()
	path := filepath.Join(r.home, "kw-onboarder", name)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		r.t.Fatalf("%s does not hold %q: %v", name, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, new)), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// register does in the admin console what keygen says.
func (r *reader) register() {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.home, "kw-onboarder", "key.pem"))
	if err != nil {
		r.t.Fatal(err)
	}
	key, err := parseKey(text)
	if err != nil {
		r.t.Fatal(err)
	}
	r.kiteworks.SetPublicKey(&key.PublicKey)
	public, err := os.ReadFile(filepath.Join(r.home, "kw-onboarder", "key.pub.pem"))
	if err != nil {
		r.t.Fatal(err)
	}
	block, _ := pem.Decode(public)
	if same, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil || !key.PublicKey.Equal(same) {
		r.t.Fatalf("key.pub.pem is not the public half of key.pem: %v", err)
	}
}

// daemon runs a block that goes on, until its log says so, and then presses Ctrl-C.
func (r *reader) daemon(block, until string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	cmd := r.shell(ctx, "exec "+block, "")
	log, err := cmd.StderrPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	var seen bytes.Buffer
	for buffer := make([]byte, 4096); !strings.Contains(seen.String(), until); {
		n, err := log.Read(buffer)
		seen.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	if err := cmd.Wait(); err != nil || !strings.Contains(seen.String(), until) {
		r.t.Fatalf("%v, want %q in the log:\n%s", err, until, seen.String())
	}
}

func page(t *testing.T, name string) (text string, blocks []string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, m[1])
	}
	return string(data), blocks
}

// TestDocs_QuickstartLeadsToAPlanAndBeyond does what the page says, block after block.
func TestDocs_QuickstartLeadsToAPlanAndBeyond(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	_, blocks := page(t, "quickstart.md")
	answers := strings.Join([]string{
		r.directory.URL(), ldapsim.CompanyBind, "", r.kiteworks.URL(), siteUsers, siteFolders, "/Departments /Projects", "link",
	}, "\n") + "\n"
	steps := []struct {
		block string // its beginning
		in    string
		want  []string // of what is printed
		then  func()
	}{
		{"mkdir", "", nil, nil},
		{"(umask 077; cat > ldap-password)", sitePassword + "\n", nil, nil},
		{"kw-onboarder init", answers, []string{"1 rule, mode observe", "kw-onboarder keygen"}, func() { r.edit("config.yaml", `":9854"`, `"127.0.0.1:0"`) }},
		{"kw-onboarder keygen", "", []string{"key.pem made", "Issuer         kw-onboarder", "GET/admin/*"}, r.register},
		{"sed -i 's/enter-the-client-id/", "", nil, nil},
		{"(umask 077; cat > client-secret)", "the secret that the console showed\n", nil, nil},
		{"kw-onboarder doctor", "", []string{"a token for " + siteUsers, "every role, profile and folder"}, nil},
		{"kw-onboarder check", "", []string{"OK, 1 rule, mode observe", "passed"}, nil},
		{"kw-onboarder plan", "", []string{"anna@alpenglas.example", "mode observe"}, nil},
		{"kw-onboarder why", "", []string{"Rule staff applies"}, nil},
		{"sed -i 's/^mode: observe/", "", []string{"mode create-only"}, nil},
		{"kw-onboarder apply", "", []string{"done: 2 of 2 changes", "done: 7 of 7 changes"}, nil},
	}
	if len(blocks) != len(steps)+1 {
		t.Fatalf("the page has %d blocks, want %d", len(blocks), len(steps)+1)
	}
	for i, step := range steps {
		if !strings.HasPrefix(blocks[i], step.block) {
			t.Fatalf("block %d is\n%s\nwant one that begins with %s", i, blocks[i], step.block)
		}
		out := r.run(blocks[i], step.in)
		for _, want := range step.want {
			if !strings.Contains(out, want) {
				t.Fatalf("%q is not in what is printed by\n%s\n%s", want, blocks[i], out)
			}
		}
		if step.then != nil {
			step.then()
		}
	}
	r.daemon(blocks[len(steps)], "run ended")
}

func TestDocs_TroubleshootingRuns(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	s, err := newSite(filepath.Join(r.home, "kw-onboarder"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(s.Dir, os.DirFS(filepath.Join(r.home, "console"))); err != nil {
		t.Fatal(err)
	}
	s.Kiteworks, s.Directory, s.Kind, s.Rate, s.Metrics = r.kiteworks.URL(), r.directory.URL(), "generic", 200, "127.0.0.1:0"
	s.Client = "0123abcd"
	if _, err := s.configure(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "client-secret"), []byte("the secret that the console showed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(s.Dir, "key.pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, blocks := page(t, "troubleshooting.md")
	for _, block := range blocks {
		r.run(block, "")
	}
}

// TestDocs_TroubleshootingQuotesWhatIsSaid: each heading is a part of a message, letter for letter.
func TestDocs_TroubleshootingQuotesWhatIsSaid(t *testing.T) {
	t.Parallel()
	text, _ := page(t, "troubleshooting.md")
	var code strings.Builder
	for _, root := range []string{"../../internal", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := os.ReadFile(path)
			code.Write(file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	headings := regexp.MustCompile("(?m)^### (.*)$").FindAllStringSubmatch(text, -1)
	if len(headings) < 20 {
		t.Fatalf("only %d headings", len(headings))
	}
	system := map[string]bool{"address already in use": true} // words of the operating system
	for _, h := range headings {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(h[1], -1) {
			for _, part := range strings.Split(m[1], "connection refused: ") {
				if part != "" && !system[part] && !strings.Contains(code.String(), part) {
					t.Errorf("nothing says %q", part)
				}
			}
		}
	}
}
