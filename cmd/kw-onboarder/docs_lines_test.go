package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// docsLine is a command line of this program that a page shows.
type docsLine struct {
	page string
	args []string // without the program's name
	text string   // the words, as they are run
}

// docsPages are all pages, named from the top of the repository.
func docsPages(t *testing.T) []string {
	t.Helper()
	pages := []string{"README.md", "SECURITY.md", "CONTRIBUTING.md"}
	for _, pattern := range []string{"docs/*.md", "docs/adr/*.md", "deploy/*/README.md"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %d pages", pattern, err, len(found))
		}
		for _, f := range found {
			pages = append(pages, strings.TrimPrefix(filepath.ToSlash(f), "../../"))
		}
	}
	return pages
}

func docsText(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	fence = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")
	span  = regexp.MustCompile("`+([^`]+)`+")
)

// docsBlocks are the command lines in the blocks of a page, fenced or indented, in their order.
func docsBlocks(page, text string) []docsLine {
	var blocks []string
	rest := fence.ReplaceAllStringFunc(text, func(block string) string {
		if m := fence.FindStringSubmatch(block); m[1] == "" || m[1] == "sh" || m[1] == "console" {
			blocks = append(blocks, m[2])
		}
		return ""
	})
	for _, line := range strings.Split(rest, "\n") {
		if strings.HasPrefix(line, "    ") {
			blocks = append(blocks, line)
		}
	}
	var lines []docsLine
	for _, b := range blocks {
		for _, words := range shellCommands(b) {
			if args, ours := ourArguments(words); ours && len(args) > 0 && args[0] != "$@" {
				lines = append(lines, docsLine{page: page, args: args, text: strings.Join(args, " ")})
			}
		}
	}
	return lines
}

// docsSpans are those in the prose: `kw-onboarder ...`, and a command with what belongs to it, `approve ID`.
func docsSpans(page, text string, commands []string) []docsLine {
	var lines []docsLine
	for _, m := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		for _, words := range shellCommands(strings.ReplaceAll(m[1], "\n", " ")) {
			args, ours := ourArguments(words)
			if !ours && len(words) > 1 && slices.Contains(commands, words[0]) && aboutArguments.MatchString(words[1]) {
				args, ours = words, true
			}
			if ours {
				lines = append(lines, docsLine{page: page, args: args, text: strings.Join(args, " ")})
			}
		}
	}
	return lines
}

// aboutArguments tells `approve ID` and `plan --out` from words that only begin like a command.
var aboutArguments = regexp.MustCompile(`^(--[a-z-]+|[A-Z]+|\[[A-Z]+\]|retry)$`)

// ourArguments finds this program in the words of one command; "ask" is how the page about Compose calls it.
func ourArguments(words []string) (args []string, ours bool) {
	before := []string{"exec", "sudo", "do", "then", "if", "!", "$"}
	for len(words) > 0 && (slices.Contains(before, words[0]) || regexp.MustCompile(`^[A-Za-z_]+=`).MatchString(words[0])) {
		words = words[1:]
	}
	for i, w := range words {
		if w == "ask" && i == 0 || w == "kw-onboarder" && i == 0 || strings.HasSuffix(w, "bin/kw-onboarder") && !slices.Contains(words, "/usr/local/bin/") {
			return words[i+1:], true
		}
	}
	return nil, false
}

// anyFile lets a file be named that is not there.
func anyFile(ctx *kong.DecodeContext, target reflect.Value) error {
	var name string
	if err := ctx.Scan.PopValueInto("file", &name); err != nil {
		return err
	}
	if target.Kind() == reflect.Slice {
		target.Set(reflect.Append(target, reflect.ValueOf(name)))
		return nil
	}
	target.SetString(name)
	return nil
}

// ended is what the parser panics with when it has printed help.
type ended int

// parsed says what the program's own parser says of a line.
func (l docsLine) parsed() (err error) {
	defer func() {
		if e, is := recover().(ended); is && e != 0 {
			err = fmt.Errorf("exit code %d", e)
		}
	}()
	var c cli
	parser, err := kong.New(&c, kong.Name("kw-onboarder"), kong.Exit(func(n int) { panic(ended(n)) }),
		kong.Writers(new(strings.Builder), new(strings.Builder)), kong.NamedMapper("existingfile", kong.MapperFunc(anyFile)))
	if err != nil {
		return err
	}
	_, err = parser.Parse(l.filled())
	return err
}

// filled puts something in for what a page leaves open.
func (l docsLine) filled() []string {
	var args []string
	for _, a := range l.args {
		switch {
		case a == "[RUN]", a == "[FOLDER]", a == "FILE...": // as a synopsis has it
			args = append(args, map[string]string{"[RUN]": "1", "[FOLDER]": "/Legal", "FILE...": "rules.test.yaml"}[a])
		case a == "KIND":
			args = append(args, "revoke")
		case slices.Contains([]string{"ID", "RUN", "N", "TIME"}, a):
			args = append(args, "1")
		default:
			args = append(args, strings.NewReplacer("$PWD", "/here", "$run", "1").Replace(a))
		}
	}
	return args
}

// commandNames are those of the program's commands.
func commandNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, n := range commandTree(t).Children {
		if !n.Hidden {
			names = append(names, n.Name)
		}
	}
	return names
}

// commandTree is the program as its parser has it.
func commandTree(t *testing.T) *kong.Node {
	t.Helper()
	parser, err := kong.New(new(cli), kong.Name("kw-onboarder"), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Node
}

// TestDocs_EveryCommandLineIsOne: whatever a page shows of this program is what the program accepts.
func TestDocs_EveryCommandLineIsOne(t *testing.T) {
	t.Parallel()
	names := commandNames(t)
	used := map[string]bool{}
	count := 0
	for _, page := range docsPages(t) {
		text := docsText(t, page)
		for _, l := range docsBlocks(page, text) {
			count++
			if len(l.args) > 0 {
				used[l.args[0]] = true
			}
			if err := l.parsed(); err != nil {
				t.Errorf("%s: kw-onboarder %s: %v", page, l.text, err)
			}
		}
		for _, l := range docsSpans(page, text, names) {
			count++
			if err := l.parsed(); err != nil && !unfinished(err) {
				t.Errorf("%s: `%s`: %v", page, l.text, err)
			}
		}
	}
	if count < 150 {
		t.Errorf("only %d command lines were found", count)
	}
	for _, name := range names {
		if !used[name] {
			t.Errorf("no page shows `kw-onboarder %s` in a block", name)
		}
	}
}

// unfinished: the prose leaves out what the sentence is not about.
func unfinished(err error) bool {
	for _, words := range []string{"missing flags", "expected \"", "expected one of", `value but got "EOL"`} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}
