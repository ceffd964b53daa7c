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
	dropped []*record
	settled bool // at least once: what was read anew has changed even if it is nothing
}

func (l *roll) add(r *record)  { l.added = append(l.added, r) }
func (l *roll) drop(r *record) { l.dropped = append(l.dropped, r) }

// changed says whether settle would change anything.
func (l *roll) changed() bool { return !l.settled || len(l.dropped)+len(l.added) > 0 }

// settle brings the roll up to date and returns it. An id that two overlapping scopes
// have found stands there twice. Of what stays, no more is looked at than it takes to find the places.
func (l *roll) settle() []*record {
	if !l.changed() {
		return l.sorted
	}
	added := slices.DeleteFunc(l.added, isGone)
	slices.SortStableFunc(added, byID)
	if len(l.dropped) > 0 {
		l.sorted = without(l.sorted, l.dropped)
	}
	if len(added) > 0 {
		l.sorted = merge(l.sorted, added)
	}
	l.added, l.dropped, l.settled = nil, nil, true
	return l.sorted
}

func isGone(r *record) bool { return r.gone }

func byID(a, b *record) int { return cmp.Compare(a.id, b.id) }

// without leaves out those that are gone, all of which are among dropped. Of the others
// no more are looked at than it takes to find the places.
func without(sorted, dropped []*record) []*record {
	kept := make([]*record, 0, len(sorted))
	slices.SortFunc(dropped, byID)
	for _, r := range dropped {
		at, _ := slices.BinarySearchFunc(sorted, r, byID)
		kept, sorted = append(kept, sorted[:at]...), sorted[at:]
		for len(sorted) > 0 && sorted[0].id == r.id {
			if !sorted[0].gone {
				kept = append(kept, sorted[0])
			}
			sorted = sorted[1:]
		}
	}
	return append(kept, sorted...)
}

// merge puts the added, which are sorted too, behind those of the same id.
func merge(sorted, added []*record) []*record {
	if len(sorted) == 0 {
		return added
	}
	both := make([]*record, 0, len(sorted)+len(added))
	notAfter := func(a, b *record) int { return cmp.Or(byID(a, b), -1) }
	for _, r := range added {
		at, _ := slices.BinarySearchFunc(sorted, r, notAfter)
		both, sorted = append(append(both, sorted[:at]...), r), sorted[at:]
	}
	return append(both, sorted...)
}

// chunks cuts a list into pieces of at most n.
func chunks[T any](list []T, n int) iter.Seq[[]T] { return slices.Chunk(list, n) }

// distinct sorts and drops doubles and the empty text.
func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
}
