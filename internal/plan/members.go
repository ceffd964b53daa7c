package plan

import (
	"cmp"
	"slices"
	"sort"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// members finds grants by account and folder. They are sorted as a state has them: a
// map of a million would weigh several times what they do.
type members struct {
	grants []access.Grant
	of     map[string]span // of each folder
}

// span is a part of the grants: from begin to before end.
type span struct{ begin, end int }

func newMembers(grants []access.Grant) members {
	order := func(a, b access.Grant) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
	}
	if !slices.IsSortedFunc(grants, order) {
		grants = slices.Clone(grants)
		slices.SortStableFunc(grants, order)
	}
	m := members{grants: grants, of: map[string]span{}}
	for begin := 0; begin < len(grants); {
		end := begin
		for end < len(grants) && grants[end].Folder == grants[begin].Folder {
			end++
		}
		m.of[grants[begin].Folder] = span{begin, end}
		begin = end
	}
	return m
}

// find is the grant of an account on a folder; of several the last counts.
func (m members) find(key GrantKey) (g access.Grant, there bool) {
	s := m.of[key.Folder]
	behind := sort.Search(s.end-s.begin, func(i int) bool { return m.grants[s.begin+i].Account > key.Account })
	if behind == 0 || m.grants[s.begin+behind-1].Account != key.Account {
		return access.Grant{}, false
	}
	return m.grants[s.begin+behind-1], true
}

// each calls do for each account on each folder, in their order; of several grants the last counts.
func (m members) each(do func(GrantKey, access.Grant)) {
	for i, g := range m.grants {
		if i+1 < len(m.grants) && m.grants[i+1].Account == g.Account && m.grants[i+1].Folder == g.Folder {
			continue
		}
		do(GrantKey{Account: g.Account, Folder: g.Folder}, g)
	}
}
