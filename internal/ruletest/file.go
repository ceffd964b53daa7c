package ruletest

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// File is the cases of one file.
type File struct {
	Compare map[string]Match `yaml:"compare"` // how the directory compares values, by attribute; absent: without regard to case
	Cases   []Case           `yaml:"cases"`

	Name string `yaml:"-"`
}

// Case is one person, and what the rules are expected to say of them.
type Case struct {
	Name   string  `yaml:"name"`
	Now    *Moment `yaml:"now"` // nil: no date may decide
	Person Person  `yaml:"person"`
	Expect Expect  `yaml:"expect"`

	Line int `yaml:"-"`
}

// Person is what the directory would say. Whoever is not described otherwise is
// active and has an address, so that a case names only what it is about.
type Person struct {
	Name       string                `yaml:"name"` // display name
	Mail       access.Email          `yaml:"mail"` // "": person@example.test, unless NoMail
	NoMail     bool                  `yaml:"no_mail"`
	DN         string                `yaml:"dn"`
	Standing   Standing              `yaml:"standing"` // 0: active
	Groups     []Group               `yaml:"groups"`   // all that the person is in, also by way of another
	Attributes map[string]config.Few `yaml:"attributes"`
}

// Group is one that the person is in: its name or DN as a rule would write it, or
// with more of it where templates look at that.
type Group struct {
	Name       string                `yaml:"name"`
	DN         string                `yaml:"dn"`
	Attributes map[string]config.Few `yaml:"attributes"`
}

// UnmarshalText reads a group of which no more than the name or the DN is given.
func (g *Group) UnmarshalText(text []byte) error {
	g.Name = string(text)
	return nil
}

// Expect is what the rules are to say. What is left out is not looked at.
type Expect struct {
	Account *Account              `yaml:"account"`
	Grants  map[string]config.Few `yaml:"grants"`   // all of them: folder -> role; nil: not looked at
	AtLeast map[string]config.Few `yaml:"at_least"` // some of them
	Not     []string              `yaml:"not"`      // folders on which nothing is given
	Held    []string              `yaml:"held"`     // all rules that are held; nil: not looked at
}

// Account is what is expected of the account.
type Account struct {
	None    bool   `yaml:"-"`       // there is to be none
	Profile string `yaml:"profile"` // "": not looked at
	Name    string `yaml:"name"`    // "": not looked at
}

// UnmarshalText reads whether there is to be one.
func (a *Account) UnmarshalText(text []byte) error {
	switch string(text) {
	case "true":
	case "false":
		a.None = true
	default:
		return errors.New("want true, false, or `profile` and `name` below it")
	}
	return nil
}

// Standing is an access.Standing by its name.
type Standing access.Standing

// UnmarshalText reads the name.
func (s *Standing) UnmarshalText(text []byte) error {
	for known := access.Active; known <= access.Unknown; known++ {
		if known.String() == string(text) {
			*s = Standing(known)
			return nil
		}
	}
	return errors.New("want active, disabled, expired, out of scope, gone, unknown")
}

// Match is an access.Match by its name.
type Match access.Match

// UnmarshalText reads the name.
func (m *Match) UnmarshalText(text []byte) error {
	for known := access.CaseIgnore; known <= access.DN; known++ {
		if known.String() == string(text) {
			*m = Match(known)
			return nil
		}
	}
	return errors.New("want case-ignore, case-exact, integer, generalized-time, numeric-string, telephone, dn")
}

// Moment is a day, its beginning meant, or an instant. Without a zone it is in that
// of the configuration.
type Moment struct{ text string }

var forms = []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339}

// UnmarshalText reads the moment.
func (m *Moment) UnmarshalText(text []byte) error {
	m.text = string(text)
	if _, ok := m.in(time.UTC); !ok {
		return errors.New("want a day such as 2026-06-15, 2026-06-15 08:30, or 2026-06-15T08:30:00Z")
	}
	return nil
}

func (m *Moment) in(zone *time.Location) (time.Time, bool) {
	for _, form := range forms {
		if at, err := time.ParseInLocation(form, m.text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// maxFile is far above what people write.
const maxFile = 4 << 20

// Load reads a file of cases for the rules of a configuration. Mistakes in it are
// a *config.Error.
func Load(name string, cfg *config.Config) (*File, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read tests: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, fmt.Errorf("read tests: %s is no file of at most %d bytes", name, maxFile)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read tests: %w", err)
	}
	return Parse(name, data, cfg)
}

// Parse decodes and checks a file of cases. All mistakes come together, in one
// *config.Error.
func Parse(name string, data []byte, cfg *config.Config) (*File, error) {
	f := &File{Name: name}
	err := config.Decode(name, data, f, func(in config.Reading) { (&checker{in, cfg, map[string]int{}}).file(f) })
	if err != nil {
		return nil, err
	}
	return f, nil
}
