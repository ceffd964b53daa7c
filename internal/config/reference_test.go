package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

const (
	referenceFile = "../../docs/configuration.md"
	column        = 76 // where the grammar says what a key is without a value
)

const referencePreface = `# Configuration

<!-- Written by "go test ./internal/config -run TestDocs_Configuration -update": change what the program says, not this file. -->

One YAML file, ` + "`/etc/kw-onboarder/config.yaml`" + ` unless ` + "`--config` or `KW_ONBOARDER_CONFIG`" + ` names another. This page has every key,
with its type and its default, as the program's own types have them. [config.example.yaml](../config.example.yaml) has every
key in use, and explains each; [rules.md](rules.md), [safety.md](safety.md) and [lifecycle.md](lifecycle.md) say what to write
and why.

` + "```sh" + `
kw-onboarder check --config config.yaml              # every mistake, each with its line, offline
kw-onboarder schema > kw-onboarder.schema.json       # this page for editors: they offer keys and mark mistakes
` + "```" + `

- **Strict.** An unknown key, a key that is there twice, a value of another type, an empty condition, and a tag of YAML are
  errors. All of them are told at once.
- **Two keys have no default**, because a wrong guess would be dangerous: ` + "`mode` and `accounts.existing`" + `.
- **Secrets are references**, never values, and are read when they are needed.
- **A reload** (SIGHUP) builds everything from the new file, then swaps. A broken file changes nothing.
  ` + "`state`, `http` and `log.format`" + ` take a restart.

## The grammar

It is shaped as the file is. ` + "`|`" + ` separates choices; ` + "`- `" + ` begins an item of a list; ` + "`...`" + ` means that more may follow. Behind
` + "`#`" + ` stands ` + "`required`" + `, or the default; a key without either may be left out, and is then empty, off, or
as the table below says.

`

const referenceTerminals = `
| word | is |
|---|---|
| ` + "`text`" + ` | any text. Quote DNs, filters, templates and cron expressions |
| ` + "`number`" + ` | a whole number |
| ` + "`cron`" + ` | five fields, minute hour day month weekday, or a word such as ` + "`@daily`, `@every 15m`" + ` |
| ` + "`span`" + ` | a time in hours or days: ` + "`4h`, `7d`" + ` |
| ` + "`percent`" + ` | ` + "`5%`, `0.5%`" + ` |
| ` + "`amount`" + ` | a number from 1, or a percentage |
| ` + "`secret`" + ` | ` + "`file:/path`, `cred:name`" + ` (a credential of systemd), or ` + "`env:NAME`" + ` |
| ` + "`path`" + ` | a folder at Kiteworks, from the root: ` + "`/Departments/Finance`" + ` |
| ` + "`area`" + ` | a path, which may end in ` + "`/**`" + `: with all that lies below |
| ` + "`address`" + ` | an e-mail address |
| ` + "`<name>`" + ` | a word of your own |

## The keys

`

// reference writes the page from the schema.
type reference struct {
	grammar strings.Builder
	keys    []string // rows of the table in hand
}

// shape is a schema without what differs between equal keys.
func shape(s *schema) string {
	text, err := json.Marshal(bare(s))
	if err != nil {
		panic(err)
	}
	return string(text)
}

// bare is a copy without words and defaults.
func bare(s *schema) *schema {
	if s == nil {
		return nil
	}
	out := *s
	out.Description, out.Default = "", nil
	out.Items = bare(s.Items)
	out.Properties, out.AnyOf = nil, nil
	for _, p := range s.Properties {
		out.Properties = append(out.Properties, property{p.name, bare(p.what)})
	}
	for _, a := range s.AnyOf {
		out.AnyOf = append(out.AnyOf, bare(a))
	}
	return &out
}

