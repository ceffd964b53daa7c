//go:build linux

package deploytest

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

const (
	imageName = "localhost/kw-onboarder:test"
	imageUser = 65532
	program   = "/usr/local/bin/kw-onboarder"
)

// TestTheImage builds it once, and looks at it from all sides.
func TestTheImage(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.bases(t)
	b.build(t, imageName)
	container := b.do(t, "from", imageName)
	root := b.do(t, "mount", container)
	t.Run("says what it is", func(t *testing.T) { says(t, b) })
	t.Run("holds one static program", func(t *testing.T) { holds(t, root) })
	t.Run("runs it", func(t *testing.T) {
		got := b.do(t, "run", "--isolation", "chroot", container, "--", program, "version")
		if !strings.HasPrefix(got, "kw-onboarder 1.2.3-test, ") {
			t.Errorf("got %q, want the version that it was built with", got)
		}
	})
	t.Run("works on a root that is read-only", func(t *testing.T) { works(t, root) })
}

// says checks what an engine reads of the image.
func says(t *testing.T, b *builder) {
	var inspected struct {
		Docker struct {
			Config struct {
				User            string `json:"User"`
				Entrypoint, Cmd []string
				Volumes         map[string]struct{} `json:"Volumes"`
				ExposedPorts    map[string]struct{} `json:"ExposedPorts"`
				Labels          map[string]string   `json:"Labels"`
				Healthcheck     struct{ Test []string }
			} `json:"config"`
		}
	}
	if err := json.Unmarshal([]byte(b.do(t, "inspect", "--type", "image", imageName)), &inspected); err != nil {
		t.Fatal(err)
	}
	c := inspected.Docker.Config
	got := map[string]any{
		"user": c.User, "entrypoint": c.Entrypoint, "cmd": c.Cmd, "health": c.Healthcheck.Test,
		"volumes": c.Volumes, "ports": c.ExposedPorts,
	}
	want := map[string]any{
		"user": "65532:65532", "entrypoint": []string{program}, "cmd": []string{"run"}, "health": []string{"CMD", program, "health"},
		"volumes": map[string]struct{}{"/var/lib/kw-onboarder": {}}, "ports": map[string]struct{}{"9854/tcp": {}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the image (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{"title": "kw-onboarder", "licenses": "Apache-2.0", "version": "1.2.3-test"} {
		if got := c.Labels["org.opencontainers.image."+name]; got != want {
			t.Errorf("label %s: got %q, want %q", name, got, want)
		}
	}
}

// holds checks the files: one program, which needs no library and no interpreter, and
// nothing that its user could change but the state.
func holds(t *testing.T, root string) {
	binary, err := elf.Open(filepath.Join(root, program))
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	if libraries, err := binary.ImportedLibraries(); err != nil || len(libraries) > 0 || binary.Section(".interp") != nil {
		t.Errorf("it needs %v (%v), want a static program", libraries, err)
	}
	var size int64
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() && !d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		size += info.Size()
		owner := info.Sys().(*syscall.Stat_t)
		if state := strings.TrimPrefix(path, root) == "/var/lib/kw-onboarder"; state != (owner.Uid == imageUser) {
			t.Errorf("%s belongs to %d", path, owner.Uid)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(64 << 20); size > most {
		t.Errorf("it holds %d bytes, want at most %d", size, most)
	}
	t.Logf("the image holds %.1f MB", float64(size)/1e6)
}

// inside runs the program as its user on a root that nobody can write to, with one folder
// to keep things in.
func inside(t *testing.T, root, state string, args ...string) *exec.Cmd {
	t.Helper()
	const enter = `set -e; root=$1 state=$2; shift 2
mount --bind "$root" "$root"; mount --bind "$state" "$root/var/lib/kw-onboarder"
mount -o remount,ro,bind "$root"; exec chroot --userspec=65532:65532 "$root" "$@"`
	return exec.CommandContext(t.Context(), proctest.Program(t, "unshare"),
		append([]string{"--mount", "sh", "-c", enter, "sh", root, state, program}, args...)...)
}

// works lets the image onboard somebody, from its own simulated Kiteworks, and asks whether it is well.
func works(t *testing.T, root string) {
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(state, imageUser, imageUser); err != nil {
		t.Fatal(err)
	}
	kiteworks := start(t, inside(t, root, state, "kwsim", "--listen", proctest.FreeAddr(t), "--dir", "/var/lib/kw-onboarder"))
	await(t, kiteworks, func() error { _, err := os.Stat(filepath.Join(state, "company.ldif")); return err })

	password, err := os.ReadFile(filepath.Join(state, "reader-password"))
	if err != nil {
		t.Fatal(err)
	}
	company, err := ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: string(password), Entries: ldapsim.Company(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = company.Close() })
	metrics := proctest.FreeAddr(t)
	amend(t, filepath.Join(state, "config.yaml"), "ldap://127.0.0.1:3389", company.URL(), "kind: openldap", "kind: generic",
		"127.0.0.1:9854", metrics, "timezone: UTC", "timezone: Europe/Vienna")

	daemon := start(t, inside(t, root, state, "run", "--config", "/var/lib/kw-onboarder/config.yaml"))
	await(t, daemon, func() error {
		resp, err := http.Get("http://" + metrics + "/readyz")
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("not ready: %s", resp.Status)
		}
		return nil
	})
	for _, args := range [][]string{{"health", "--address", metrics}, {"health", "--ready", "--address", metrics}} {
		if out, err := inside(t, root, state, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	if info, err := os.Stat(filepath.Join(state, "ledger.db")); err != nil || info.Sys().(*syscall.Stat_t).Uid != imageUser {
		t.Errorf("the ledger: %v, want one of user %d", err, imageUser)
	}
	daemon.End(syscall.SIGTERM)
	if out, err := inside(t, root, state, "health", "--address", metrics).CombinedOutput(); err == nil {
		t.Errorf("health of a daemon that has ended: exit code 0, %s", out)
	}
}

func start(t *testing.T, c *exec.Cmd) *proctest.Process {
	t.Helper()
	p, err := proctest.Run(c, filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.End(syscall.SIGTERM) })
	return p
}

func await(t *testing.T, p *proctest.Process, ready func() error) {
	t.Helper()
	if err := p.Await(ready); err != nil {
		t.Fatal(err)
	}
}

// amend replaces texts in a file that keeps its owner, given as old and new by turns.
func amend(t *testing.T, path string, pairs ...string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(content))), 0o600); err != nil {
		t.Fatal(err)
	}
}
