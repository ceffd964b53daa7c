package access

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
)

// Differing lists, sorted, the people in whom two snapshots differ: who came, who
// went, and of whom anything is different, memberships included.
func Differing(before, after *Snapshot) []PersonID {
	var ids []PersonID
	a, b := before.People, after.People
	same := sameGroups(before.Groups, after.Groups)
	for len(a) > 0 || len(b) > 0 {
		switch order := compareFirst(a, b); {
		case order < 0:
			ids, a = append(ids, a[0].ID), a[1:]
		case order > 0:
			ids, b = append(ids, b[0].ID), b[1:]
		default:
			if !samePerson(&a[0], &b[0]) || !same(a[0].Groups, b[0].Groups) {
				ids = append(ids, a[0].ID)
			}
			a, b = a[1:], b[1:]
		}
	}
	return ids
}

// compareFirst orders the first of two sorted lists; the end of one comes last.
func compareFirst(a, b []Person) int {
	switch {
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	}
	return a[0].ID.Compare(b[0].ID)
}

// Compare orders ids: by directory, then by id.
func (id PersonID) Compare(other PersonID) int {
	return cmp.Or(cmp.Compare(id.Source, other.Source), cmp.Compare(id.ID, other.ID))
}

// Compare orders groups alike.
func (id GroupID) Compare(other GroupID) int { return PersonID(id).Compare(PersonID(other)) }

func samePerson(a, b *Person) bool {
	return a.DN == b.DN && a.Email == b.Email && a.NoEmail == b.NoEmail && a.Name == b.Name &&
		a.Standing == b.Standing && a.Changed.Equal(b.Changed) && sameAttrs(a.Attrs, b.Attrs)
}

// sameAttrs compares two sets of attributes, which most often are one.
func sameAttrs(a, b map[string][]string) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer() || maps.EqualFunc(a, b, slices.Equal)
}

// sameGroups compares lists of indices into two lists of groups. A group of which anything is
// different is not the same: rules look at its name and its attributes.
func sameGroups(before, after []Group) func(a, b []int32) bool {
	is := func(a, b Group) bool {
		return a.ID == b.ID && a.DN == b.DN && a.Name == b.Name && a.Hidden == b.Hidden && maps.EqualFunc(a.Attrs, b.Attrs, slices.Equal)
	}
	if slices.EqualFunc(before, after, is) {
		return func(a, b []int32) bool { return slices.Equal(a, b) }
	}
	return func(a, b []int32) bool {
		return slices.EqualFunc(a, b, func(i, j int32) bool { return is(before[i], after[j]) })
	}
}
