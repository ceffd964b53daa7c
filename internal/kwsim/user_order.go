package kwsim

import (
	"cmp"
	"slices"
	"strings"
)

// userOrder keeps the users sorted in the orders that were asked for. New users are merged in, so that a page costs
// no sort.
type userOrder struct {
	all    []*user            // in order of creation
	sorted map[string][]*user // by field; covers a prefix of all
}

// by returns the users sorted by the field: id, email, name or created; ties by id.
func (o *userOrder) by(field string) []*user {
	if o.sorted == nil {
		o.sorted = map[string][]*user{}
	}
	old := o.sorted[field]
	if len(old) == len(o.all) {
		return old
	}
	less := userComparison(field)
	fresh := slices.SortedFunc(slices.Values(o.all[len(old):]), less)
	o.sorted[field] = merge(old, fresh, less)
	return o.sorted[field]
}

func (o *userOrder) forget(field string) { delete(o.sorted, field) }

// remove takes a user out of every order.
func (o *userOrder) remove(u *user) {
	is := func(other *user) bool { return other == u }
	o.all = slices.DeleteFunc(o.all, is)
	o.sorted = nil
}

func userComparison(field string) func(a, b *user) int {
	return func(a, b *user) int {
		order := 0
		switch field {
		case "email":
			order = strings.Compare(a.Email, b.Email)
		case "name":
			order = strings.Compare(a.Name, b.Name)
		case "created":
			order = a.Created.Compare(b.Created)
		}
		return cmp.Or(order, strings.Compare(a.ID, b.ID))
	}
}

// merge returns the rows of two sorted slices in one new sorted slice.
func merge[T any](a, b []T, compare func(a, b T) int) []T {
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
