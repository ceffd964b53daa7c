package kwsim

import "strings"

// filter says whether a row stays in a list. A nil filter keeps every row.
type filter[T any] func(T) bool

// every returns the filter that keeps what all the filters keep.
func every[T any](filters ...filter[T]) filter[T] {
	var given []filter[T]
	for _, f := range filters {
		if f != nil {
			given = append(given, f)
		}
	}
	if given == nil {
		return nil
	}
	return func(row T) bool {
		for _, keep := range given {
			if !keep(row) {
				return false
			}
		}
		return true
	}
}

// byFlag returns the filter of a boolean parameter; nil if the request has none.
func byFlag[T any](q query, name string, flag func(T) bool) filter[T] {
	if !q.has(name) {
		return nil
	}
	want := q.isTrue(name)
	return func(row T) bool { return flag(row) == want }
}

// byText returns the filter of a parameter and its contains form, both without regard to case; nil if the request has
// neither.
func byText[T any](q query, name string, text func(T) string) filter[T] {
	var exact, part filter[T]
	if q.has(name) {
		want := fold(q.text(name))
		exact = func(row T) bool { return fold(text(row)) == want }
	}
	if name += ":contains"; q.has(name) {
		want := fold(q.text(name))
		part = func(row T) bool { return strings.Contains(fold(text(row)), want) }
	}
	return every(exact, part)
}
