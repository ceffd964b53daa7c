package ruletest_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

const (
	cookbook = "../../docs/cookbook.md"
	recipes  = 10
)

// recipe is one situation of the cookbook.
type recipe struct {
	title, rules, cases string
}

// block finds what stands between fences, and its language.
var block = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// readCookbook is the configuration around the recipes, and the recipes.
func readCookbook(t *testing.T) (around string, all []recipe) {
	t.Helper()
	text, err := os.ReadFile(cookbook)
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "\n## ")
	for i, section := range sections {
		title, _, _ := strings.Cut(section, "\n")
		blocks := block.FindAllStringSubmatch(section, -1)
		switch {
		case i == 0 && len(blocks) == 1:
			around = blocks[0][2]
		case i > 0 && len(blocks) == 2 && blocks[0][1] == "yaml" && blocks[1][1] == "yml":
			all = append(all, recipe{title, blocks[0][2], blocks[1][2]})
		default:
			t.Fatalf("%q has %d blocks, want one of rules (yaml) and one of cases (yml)", title, len(blocks))
		}
	}
	if len(all) != recipes {
		t.Fatalf("%d recipes, want %d", len(all), recipes)
	}
	return around, all
}

// TestCookbook_EachRecipePasses: what docs/cookbook.md shows is a configuration
// without warnings, its cases pass, and they leave no rule out.
func TestCookbook_EachRecipePasses(t *testing.T) {
	t.Parallel()
	around, all := readCookbook(t)
	for _, r := range all {
		t.Run(r.title, func(t *testing.T) {
			t.Parallel()
			cfg := r.config(t, around)
			for _, w := range cfg.Warnings(nil) {
				t.Error(w.Text(cookbook, strings.ToUpper))
			}
			s := ruletest.Run(cfg, []*ruletest.File{r.file(t, cfg)})
			for _, result := range s.Results {
				if len(result.Differences) > 0 {
					t.Errorf("%s:\n%s", result.Case, told(result))
				}
			}
			if len(s.Unmatched) > 0 {
				t.Errorf("no case matches %q", s.Unmatched)
			}
		})
	}
}

// TestCookbook_EachExpectationCounts: a case fails if any of what it expects is changed.
func TestCookbook_EachExpectationCounts(t *testing.T) {
	t.Parallel()
	around, all := readCookbook(t)
	for _, r := range all {
		t.Run(r.title, func(t *testing.T) {
			t.Parallel()
			cfg := r.config(t, around)
			f := r.file(t, cfg)
			for _, c := range f.Cases {
				changed := changedExpectations(c.Expect, cfg.Set.Names()[0])
				if len(changed) == 0 {
					t.Errorf("%s: nothing in it can be changed", c.Name)
				}
				for what, e := range changed {
					other := c
					other.Expect = e
					s := ruletest.Run(cfg, []*ruletest.File{{Name: f.Name, Compare: f.Compare, Cases: []ruletest.Case{other}}})
					if s.Failed() == 0 {
						t.Errorf("%s: passes with %s as well", c.Name, what)
					}
				}
			}
		})
	}
}

// changedExpectations are all that differ from e in one thing, by what that is.
func changedExpectations(e ruletest.Expect, rule string) map[string]ruletest.Expect {
	changed := map[string]ruletest.Expect{}
	if e.Account != nil {
		other := e
		other.Account = &ruletest.Account{None: !e.Account.None}
		changed["the contrary of its account"] = other
		if e.Account.Profile != "" {
			other.Account = &ruletest.Account{Profile: "Another"}
			changed["another profile"] = other
		}
	}
	for folder := range e.Grants {
		other := e
		other.Grants = maps.Clone(e.Grants)
		other.Grants[folder] = config.Few{"Another"}
		changed["another role on "+folder] = other
		other.Grants = maps.Clone(e.Grants)
		delete(other.Grants, folder)
		changed["nothing on "+folder] = other
	}
	if e.Grants != nil {
		other := e
		other.Grants = maps.Clone(e.Grants)
		other.Grants["/Another"] = config.Few{"Viewer"}
		changed["one folder more"] = other
	}
	if e.Held != nil {
		other := e
		other.Held = []string{}
		if len(e.Held) == 0 {
			other.Held = []string{rule}
		}
		changed["the contrary of what is held"] = other
	}
	return changed
}

