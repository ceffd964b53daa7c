package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

const commandsPreface = `# Commands

<!-- Written by "go test ./cmd/kw-onboarder -run TestDocs_Commands -update": change what the program says, not this file. -->

What ` + "`--help`" + ` says, on one page, with an example of each. Every example is run, or at least parsed, by a test.

` + "```text" + `
kw-onboarder COMMAND [ARGUMENT...] [FLAG...]
` + "```" + `

- **Dry first.** ` + "`plan`, `why`, `check`, `doctor`, `diff`, `drill`" + ` change nothing. ` + "`adopt`, `disown`, `link`, `forget`" + ` only show what
  they would do, unless ` + "`--yes`" + ` is given. ` + "`apply` and `undo`" + ` ask on a terminal; elsewhere they want ` + "`--yes`" + `.
- **Beside a daemon.** ` + "`apply`, `undo` and `offboard`" + ` act themselves when nobody holds the ledger; else they ask the daemon and
  follow it.
- **Why.** What a human decides is kept in the ledger with ` + "`--reason`" + `, the user and the time.
- **Output** is text; ` + "`NO_COLOR`" + ` is respected. ` + "`--output json`" + ` is for scripts, and is the only thing on standard output then.

## Exit codes

| code | means |
|---|---|
| 0 | done; of ` + "`plan --detailed-exitcode`" + `: nothing to do |
| 1 | error; a case of ` + "`test`" + ` that does not pass; ` + "`status`" + ` that is broken; ` + "`doctor`" + ` that finds something bad |
| 2 | there are changes (` + "`plan --detailed-exitcode`" + `), or something differs (` + "`diff`" + `) |
| 3 | a hold, a canary or a wall has stopped something of an ` + "`apply`" + ` |
| 4 | done, but something that was asked for could not be |
| 5 | something waits for approval |
| 64 | the arguments are wrong |

Where several apply: 64, 1, 3, 4, 5, 2.

`

// commandGroups is every command, by what one wants to do.
var commandGroups = []struct {
	title string
	names []string
}{
	{"To begin", []string{"init", "keygen", "doctor", "check", "schema"}},
	{"To run", []string{"plan", "apply", "run", "health"}},
	{"To ask", []string{"status", "why", "who", "runs"}},
	{"To change the rules", []string{"test", "diff", "snapshot", "drill"}},
	{"To decide", []string{"parked", "approve", "reject", "allow", "pause", "resume", "quarantine"}},
	{"People", []string{"offboard", "undo", "link", "adopt", "disown", "forget"}},
	{"Beside all that", []string{"backup", "completion", "demo", "kwsim", "version"}},
}

// commandExamples are what the page shows of each command.
var commandExamples = map[string]string{
	"init":       "init --server ldaps://dc1.corp.example --bind-user svc-kw@corp.example --bind-password file:ldap-password",
	"keygen":     "keygen",
	"doctor":     "doctor --strict",
	"check":      "check --strict --snapshot today.snapshot",
	"schema":     "schema > kw-onboarder.schema.json",
	"plan":       "plan --person anna@corp.example",
	"apply":      "apply --plan first.plan --yes",
	"run":        "run",
	"health":     "health --ready",
	"status":     "status --output json",
	"why":        "why anna@corp.example /Departments/Finance",
	"who":        "who /Departments/Finance --at 2027-03-31 --output csv",
	"runs":       "runs --limit 5",
	"test":       "test rules.test.yaml --junit rules.xml",
	"diff":       "diff old.yaml new.yaml --snapshot today.snapshot --output markdown",
	"snapshot":   "snapshot --full --out today.snapshot",
	"drill":      "drill --snapshot today.snapshot",
	"parked":     "parked 7",
	"approve":    `approve 7 --reason "agreed with HR, ticket 4711"`,
	"reject":     `reject 7 --reason "the group was emptied by mistake"`,
	"allow":      `allow create 150 --for 12h --reason "trainees begin"`,
	"pause":      `pause --narrowing --for 2d --reason "HR imports the new structure"`,
	"resume":     `resume --reason "done"`,
	"quarantine": "quarantine retry 3",
	"offboard":   `offboard anna@corp.example --reason "dismissed, ticket 4712"`,
	"undo":       `undo 4711 --reason "wrong group"`,
	"link":       `link anna@corp.example anna.lang@corp.example --yes --reason "hired again"`,
	"adopt":      `adopt --folder /Departments/Finance --yes --reason "reviewed with its owner"`,
	"disown":     "disown --rule contractors",
	"forget":     "forget anna@corp.example",
	"backup":     "backup ledger-2027-03-31.db",
	"completion": "completion bash > /etc/bash_completion.d/kw-onboarder",
	"demo":       "demo",
	"kwsim":      "kwsim --dir try",
	"version":    "version",
}

