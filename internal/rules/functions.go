package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// function is one that a template may call. The value that is worked on is its
// last argument, so that it can be piped in.
type function struct {
	arguments int
	usage     string
	call      func([]operand) (operand, error)
}

const functionNames = "attr, default, dnPart, first, lookup, lower, replace, slug, trim, upper"

func functionOf(name string) (function, bool) {
	switch name {
	case "default":
		return function{2, `.attribute | default "text"`, useDefault}, true
	case "dnPart":
		return function{2, `.manager | dnPart "OU"`, dnPart}, true
	case "first":
		return function{1, `.attribute | first`, first}, true
	case "lower":
		return function{1, `.attribute | lower`, each(strings.ToLower)}, true
	case "replace":
		return function{3, `.attribute | replace "old" "new"`, replace}, true
	case "slug":
		return function{1, `.attribute | slug`, each(slug)}, true
	case "trim":
		return function{1, `.attribute | trim`, each(strings.TrimSpace)}, true
	case "upper":
		return function{1, `.attribute | upper`, each(strings.ToUpper)}, true
	}
	return function{}, false
}

// each lifts a function on texts to one on all values of an attribute.
func each(f func(string) string) func([]operand) (operand, error) {
	return func(args []operand) (operand, error) {
		out := operand{of: args[0].of, values: make([]string, 0, len(args[0].values))}
		for _, value := range args[0].values {
			out.values = append(out.values, f(value))
		}
		return out, nil
	}
}

// useDefault stands in for an attribute that is absent or blank.
func useDefault(args []operand) (operand, error) {
	fallback, o := args[0], args[1]
	for _, value := range o.values {
		if strings.TrimSpace(value) != "" {
			return o, nil
		}
	}
	return fallback, nil
}

// first is the first of several values in the order of the alphabet: a
// directory keeps them in none.
func first(args []operand) (operand, error) {
	o := args[0]
	if len(o.values) > 1 {
		o.values = []string{slices.Min(o.values)}
	}
	return o, nil
}

func replace(args []operand) (operand, error) {
	from, err := args[0].one()
	if err != nil {
		return operand{}, err
	}
	to, err := args[1].one()
	if err != nil {
		return operand{}, err
	}
	return each(func(s string) string { return strings.ReplaceAll(s, from, to) })(args[2:])
}

// dnPart takes from each distinguished name the value of the given type that
// stands nearest to the entry.
func dnPart(args []operand) (operand, error) {
	kind, err := args[0].one()
	if err != nil {
		return operand{}, err
	}
	out := operand{of: args[1].of}
	for _, dn := range args[1].values {
		value, ok := partOf(dn, kind)
		if !ok {
			return operand{}, fmt.Errorf("%s: %q holds no %s", out.of, dn, kind)
		}
		out.values = append(out.values, value)
	}
	return out, nil
}

// slug keeps letters a to z and digits, drops accents, and puts one hyphen in
// place of everything else: "Müller & Söhne" becomes "muller-sohne".
func slug(s string) string {
	var out strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if gap && out.Len() > 0 {
				out.WriteByte('-')
			}
			gap = false
			out.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	return out.String()
}
