package wire

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Entry is one entry as the server sent it, its attributes found without regard
// to case. One Entry is filled again for each that arrives.
type Entry struct {
	DN     string
	Ranged []*ldap.EntryAttribute // those that hold a part of the values only; see Conn.Rest

	attributes map[string]*ldap.EntryAttribute // by lower-case name
	spellings  map[string]string               // lower-case form of each name seen, so that it is made once
}

// NewEntry is an entry without anything.
func NewEntry() *Entry {
	return &Entry{attributes: map[string]*ldap.EntryAttribute{}, spellings: map[string]string{}}
}

// Fill takes over what the server sent. Attributes with an option other than a
// range (cn;lang-de) are other attributes than the one that was asked for, and dropped.
func (e *Entry) Fill(from *ldap.Entry) {
	e.DN, e.Ranged = from.DN, nil
	clear(e.attributes)
	for _, a := range from.Attributes {
		switch _, option, _ := strings.Cut(a.Name, ";"); {
		case option == "":
			e.attributes[e.lower(a.Name)] = a
		case isRange(option):
			e.Ranged = append(e.Ranged, a)
		}
	}
}

func (e *Entry) lower(name string) string {
	key, ok := e.spellings[name]
	if !ok {
		key = strings.ToLower(name)
		e.spellings[name] = key
	}
	return key
}

// Values are those of an attribute, in the server's order. They are the server's: not to be changed.
func (e *Entry) Values(name string) []string {
	if a := e.attributes[name]; a != nil {
		return a.Values
	}
	return nil
}

// One is the value of an attribute, "" if there is none. Of several it is the
// smallest, because servers keep values in no order.
func (e *Entry) One(name string) string {
	values := e.Values(name)
	if len(values) == 0 {
		return ""
	}
	return slices.Min(values)
}

// Raw is the first value as bytes.
func (e *Entry) Raw(name string) []byte {
	if a := e.attributes[name]; a != nil && len(a.ByteValues) > 0 {
		return a.ByteValues[0]
	}
	return nil
}

// Has says whether the attribute has the value, without regard to case.
func (e *Entry) Has(name, value string) bool {
	return slices.ContainsFunc(e.Values(name), func(v string) bool { return strings.EqualFold(v, value) })
}
