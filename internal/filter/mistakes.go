package filter

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// mistake is a text that go-ldap's compiler would take for something other than
// what its author meant.
type mistake struct {
	pattern    *regexp.Regexp
	what, hint string
}

// mistakes rest on one fact of the grammar: a value holds no bare parenthesis,
// so "(" always opens a filter and ")" always ends one.
var mistakes = []mistake{
	{
		regexp.MustCompile(`(?i)\)\s*and\s*\(`),
		`"and" between two conditions`, "write (&(a=1)(b=2))",
	},
	{
		regexp.MustCompile(`(?i)\)\s*or\s*\(`),
		`"or" between two conditions`, "write (|(a=1)(b=2))",
	},
	{
		regexp.MustCompile(`\)[&|]`),
		"an operator between two conditions", "write it before them, as in (&(a=1)(b=2))",
	},
	{
		regexp.MustCompile(`\([&|!]?\s|\)\s`),
		"white space between parentheses", "close the gap",
	},
	{
		regexp.MustCompile(`\(![^(]`),
		`"!" without a filter behind it`, "write (!(attribute=value))",
	},
	{
		regexp.MustCompile(`[^()&|!]\(|[^(][&|!]\(`),
		"an opening parenthesis inside a condition", `close the condition before it, or write \28 if it belongs to the value`,
	},
	{
		regexp.MustCompile(`\([^()=]*!=`),
		`"!=" is no operator`, "write (!(attribute=value))",
	},
	{
		regexp.MustCompile(`\([^()=]*==`),
		`"==" is no operator`, `write one "=", or \3d for a value that begins with "="`,
	},
	{
		regexp.MustCompile(`\([^()=]*=[<>]`),
		`"=<" and "=>" are no operators`, `write "<=" or ">=", or \3c, \3e for a value that begins so`,
	},
}

// checkText refuses what the compiler would misread, and what is so long that
// reading it is a danger in itself.
func checkText(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty: write (objectClass=*) to match everything")
	case len(text) > maxText:
		return fmt.Errorf("it has %d bytes, more than %d: put the people into a group instead", len(text), maxText)
	case text[0] != '(':
		return errors.New(`it does not begin with "(": write (attribute=value)`)
	}
	if deepest(text) > maxDepth {
		return errTooDeep
	}
	for _, m := range mistakes {
		if at := m.pattern.FindStringIndex(text); at != nil {
			position := utf8.RuneCountInString(text[:at[1]])
			return fmt.Errorf("%s at character %d: %s", m.what, position, m.hint)
		}
	}
	return nil
}

// deepest counts how far parentheses are nested.
func deepest(text string) int {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
			most = max(most, depth)
		case ')':
			depth--
		}
	}
	return most
}
