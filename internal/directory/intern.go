package directory

import (
	"encoding/binary"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// interner keeps one copy of texts, and of whole sets of attributes, that occur
// again and again: of 100,000 people in a department each, few differ in what the rules look at.
// What it returns is shared: nobody may change it.
type interner struct {
	texts map[string][]string
	sets  map[string]map[string][]string // by key
	key   []byte                         // reused

	standings map[standing]*standing
}

func newInterner() *interner {
	return &interner{texts: map[string][]string{}, sets: map[string]map[string][]string{}, standings: map[standing]*standing{}}
}

// most is how many different texts, and sets, are remembered: of what is
// everybody's own, remembering all would cost more than it saves.
const most = 1 << 14

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
	if len(s) < longest && len(n.texts) < most {
		n.texts[s] = list
	}
	return list
}

// standing is one copy of what many have.
func (n *interner) standing(s standing) *standing {
	if shared, ok := n.standings[s]; ok {
		return shared
	}
	if len(n.standings) < most {
		n.standings[s] = &s
	}
	return &s
}

// folded are the values, folded for comparison.
func folded(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = access.FoldName(v)
	}
	return list
}

// attributes are the named ones of the entry that have a value.
func (n *interner) attributes(e *wire.Entry, names []string) map[string][]string {
	n.key = n.key[:0]
	for _, name := range names {
		values := e.Values(name)
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
		if values := e.Values(name); len(values) > 0 {
			set[name] = n.list(values)
		}
	}
	if len(n.sets) < most {
		n.sets[string(n.key)] = set
	}
	return set
}
