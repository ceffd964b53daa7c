package snapshot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// The structs of this file are the form of the JSON. They are not those of
// access, which may change without a word to whoever holds a file.

// formatKey is the first key. Its value is the version, so that any version can
// be recognised.
const formatKey = "kw_onboarder_snapshot"

// about is what is said once.
type about struct {
	Made        time.Time         `json:"made"`
	Taken       time.Time         `json:"taken"`
	Redacted    bool              `json:"redacted"`
	Tenant      string            `json:"tenant"`
	Directories []string          `json:"directories"`
	Attributes  []string          `json:"attributes"`
	OfGroups    []string          `json:"group_attributes,omitempty"`
	Match       map[string]string `json:"match,omitempty"`
	Unknown     []string          `json:"unknown,omitempty"`
}

type person struct {
	Source   string              `json:"source"`
	ID       string              `json:"id"`
	DN       string              `json:"dn,omitempty"`
	Email    string              `json:"email,omitempty"`
	NoEmail  string              `json:"no_email,omitempty"`
	Name     string              `json:"name,omitempty"`
	Standing string              `json:"standing"`
	Changed  time.Time           `json:"changed,omitzero"`
	Attrs    map[string][]string `json:"attrs,omitempty"`
	Binary   map[string][][]byte `json:"binary,omitempty"` // attributes of which a value is no text
	Groups   []int32             `json:"groups,omitempty"`
}

type group struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	DN     string `json:"dn,omitempty"`
	Name   string `json:"name,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`

	Within []int32             `json:"within,omitempty"`
	Attrs  map[string][]string `json:"attrs,omitempty"`
	Binary map[string][][]byte `json:"binary,omitempty"`
}

type unit struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	DN     string `json:"dn"`
}

type role struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Rank int    `json:"rank"`
}

type profile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type folder struct {
	ID       string `json:"id"`
	Parent   string `json:"parent,omitempty"`
	As       string `json:"as"`
	Path     string `json:"path"`
	Inherits bool   `json:"inherits,omitempty"`
}

type unusable struct {
	As   string `json:"as"`
	Path string `json:"path,omitempty"`
	ID   string `json:"id,omitempty"`
	Why  string `json:"why"`
}

type groupPin struct {
	Name   string `json:"name"` // as in the rule
	Source string `json:"source"`
	ID     string `json:"id"`
}

type folderPin struct {
	As   string `json:"as"`
	Path string `json:"path"`
	ID   string `json:"id"`
}

var standings = [...]string{
	access.Active: "active", access.Disabled: "disabled", access.Expired: "expired",
	access.OutOfScope: "out-of-scope", access.Gone: "gone", access.Unknown: "unknown",
}

var matches = [...]string{
	access.CaseIgnore: "case-ignore", access.CaseExact: "case-exact", access.Integer: "integer", access.Time: "time",
	access.NumericString: "numeric-string", access.Telephone: "telephone", access.DN: "dn",
}

// word is the name of a value of an enumeration.
func word(names []string, what string, value int) (string, error) {
	if value < 1 || value >= len(names) {
		return "", fmt.Errorf("unknown %s %d", what, value)
	}
	return names[value], nil
}

// meaning undoes word.
func meaning(names []string, what, name string) (int, error) {
	if i := slices.Index(names, name); i > 0 {
		return i, nil
	}
	return 0, fmt.Errorf("unknown %s %q", what, name)
}

func wirePerson(p *access.Person) (person, error) {
	out := person{
		Source: p.ID.Source, ID: p.ID.ID, DN: p.DN, Email: string(p.Email), NoEmail: p.NoEmail, Name: p.Name,
		Changed: p.Changed.UTC(), Groups: p.Groups,
	}
	out.Attrs, out.Binary = wireAttributes(p.Attrs)
	var err error
	out.Standing, err = word(standings[:], "standing", int(p.Standing))
	return out, err
}

// wireAttributes parts texts from what JSON cannot hold as a text. An attribute
// without a value is none.
func wireAttributes(attrs map[string][]string) (texts map[string][]string, binary map[string][][]byte) {
	texts = make(map[string][]string, len(attrs))
	for name, values := range attrs {
		switch {
		case len(values) == 0:
		case slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }):
			if binary == nil {
				binary = map[string][][]byte{}
			}
			for _, v := range values {
				binary[name] = append(binary[name], []byte(v))
			}
		default:
			texts[name] = values
		}
	}
	return texts, binary
}

func (p *person) person() (access.Person, error) {
	standing, err := meaning(standings[:], "standing", p.Standing)
	if err != nil {
		return access.Person{}, err
	}
	if e, err := access.ParseEmail(p.Email); p.Email != "" && (err != nil || string(e) != p.Email) {
		return access.Person{}, fmt.Errorf("%q is no e-mail address as it is written here", p.Email)
	}
	return access.Person{
		ID: access.PersonID{Source: p.Source, ID: p.ID}, DN: p.DN, Email: access.Email(p.Email), NoEmail: p.NoEmail, Name: p.Name,
		Standing: access.Standing(standing), Changed: p.Changed.UTC(), Attrs: readAttributes(p.Attrs, p.Binary), Groups: p.Groups,
	}, nil
}

// readAttributes undoes wireAttributes.
func readAttributes(texts map[string][]string, binary map[string][][]byte) map[string][]string {
	maps.DeleteFunc(texts, func(_ string, values []string) bool { return len(values) == 0 })
	if texts == nil {
		texts = make(map[string][]string, len(binary))
	}
	for name, values := range binary {
		for _, v := range values {
			texts[name] = append(texts[name], string(v))
		}
	}
	return texts
}

func wireGroup(g *access.Group) group {
	out := group{Source: g.ID.Source, ID: g.ID.ID, DN: g.DN, Name: g.Name, Hidden: g.Hidden, Within: g.Within}
	out.Attrs, out.Binary = wireAttributes(g.Attrs)
	return out
}

func (g *group) group() access.Group {
	out := access.Group{ID: access.GroupID{Source: g.Source, ID: g.ID}, DN: g.DN, Name: g.Name, Hidden: g.Hidden, Within: g.Within}
	if len(g.Attrs)+len(g.Binary) > 0 {
		out.Attrs = readAttributes(g.Attrs, g.Binary)
	}
	return out
}

func wireMatch(in map[string]access.Match) (map[string]string, error) {
	out := make(map[string]string, len(in))
	for attribute, m := range in {
		name, err := word(matches[:], "way of comparing", int(m))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", attribute, err)
		}
		out[attribute] = name
	}
	return out, nil
}

func readMatch(in map[string]string) (map[string]access.Match, error) {
	out := make(map[string]access.Match, len(in))
	for attribute, name := range in {
		m, err := meaning(matches[:], "way of comparing", name)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", attribute, err)
		}
		out[attribute] = access.Match(m)
	}
	return out, nil
}

// wirePins are the pins in the order of their names.
func wirePins(p Pins) (groups []groupPin, folders []folderPin) {
	for name, id := range p.Groups {
		groups = append(groups, groupPin{name, id.Source, id.ID})
	}
	for place, id := range p.Folders {
		folders = append(folders, folderPin{place.As, string(place.Path), id})
	}
	slices.SortFunc(groups, func(a, b groupPin) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(folders, func(a, b folderPin) int { return cmp.Or(cmp.Compare(a.As, b.As), cmp.Compare(a.Path, b.Path)) })
	return groups, folders
}
