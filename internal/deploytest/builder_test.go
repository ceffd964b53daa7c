package deploytest

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// builder is buildah with a store of its own, which needs no engine and no registry.
type builder struct {
	program string
	store   string
}

func newBuilder(t *testing.T) *builder {
	t.Helper()
	b := &builder{program: proctest.Program(t, "buildah"), store: t.TempDir()}
	if os.Geteuid() != 0 {
		proctest.Missing(t, "building the image without a container engine takes root")
	}
	t.Cleanup(func() { _ = exec.Command(b.program, b.args("rm", "--all")...).Run() }) // mounts keep the folder
	return b
}

func (b *builder) args(args ...string) []string {
	return append([]string{"--storage-driver", "vfs", "--root", b.store + "/root", "--runroot", b.store + "/run"}, args...)
}

// do runs one command of buildah and returns what it prints.
func (b *builder) do(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), b.program, b.args(args...)...)
	c.Dir = filepath.Join("..", "..")
	var out, errOut bytes.Buffer
	c.Stdout, c.Stderr = &out, &errOut
	if err := c.Run(); err != nil {
		t.Fatalf("buildah %s: %v\n%s%s", args[0], err, &out, &errOut)
	}
	return strings.TrimSpace(out.String())
}

// base makes an image of files, each with the file it is copied from or, with a first
// letter of "=", its content.
func (b *builder) base(t *testing.T, name string, files map[string]string, config ...string) {
	t.Helper()
	container := b.do(t, "from", "scratch")
	root := b.do(t, "mount", container)
	for path, from := range files {
		content := strings.NewReader(strings.TrimPrefix(from, "="))
		var source io.Reader = content
		if !strings.HasPrefix(from, "=") {
			file, err := os.Open(from)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			source = file
		}
		place(t, filepath.Join(root, path), source)
	}
	b.do(t, append(append([]string{"config"}, config...), container)...)
	b.do(t, "commit", "-q", container, name)
}

// place writes a file that everybody may read and run, and its folder.
func place(t *testing.T, path string, from io.Reader) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(file, from)
	if closed := file.Close(); err != nil || closed != nil {
		t.Fatalf("write %s: %v, %v", path, err, closed)
	}
}

// goEnv is what the toolchain says of its folders.
func goEnv(t *testing.T) (root, modules, cache string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "-json", "GOROOT", "GOMODCACHE", "GOCACHE").Output()
	var env struct{ GOROOT, GOMODCACHE, GOCACHE string }
	if err == nil {
		err = json.Unmarshal(out, &env)
	}
	if err != nil {
		t.Fatalf("go env: %v\n%s", err, out)
	}
	return env.GOROOT, env.GOMODCACHE, env.GOCACHE
}

// bases stand in for the two images that the Dockerfile begins with, under their names: a
// shell around this machine's Go with what it has downloaded and built, and certificates.
func (b *builder) bases(t *testing.T) {
	t.Helper()
	busybox := proctest.Program(t, "busybox")
	b.base(t, "docker.io/library/golang:1.26-bookworm",
		map[string]string{"bin/sh": busybox, "bin/mkdir": busybox, "tmp/.keep": "=", "root/.keep": "="},
		"--env", "PATH=/usr/local/go/bin:/bin", "--env", "GOTOOLCHAIN=local", "--env", "GOPROXY=off",
		"--env", "GOMODCACHE=/host/modules", "--env", "GOCACHE=/host/cache")
	b.base(t, "gcr.io/distroless/static-debian12:nonroot", map[string]string{
		"var/lib/dpkg/.keep":                "=",
		"etc/passwd":                        "=nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
		"etc/ssl/certs/ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt",
	}, "--user", "65532")
}

// build builds the Dockerfile as it is.
func (b *builder) build(t *testing.T, name string) {
	t.Helper()
	root, modules, cache := goEnv(t)
	b.do(t, "build", "--format", "docker", "--isolation", "chroot", "--pull=never", "--network=host",
		"--volume", root+":/usr/local/go:ro", "--volume", modules+":/host/modules:ro", "--volume", cache+":/host/cache",
		"--build-arg", "VERSION=1.2.3-test", "--tag", name, ".")
}
