package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Config is a valid configuration: Parse returns no other. Secrets in it are
// references, so it may be printed.
type Config struct {
	Mode         guard.Mode   `yaml:"mode"`     // no default (promise P14)
	Delta        Schedule     `yaml:"delta"`    // when a run reads of a directory only what has changed; a cron expression, or such as @every 15m
	Full         Schedule     `yaml:"full"`     // when a run reads everything anew; a cron expression, or such as @daily
	Timezone     string       `yaml:"timezone"` // of both schedules: a name such as Europe/Vienna
	Watch        bool         `yaml:"watch"`    // let the directories wake us in between
	OnRuleChange RuleChange   `yaml:"on_rule_change"`
	Directories  []Directory  `yaml:"directory"` // one, or a list
	Kiteworks    Kiteworks    `yaml:"kiteworks"`
	Accounts     Accounts     `yaml:"accounts"`
	Tables       rules.Tables `yaml:"tables"`
	Rules        []rules.Rule `yaml:"rules"`      // with those of the rule files behind them
	RuleFiles    []string     `yaml:"rule_files"` // globs, relative to the file
	Leavers      []Leaver     `yaml:"leavers"`    // what becomes of those who have left
	Budgets      Budgets      `yaml:"budgets"`
	Expect       []Canary     `yaml:"expect"` // while one is unmet, nothing is narrowed
	Walls        []Wall       `yaml:"walls"`
	State        State        `yaml:"state"`   // the ledger: a file, a postgres:// URL, or file:, cred: or env: with such a URL
	History      Span         `yaml:"history"` // how long runs, and past access, are kept in it
	HTTP         HTTP         `yaml:"http"`
	Log          Log          `yaml:"log"`

	File     string         `yaml:"-"` // name it was read from
	Hash     string         `yaml:"-"` // of the bytes parsed, rule files included; 12 hexadecimal digits
	Location *time.Location `yaml:"-"` // Timezone, loaded
	Set      *rules.Set     `yaml:"-"` // Rules, compiled

	found *findings // where everything stands
}

// Accounts says what becomes of accounts.
type Accounts struct {
	Existing Existing `yaml:"existing"` // no default (promise P14)
	Seats    int      `yaml:"seats"`    // accounts that the licences allow; left out: it is not known
}

// Log says what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // json, console
	Audit  string `yaml:"audit"`  // file that each change gets a line in too, whatever the level; "": none
}

// Load reads and parses the file. Mistakes in it are an *Error.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, data)
}

// Parse decodes and checks a configuration and the rule files that it names; file
// is the name that errors show, and rule files are looked for beside it. All
// mistakes come together, in one *Error. No secret is read, no connection opened.
func Parse(file string, data []byte) (*Config, error) {
	found := newFindings()
	c := defaults()
	sum := sha256.New()
	sum.Write(data)
	if root := found.document(data, yaml.MappingNode, "begin with config.example.yaml"); root != nil {
		found.sources[""] = newSource(data)
		found.sources[""].hideSecrets(root, reflect.TypeFor[Config]())
		found.veil(root, reflect.TypeFor[Config]())
		found.lint(root, "")
		d := &decoder{findings: found}
		d.decode(root, &c)
		d.ruleFiles(filepath.Dir(file), &c, sum)
		if d.steps < maxSteps { // else all that is missing would be reported
			found.validate(&c)
		}
	}
	if err := found.err(file); err != nil {
		return nil, err
	}
	c.found = found
	c.File, c.Hash = file, hex.EncodeToString(sum.Sum(nil)[:6])
	return &c, nil
}

// defaults is what holds where the file is silent. What depends on other keys
// is filled in by validate.
func defaults() Config {
	return Config{
		Delta:        Schedule{Spec: "*/15 * * * *"},
		Full:         Schedule{Spec: "0 3 * * *"},
		Timezone:     "UTC",
		OnRuleChange: Park,
		Directories:  []Directory{newDirectory("directory", "directory")},
		Kiteworks: Kiteworks{
			JWT:               JWT{Algorithm: "RS256"},
			RequestsPerSecond: 25,
		},
		Budgets: defaultBudgets(),
		State:   "/var/lib/kw-onboarder/ledger.db",
		History: Span(400 * day),
		HTTP:    HTTP{Metrics: ":9854"},
		Log:     Log{Level: "info", Format: "json"},
	}
}

// validate checks what the decoder cannot see in one value alone, and
// completes what follows from other keys.
func (f *findings) validate(c *Config) {
	f.checkChoices(c)
	f.checkSchedules(c)
	f.checkDirectories(c.Directories)
	f.checkKiteworks(&c.Kiteworks)
	f.checkSeats(c.Accounts.Seats)
	f.checkLadders(c)
	f.checkRules(c)
	f.checkService(c)
	f.checkBudgets(&c.Budgets, c.History)
	f.checkCanaries(c)
	f.checkWalls(c)
	f.checkGroups(c)
}

// checkRules compiles the rules; their problems bear the paths of the file.
func (f *findings) checkRules(c *Config) {
	o := rules.Options{DefaultAs: string(c.Kiteworks.Identities.Folders), Tables: c.Tables, Location: c.Location, Denials: c.denials(), Heirs: c.heirs()}
	for _, id := range c.Kiteworks.Identities.All() {
		o.Identities = append(o.Identities, string(id))
	}
	for _, root := range c.Kiteworks.Roots {
		o.Roots = append(o.Roots, root.Path)
	}
	set, problems := rules.Compile(c.Rules, o)
	for _, p := range problems {
		f.report(p.Path, p.Message, p.Hint)
	}
	c.Set = set
}

// checkGroups insists on reading groups if anything is about them.
func (f *findings) checkGroups(c *Config) {
	ofCanary := slices.ContainsFunc(c.Expect, func(e Canary) bool { return e.Group != "" })
	if ofCanary || c.Set != nil && c.Set.NeedsGroups() {
		f.needGroups(c.Directories)
	}
}

// All are the identities, each once: users, folders, then the others.
func (i Identities) All() []access.Email {
	var all []access.Email
	seen := map[access.Email]bool{"": true}
	for _, id := range append([]access.Email{i.Users, i.Folders}, i.Others...) {
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}