// word is what stands for a scalar; "" for anything else.
func word(s *schema) string {
	switch {
	case len(s.AnyOf) > 0:
		var words []string
		for _, a := range s.AnyOf {
			if w := word(a); w != "" && !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
		return strings.Join(words, " | ")
	case len(s.Enum) > 0:
		return strings.Join(s.Enum, " | ")
	case s.Pattern == secretPattern():
		return "secret"
	case s.Pattern == config.PercentForm:
		return "percent"
	case strings.HasPrefix(s.Pattern, config.PercentForm):
		return "amount"
	case s.Pattern == "^/" && s.Description == config.AreaHint:
		return "area"
	case s.Pattern == "^/":
		return "path"
	case s.Pattern != "":
		return "address"
	case reflect.DeepEqual(s.Type, []string{"string", "number"}):
		return "text"
	case strings.Contains(s.Description, "cron"):
		return "cron"
	}
	return map[any]string{"boolean": "true | false", "integer": "number", "string": "span"}[typeName(s)]
}

func typeName(s *schema) any {
	if name, is := s.Type.(string); is {
		return name
	}
	return nil
}

// inside is the schema of what is written below a key: of a list that of its items.
func inside(s *schema) (object *schema, list bool) {
	for _, a := range s.AnyOf {
		if object, _ = inside(a); object != nil {
			return object, false // the plain form: the list has the same keys
		}
	}
	switch {
	case s.Items != nil:
		object, _ = inside(s.Items)
		return object, true
	case len(s.Properties) > 0:
		return s, false
	}
	return nil, false
}

func (r *reference) line(indent, key, value, note string) {
	text := strings.TrimRight(indent+key+": "+value, " ")
	if note != "" {
		text = fmt.Sprintf("%-*s  # %s", column-2, text, note)
	}
	r.grammar.WriteString(text + "\n")
}

// object writes the keys of one; dash begins it as an item of a list.
func (r *reference) object(s *schema, indent, path string, dash bool) {
	for i := 0; i < len(s.Properties); i++ {
		p := s.Properties[i]
		if path == "walls.deny." && p.name == "group_like" {
			continue // it is refused there
		}
		names := []string{p.name}
		for i+1 < len(s.Properties) && len(p.what.AnyOf) > 0 && shape(s.Properties[i+1].what) == shape(p.what) {
			i++
			names = append(names, s.Properties[i].name)
		}
		at := indent
		if dash {
			if at = indent + "  "; i == len(names)-1 {
				at = indent + "- "
			}
		}
		r.key(strings.Join(names, " | "), p.what, at, path, note(s, p))
		for _, q := range s.Properties[i-len(names)+1 : i+1] {
			r.row(path+q.name, q.what)
		}
		r.below(p.what, strings.Repeat(" ", len(at))+"  ", path+p.name+".")
	}
}

func note(s *schema, p property) string {
	if slices.Contains(s.Required, p.name) {
		return "required"
	}
	if p.what.Default == nil {
		return ""
	}
	text, err := json.Marshal(p.what.Default)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (r *reference) key(name string, s *schema, indent, path, note string) {
	value := word(s)
	object, list := inside(s)
	switch {
	case path == "" && name == "directory":
		note += "; a list of such where there are several"
	case object == nil && s.Items != nil:
		value = "[ " + word(s.Items) + ", ... ]"
	case list && word(s.Items) != "":
		value, note = "", strings.TrimPrefix(note+"; or an item is only "+word(s.Items), "; ")
	case object != nil && value != "":
		value, note = "", strings.TrimPrefix(note+"; or only "+value, "; ")
	}
	if of, is := s.Additional.(*schema); is {
		r.line(indent, name, "", note)
		r.line(indent+"  ", "<name>", "", "")
		r.line(indent+"    ", "<key>", word(of.Additional.(*schema)), "")
		return
	}
	r.line(indent, name, value, note)
}

// below writes what a key holds.
func (r *reference) below(s *schema, indent, path string) {
	if object, list := inside(s); object != nil {
		r.object(object, indent, path, list)
	}
}

func (r *reference) row(path string, s *schema) {
	if strings.HasPrefix(path, "walls.deny.") {
		return // as of rules.when
	}
	says := ofType.ReplaceAllString(s.Description, "")
	if more, is := moreOf[path]; is {
		says = strings.TrimPrefix(says+"; "+more, "; ")
	}
	r.keys = append(r.keys, fmt.Sprintf("| `%s` | %s |\n", path, strings.ReplaceAll(says, "|", `\|`)))
}

// ofType is how the comment on a type begins, for programmers.
var ofType = regexp.MustCompile(`^[A-Z][A-Za-z]* (is|are|says) |^(Wall|Grant|SubjectClaim) `)

// moreOf is what neither the types nor the comments on them say of a key.
var moreOf = map[string]string{
	"directory":                  "in a list each has a name",
	"directory.referrals":        "left out: ignore for active-directory, refuse for the others",
	"directory.name":             "required in a list",
	"rules.name":                 "reports, plans and the ledger speak of the rule by it; no two rules have one name",
	"rules.grants.folder_id":     "in place of a path: it is the folder whatever it is called",
	"rules.grants.role":          "by the name that Kiteworks shows",
	"rules.grants.from.if_empty": "never is for until only",
}

// page is docs/configuration.md.
func (r *reference) page(whole *schema) string {
	var tables, plain strings.Builder
	const head = "| key | what it says |\n|---|---|\n"
	for i, p := range whole.Properties {
		r.keys = nil
		one := *whole
		one.Properties = whole.Properties[i : i+1]
		r.object(&one, "", "", false)
		if len(r.keys) == 1 {
			plain.WriteString(r.keys[0])
			continue
		}
		fmt.Fprintf(&tables, "\n### %s\n\n%s%s", p.name, head, strings.Join(r.keys, ""))
	}
	return referencePreface + "```text\n" + r.grammar.String() + "```\n" + referenceTerminals + head + plain.String() + tables.String()
}

// TestDocs_Configuration: the page has every key, with its type and its default, as the program has them.
func TestDocs_Configuration(t *testing.T) {
	t.Parallel()
	g := &generator{
		comments: commentsOf(t, ".", "../rules", "../access", "../guard"),
		facts:    knownFacts(), required: knownRequired(), met: map[string]bool{},
	}
	whole, _ := g.both()
	want := new(reference).page(whole)
	if *update {
		if err := os.WriteFile(referenceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(read(t, referenceFile)), "\n")); diff != "" {
		t.Errorf("docs/configuration.md is not what the program has: run this test with -update (-want +got):\n%s", diff)
	}
}
