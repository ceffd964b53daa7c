package directory

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// entry is one entry as the server sent it, its attributes found without regard
// to case. One entry is filled again for each that arrives.
type entry struct {
	dn         string
	attributes map[string]*ldap.EntryAttribute // by lower-case name
	ranged     []*ldap.EntryAttribute          // those that hold a part of the values only
	spellings  map[string]string               // lower-case form of each name seen, so that it is made once
}

func newEntry() *entry {
	return &entry{attributes: map[string]*ldap.EntryAttribute{}, spellings: map[string]string{}}
}

// fill takes over what the server sent. Attributes with an option other than a
// range (cn;lang-de) are other attributes than the one that was asked for, and dropped.
func (e *entry) fill(from *ldap.Entry) {
	e.dn, e.ranged = from.DN, nil
	clear(e.attributes)
	for _, a := range from.Attributes {
		switch _, option, _ := strings.Cut(a.Name, ";"); {
		case option == "":
			e.attributes[e.lower(a.Name)] = a
		case isRange(option):
			e.ranged = append(e.ranged, a)
		}
	}
}

func (e *entry) lower(name string) string {
	key, ok := e.spellings[name]
	if !ok {
		key = strings.ToLower(name)
		e.spellings[name] = key
	}
	return key
}

// values are those of an attribute, in the server's order. They are the server's: not to be changed.
func (e *entry) values(name string) []string {
	if a := e.attributes[name]; a != nil {
		return a.Values
	}
	return nil
}

// one is the value of an attribute, "" if there is none. Of several it is the
// smallest, because servers keep values in no order.
func (e *entry) one(name string) string {
	values := e.values(name)
	if len(values) == 0 {
		return ""
	}
	return slices.Min(values)
}

// raw is the first value as bytes.
func (e *entry) raw(name string) []byte {
	if a := e.attributes[name]; a != nil && len(a.ByteValues) > 0 {
		return a.ByteValues[0]
	}
	return nil
}

func (e *entry) has(name, value string) bool {
	return slices.ContainsFunc(e.values(name), func(v string) bool { return strings.EqualFold(v, value) })
}