// TestCookbook_EachPartOfARuleCounts: a part of a rule that is left out makes a case
// fail, and each case fails for one of them.
func TestCookbook_EachPartOfARuleCounts(t *testing.T) {
	t.Parallel()
	around, all := readCookbook(t)
	for _, r := range all {
		t.Run(r.title, func(t *testing.T) {
			t.Parallel()
			f := r.file(t, r.config(t, around))
			able := map[string]bool{}
			for what, text := range r.variants(t, around) {
				cfg, err := config.Parse(cookbook, text)
				if err != nil {
					continue // check tells
				}
				failed := 0
				for _, result := range ruletest.Run(cfg, []*ruletest.File{f}).Results {
					if len(result.Differences) > 0 {
						able[result.Case] = true
						failed++
					}
				}
				if failed == 0 {
					t.Errorf("all cases pass without %s", what)
				}
			}
			for _, c := range f.Cases {
				if !able[c.Name] {
					t.Errorf("%s: passes whatever part of the rules is left out", c.Name)
				}
			}
		})
	}
}

// variants are configurations that lack a part of the rules each, by what that is.
func (r recipe) variants(t *testing.T, around string) map[string][]byte {
	t.Helper()
	v := variants{t, r.whole(t, around), map[string][]byte{}}
	rules := value(v.whole, "rules")
	for i, rule := range rules.Content {
		where := " of rule " + value(rule, "name").Value
		all := rules.Content
		rules.Content = slices.Delete(slices.Clone(all), i, i+1)
		v.add("all" + where)
		rules.Content = all
		v.lacking(rule, where)

		when := value(rule, "when")
		parts := when.Content
		when.Content = decoded(t, "everyone: true").Content
		v.add("the condition" + where)
		when.Content = parts
		v.lacking(when, where)
		if pattern := value(when, "group_like"); pattern != nil {
			text := pattern.Value
			pattern.Value = text[strings.Index(text, "<"):]
			v.add("the beginning of group_like" + where)
			pattern.Value = text[:strings.LastIndex(text, ">")+1]
			if pattern.Value != text {
				v.add("the end of group_like" + where)
			}
			pattern.Value = text
		}
		if grants := value(rule, "grants"); grants != nil {
			for n, grant := range grants.Content {
				v.lacking(grant, fmt.Sprintf(" of grant %d%s", n, where))
			}
		}
	}
	return v.all
}

// variants gathers what has been made of one configuration.
type variants struct {
	t     *testing.T
	whole *yaml.Node
	all   map[string][]byte
}

func (v variants) add(what string) { v.all[what] = encoded(v.t, v.whole) }

// lacking adds the whole without each key of one of its mappings.
func (v variants) lacking(of *yaml.Node, where string) {
	all := of.Content
	for i := 0; i < len(all); i += 2 {
		if all[i].Value == "create" {
			continue // of the folder, not of what a person is given
		}
		of.Content = slices.Delete(slices.Clone(all), i, i+2)
		v.add(all[i].Value + where)
	}
	of.Content = all
}

// config is the recipe in the configuration around it.
func (r recipe) config(t *testing.T, around string) *config.Config {
	t.Helper()
	text := encoded(t, r.whole(t, around))
	cfg, err := config.Parse(cookbook, text)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	return cfg
}

func (r recipe) file(t *testing.T, cfg *config.Config) *ruletest.File {
	t.Helper()
	f, err := ruletest.Parse(cookbook, []byte(r.cases), cfg)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, r.cases)
	}
	return f
}

func (r recipe) whole(t *testing.T, around string) *yaml.Node {
	t.Helper()
	whole := decoded(t, around)
	merge(whole, decoded(t, r.rules))
	return whole
}

// merge puts the keys of a mapping into another, in which they are added or replaced.
func merge(to, from *yaml.Node) {
	for i := 0; i < len(from.Content); i += 2 {
		name, add := from.Content[i], from.Content[i+1]
		switch have := value(to, name.Value); {
		case have == nil:
			to.Content = append(to.Content, name, add)
		case have.Kind == yaml.MappingNode && add.Kind == yaml.MappingNode:
			merge(have, add)
		default:
			*have = *add
		}
	}
}

// value is that of a key in a mapping, nil if there is none.
func value(of *yaml.Node, name string) *yaml.Node {
	for i := 0; i < len(of.Content); i += 2 {
		if of.Content[i].Value == name {
			return of.Content[i+1]
		}
	}
	return nil
}

func decoded(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	return document.Content[0]
}

func encoded(t *testing.T, n *yaml.Node) []byte {
	t.Helper()
	text, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