// TestDocs_Commands: the page has every command, argument and flag, in the words of --help.
func TestDocs_Commands(t *testing.T) {
	t.Parallel()
	tree := commandTree(t)
	var grouped []string
	var out strings.Builder
	out.WriteString(commandsPreface + "## For every command\n\n" + flagTable(tree.Flags))
	for _, g := range commandGroups {
		fmt.Fprintf(&out, "\n## %s\n", g.title)
		for _, name := range g.names {
			grouped = append(grouped, name)
			i := slices.IndexFunc(tree.Children, func(n *kong.Node) bool { return n.Name == name })
			if i < 0 {
				t.Fatalf("there is no command %s", name)
			}
			describe(&out, tree.Children[i])
		}
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(commandNames(t))), slices.Sorted(slices.Values(grouped))); diff != "" {
		t.Errorf("commands without a place on the page (-program +page):\n%s", diff)
	}
	const file = "../../docs/commands.md"
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(out.String(), "\n"), strings.Split(docsText(t, "docs/commands.md"), "\n")); diff != "" {
		t.Errorf("docs/commands.md is not what the program says: run this test with -update (-want +got):\n%s", diff)
	}
}

func describe(out *strings.Builder, n *kong.Node) {
	fmt.Fprintf(out, "\n### %s\n\n%s\n\n```\nkw-onboarder %s\n```\n", n.Name, n.Help, commandExamples[n.Name])
	for _, leaf := range append([]*kong.Node{n}, n.Children...) {
		if leaf.Hidden || leaf == n && len(n.Children) > 0 {
			continue
		}
		if leaf != n {
			fmt.Fprintf(out, "\n`%s`: %s\n", strings.TrimPrefix(leaf.Path(), "kw-onboarder "), leaf.Help)
		}
		if table := argumentTable(leaf.Positional) + flagRows(leaf.Flags); table != "" {
			fmt.Fprintf(out, "\n| | |\n|---|---|\n%s", table)
		}
	}
}

func argumentTable(all []*kong.Positional) string {
	var out strings.Builder
	for _, p := range all {
		fmt.Fprintf(&out, "| `%s` | %s |\n", strings.ToUpper(p.Summary()), cell(p.Help))
	}
	return out.String()
}

func flagTable(all []*kong.Flag) string { return "| flag | |\n|---|---|\n" + flagRows(all) }

func flagRows(all []*kong.Flag) string {
	var out strings.Builder
	for _, f := range all {
		if f.Hidden {
			continue
		}
		form := "`--" + f.Name
		if !f.IsBool() {
			form += "=" + f.FormatPlaceHolder()
		}
		form += "`"
		if f.Short != 0 {
			form = fmt.Sprintf("`-%c`, ", f.Short) + form
		}
		if f.Required {
			form += " required"
		}
		help := f.Help
		if len(f.Envs) > 0 {
			help += " Or `" + f.Envs[0] + "`."
		}
		fmt.Fprintf(&out, "| %s | %s |\n", strings.ReplaceAll(form, "|", `\|`), cell(help))
	}
	return out.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
