package kwsim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params says which query parameters an operation takes, and which values each may have.
type params map[string]func(value string) bool

// with returns the parameters with those of others added.
func (p params) with(others ...params) params {
	out := params{}
	for _, from := range append(others, p) {
		for name, valid := range from {
			out[name] = valid
		}
	}
	return out
}

// paging is what every paged list takes.
func paging() params { return params{"limit": atLeast(1), "offset": atLeast(0)} }

func text(string) bool { return true }

func boolean(value string) bool { return value == "true" || value == "false" }

func atLeast(least int) func(string) bool {
	return func(value string) bool {
		n, err := strconv.Atoi(value)
		return err == nil && n >= least
	}
}

func oneOf(values ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(values, value) }
}

// sorting accepts every field in both directions.
func sorting(fields ...string) func(string) bool {
	var values []string
	for _, f := range fields {
		values = append(values, f+":asc", f+":desc")
	}
	return oneOf(values...)
}

// extras accepts a list in parentheses, such as (user,role), of the fields that are sent only when asked for.
func extras(fields ...string) func(string) bool {
	return func(value string) bool {
		inner, ok := strings.CutPrefix(value, "(")
		inner, closed := strings.CutSuffix(inner, ")")
		if !ok || !closed {
			return false
		}
		for field := range strings.SplitSeq(inner, ",") {
			if !slices.Contains(fields, field) {
				return false
			}
		}
		return true
	}
}

// query holds the parameters of one request, all of them known and valid.
type query url.Values

// parse refuses parameters that are unknown, repeated or have a value they may not have. Only lists may repeat.
func (p params) parse(raw string) (query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refuse(errInvalidParameter)
	}
	for name, given := range values {
		valid, known := p[name]
		if !known || len(given) > 1 && !strings.HasSuffix(name, ":in") || !valid(given[0]) {
			return nil, refuseField(errInvalidParameter, name)
		}
	}
	return query(values), nil
}

func (q query) has(name string) bool { return url.Values(q).Has(name) }

func (q query) text(name string) string { return url.Values(q).Get(name) }

// isTrue reports whether the parameter is given as true.
func (q query) isTrue(name string) bool { return q.text(name) == "true" }

// number returns nil for a parameter that is not given.
func (q query) number(name string) *int {
	n, err := strconv.Atoi(q.text(name))
	if err != nil {
		return nil
	}
	return &n
}

// all returns the values of a list, which may be repeated, separated by commas, or both.
func (q query) all(name string) []string {
	var out []string
	for _, value := range q[name] {
		out = append(out, strings.Split(value, ",")...)
	}
	return out
}

// wants reports whether the field is named in the parameter with.
func (q query) wants(field string) bool {
	return slices.Contains(strings.Split(strings.Trim(q.text("with"), "()"), ","), field)
}

func (q query) compact() bool { return q.text("mode") == "compact" }

// order returns the field to sort by and whether the order is descending.
func (q query) order(fallback string) (field string, descending bool) {
	field, direction, _ := strings.Cut(q.text("orderBy"), ":")
	if field == "" {
		return fallback, false
	}
	return field, direction == "desc"
}
