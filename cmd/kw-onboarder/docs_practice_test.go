package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// checkout is a folder in which the blocks of a page are run as in a checkout of the program: the servers are real, and
// listen where nobody else does.
func checkout(t *testing.T) (dir string, ports *strings.Replacer) {
	t.Helper()
	if _, err := exec.LookPath("ldapadd"); err != nil {
		withoutIt(t, "ldap-utils")
	}
	if _, err := os.Stat("/usr/sbin/slapd"); err != nil {
		withoutIt(t, "slapd")
	}
	dir = t.TempDir()
	var pairs []string
	for _, usual := range []string{"127.0.0.1:8443", "127.0.0.1:3389", "127.0.0.1:9854"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		pairs = append(pairs, usual, l.Addr().String())
	}
	start, err := os.ReadFile("../../examples/openldap/start.sh")
	if err != nil {
		t.Fatal(err)
	}
	ports = strings.NewReplacer(pairs...)
	// The servers' own addresses, and more requests a second than a person would wait for.
	program := fmt.Sprintf(`#!/bin/sh
[ -z "$WRAPPED" ] || { echo "the wrapper has called itself" >&2; exit 1; }
export WRAPPED=1
if [ "$1" = kwsim ]; then
	rm -f "$3/ready"
	(
		until [ -f "$3/company.ldif" ] && [ -f "$3/config.yaml" ]; do sleep 0.05; done
		sed -i 's/%s/%s/; s/%s/%s/; s/requests_per_second: .*/requests_per_second: 200/' "$3/config.yaml"
		touch "$3/ready"
	) &
	exec %s "$@" --listen %s --rate 1000
fi
until [ -f %s/try/ready ] && ldapsearch -x -H ldap://%s -s base >/dev/null 2>&1; do sleep 0.05; done
exec %s "$@"
`, pairs[2], pairs[3], pairs[4], pairs[5], mustFind(t), pairs[1], dir, pairs[3], mustFind(t))
	for name, text := range map[string]string{
		"bin/kw-onboarder": program, "examples/openldap/start.sh": ports.Replace(string(start)),
		"scripts/install-servers.sh": "#!/bin/sh\n", "bin/make": "#!/bin/sh\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir, ports
}

func withoutIt(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run scripts/install-servers.sh", what)
	}
	t.Skipf("SKIPPED, NOT TESTED: %s is not installed", what)
}

// practise runs blocks one after another in one shell, and ends whatever they have started.
func practise(t *testing.T, dir string, blocks []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*longest)
	defer cancel()
	log, err := os.Create(filepath.Join(dir, "log")) // not a pipe, which a server that goes on would hold open
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(ctx, "sh", "-uc", strings.Join(blocks, "\n"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Stdout, cmd.Stderr = log, log
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the servers, where a block failed before they were ended
	out, readErr := os.ReadFile(log.Name())
	if err != nil || readErr != nil {
		t.Fatalf("%v, %v\n%s", err, readErr, out)
	}
	return string(out)
}

// blocksFrom are the blocks of a page that do not say in which language they are, or say sh.
func blocksFrom(text string) []string {
	var blocks []string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == "" || m[1] == "sh" {
			blocks = append(blocks, m[2])
		}
	}
	return blocks
}

// inOrder expects texts one behind the other.
func inOrder(t *testing.T, out string, want ...string) {
	t.Helper()
	rest := out
	for _, w := range want {
		at := regexp.MustCompile(w).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("no %q in what is left of the output:\n%s\nwhole output:\n%s", w, rest, out)
		}
		rest = rest[at[1]:]
	}
}

// TestDocs_SafetyCanBePractised does every exercise of the page about the brakes, with the numbers that it tells.
func TestDocs_SafetyCanBePractised(t *testing.T) {
	t.Parallel()
	dir, ports := checkout(t)
	text := docsText(t, "docs/safety.md")
	_, practice, _ := strings.Cut(text, "## A place to practise")
	begin := blocksFrom(practice)[0]
	var blocks []string
	for i, exercise := range strings.Split(practice, "**Try it**")[1:] {
		block := blocksFrom(exercise)[0]
		if strings.Contains(block, "MANAGE=") { // with fresh servers
			blocks = append(blocks, "kill $slapd $kwsim; wait; rm -r try", begin)
		}
		blocks = append(blocks, fmt.Sprintf("echo exercise %d", i+1), block)
	}
	script := append([]string{begin}, append(blocks, "kill $slapd $kwsim; wait")...)
	for i := range script {
		script[i] = ports.Replace(script[i])
	}
	inOrder(t, practise(t, dir, script),
		"OK, 6 rules",
		"exercise 1", "Nothing to do: the changes above are withheld", "385 changes",
		"exercise 2", "OK, 6 rules", "expected group everybody",
		"exercise 3", "wall two projects",
		"exercise 4", ` staff +0 +0 +172 `,
		"exercise 5", "172 changes at once", "\n5\n",
		"exercise 6", "(?m)^ *1 .*create", "done", "Nothing to do",
		"exercise 7", "partial|failed", "partial|failed", "partial|failed", "folder", "done",
	)
}

// TestDocs_TryLeadsToAJoiner does what docs/try.md says: servers, a plan, the daemon, and somebody who is hired.
func TestDocs_TryLeadsToAJoiner(t *testing.T) {
	t.Parallel()
	dir, ports := checkout(t)
	blocks := blocksFrom(docsText(t, "docs/try.md"))
	for i := range blocks {
		blocks[i] = ports.Replace(blocks[i])
	}
	inOrder(t, practise(t, dir, blocks),
		"OK, 6 rules", "385 changes", "kw_onboarder_grants", "adding new entry", "joan@alpenglas.example",
		"Rule staff applies", "(?m)^OK",
	)
}
