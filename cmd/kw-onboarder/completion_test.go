package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&cli{}, kong.Name("kw-onboarder"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line string // its words; the last is to be completed
		kind string
		want []string
	}{
		{"pl", someWords, []string{"plan"}},
		{"re", someWords, []string{"reject", "resume"}},
		{"__", someWords, nil}, // hidden
		{"--con", someWords, []string{"--config"}},
		{"--config ", someFiles, nil},
		{"-c ", someFiles, nil},
		{"--config=x", someFiles, nil},
		{"--config = ", someFiles, nil}, // as bash has it
		{"--config = x plan --d", someWords, []string{"--detailed-exitcode"}},
		{"--config x pla", someWords, []string{"plan"}},
		{"--config=x pla", someWords, []string{"plan"}},
		{"plan --output ", someWords, []string{"text", "json", "markdown", "csv"}},
		{"plan --output=js", someWords, []string{"--output=json"}},
		{"plan --output = js", someWords, []string{"json"}},
		{"plan --output =", someWords, []string{"text", "json", "markdown", "csv"}},
		{"plan --person ", someWords, nil},
		{"plan --person x --pers", someWords, []string{"--person"}}, // may be repeated
		{"plan --detailed-exitcode --det", someWords, nil},
		{"plan --snapshot ", someFiles, nil},
		{"plan ", someWords, nil},
		{"quarantine ", someWords, []string{"list", "retry"}},
		{"quarantine re", someWords, []string{"retry"}},
		{"completion ", someWords, []string{"bash", "zsh", "fish"}},
		{"completion bash ", someWords, nil},
		{"diff old.yaml ", someFiles, nil},
		{"test a.yaml b.yaml ", someFiles, nil},
		{"plan -- --det", someWords, nil},
		{"apply --nonsense pl", someWords, nil},
	} {
		kind, found := complete(parser.Model.Node, strings.Split(tt.line, " "))
		var got []string
		for _, f := range found {
			got = append(got, f.word)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || kind != tt.kind {
			t.Errorf("%q: %s, want %s (-want +got):\n%s", tt.line, kind, tt.kind, diff)
		}
	}
}

// What a shell offers behind a line, one word on each of its own. Each program prints that.
const (
	inBash = `. "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _kw_onboarder; printf '%s\n' "${COMPREPLY[@]}"`
	inZsh  = `compdef() { }; _files() { print -l -- *(.N) }; _describe() { local v; for v in ${(P)2}; do print -r -- ${${v//\\:/$'\t'}%%:*} | tr '\t' ':'; done }
. "$1"; words=("${@[2,-1]}"); CURRENT=$#words; _kw_onboarder`
	inFish = `source $argv[1]; complete -C "$argv[2..-1]" | string replace -r '\t.*' ''; or true`
)

// The scripts work in the shells that they are for.
func TestCompletionInTheShells(t *testing.T) {
	t.Parallel()
	for shell, program := range map[string]string{"bash": inBash, "zsh": inZsh, "fish": inFish} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				withoutIt(t, shell)
			}
			dir := t.TempDir()
			script, err := exec.CommandContext(t.Context(), "kw-onboarder", "completion", shell).Output()
			if err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"script": string(script), "rules a.yaml": "", "b.yaml": ""} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, tt := range []struct {
				words []string
				want  []string
			}{
				{[]string{"quar"}, []string{"quarantine"}},
				{[]string{"re"}, []string{"reject", "resume"}},
				{[]string{"plan", "--det"}, []string{"--detailed-exitcode"}},
				{[]string{"plan", "--output", "js"}, []string{"json"}},
				{[]string{"completion", ""}, []string{"bash", "fish", "zsh"}},
				{[]string{"--config", ""}, []string{"b.yaml", "rules a.yaml", "script"}},
			} {
				got := offered(t, dir, shell, program, tt.words)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("behind %q (-want +got):\n%s", tt.words, diff)
				}
			}
		})
	}
}

// offered runs a shell and returns what it offers, sorted.
func offered(t *testing.T, dir, shell, program string, words []string) []string {
	t.Helper()
	flags := map[string][]string{"bash": {"--norc", "-c", program, "bash"}, "zsh": {"-f", "-c", program, "zsh"}, "fish": {"--no-config", "-c", program}}
	cmd := exec.CommandContext(t.Context(), shell, slices.Concat(flags[shell], []string{filepath.Join(dir, "script"), "kw-onboarder"}, words)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", shell, err, out)
	}
	all := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), `\ `, " ")), "\n")
	slices.Sort(all)
	return all
}
