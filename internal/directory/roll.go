package directory

import (
	"cmp"
	"iter"
	"slices"
)

// roll is records in the order of their ids, kept so from one snapshot to the next:
// sorting 100,000 ids anew for each change would cost more than all the rest.
type roll struct {
	sorted  []*record
	added   []*record
	dropped bool // some of sorted are gone
}

func (l *roll) add(r *record) { l.added = append(l.added, r) }

// changed says whether settle would change anything.
func (l *roll) changed() bool { return l.dropped || len(l.added) > 0 }

// settle brings the roll up to date and returns it. An id that two overlapping scopes
// have found stands there once.
func (l *roll) settle() []*record {
	if !l.changed() {
		return l.sorted
	}
	isGone := func(r *record) bool { return r.gone }
	order := func(a, b *record) int { return cmp.Compare(a.id, b.id) }
	added := slices.DeleteFunc(l.added, isGone)
	slices.SortStableFunc(added, order)
	l.sorted = merge(slices.DeleteFunc(l.sorted, isGone), added, order)
	l.added, l.dropped = nil, false
	return l.sorted
}

// merge joins two sorted lists.
func merge[T any](a, b []T, order func(T, T) int) []T {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	both := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if order(a[0], b[0]) <= 0 {
			both, a = append(both, a[0]), a[1:]
		} else {
			both, b = append(both, b[0]), b[1:]
		}
	}
	return append(append(both, a...), b...)
}

// chunks cuts a list into pieces of at most n.
func chunks[T any](list []T, n int) iter.Seq[[]T] { return slices.Chunk(list, n) }

// distinct sorts and drops doubles and the empty text.
func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
}
