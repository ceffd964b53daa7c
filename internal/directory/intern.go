package directory

import (
	"encoding/binary"
	"slices"
)

// interner keeps one copy of texts, and of whole sets of attributes, that occur
// again and again: of 100,000 people in a department each, few differ in what the rules look at.
// What it returns is shared: nobody may change it.
type interner struct {
	texts map[string][]string
	sets  map[string]map[string][]string // by key
	key   []byte                         // reused
}

func newInterner() *interner {
	return &interner{texts: map[string][]string{}, sets: map[string]map[string][]string{}}
}

// longest is the length in bytes from which on a text is taken to be nobody else's.
const longest = 128

// list is the values in ascending order, because servers keep them in none.
func (n *interner) list(values []string) []string {
	if len(values) == 1 {
		return n.single(values[0])
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = n.text(v)
	}
	slices.Sort(list)
	return list
}

func (n *interner) text(s string) string { return n.single(s)[0] }

func (n *interner) single(s string) []string {
	if shared, ok := n.texts[s]; ok {
		return shared
	}
	list := []string{s}
	if len(s) < longest {
		n.texts[s] = list
	}
	return list
}

// attributes are the named ones of the entry that have a value.
func (n *interner) attributes(e *entry, names []string) map[string][]string {
	n.key = n.key[:0]
	for _, name := range names {
		values := e.values(name)
		n.key = binary.AppendUvarint(n.key, uint64(len(values)))
		for _, v := range values {
			n.key = append(binary.AppendUvarint(n.key, uint64(len(v))), v...)
		}
	}
	if set, ok := n.sets[string(n.key)]; ok {
		return set
	}
	set := make(map[string][]string, len(names))
	for _, name := range names {
		if values := e.values(name); len(values) > 0 {
			set[name] = n.list(values)
		}
	}
	n.sets[string(n.key)] = set
	return set
}
