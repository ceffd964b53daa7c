package directory

import (
	"context"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// attributeType is what a schema says of one attribute (RFC 4512, 4.1.2), as far as comparing goes.
type attributeType struct{ equality, syntax, superior string }

// matchOf reads from the server's schema how the values of the attributes are compared. A server that does not
// show its schema leaves it open: without regard to case.
func matchOf(ctx context.Context, c *wire.Conn, attributes []string) (map[string]access.Match, error) {
	dn := c.Root().One("subschemasubentry")
	if dn == "" || len(attributes) == 0 {
		return nil, nil
	}
	found, err := c.One(ctx, dn, []string{"attributeTypes"})
	if err != nil || found == nil {
		return nil, err
	}
	types := map[string]attributeType{}
	for _, description := range found.GetEqualFoldAttributeValues("attributeTypes") {
		names, t := parseAttributeType(description)
		for _, name := range names {
			types[strings.ToLower(name)] = t
		}
	}
	match := map[string]access.Match{}
	for _, name := range attributes {
		if m := resolveMatch(types, name); m != access.CaseIgnore {
			match[name] = m
		}
	}
	return match, nil
}

// resolveMatch follows an attribute to the one from which it inherits how it is compared.
func resolveMatch(types map[string]attributeType, name string) access.Match {
	for range len(types) { // a schema that goes in circles ends too
		t, known := types[name]
		switch {
		case !known:
			return access.CaseIgnore
		case t.equality != "" || t.superior == "":
			return t.match()
		}
		name = strings.ToLower(t.superior)
	}
	return access.CaseIgnore
}

// The syntaxes by which Active Directory, whose schema names no matching rules, tells numbers and dates from
// texts (RFC 4517, 3.3; [MS-ADTS] 3.1.1.2.2.2).
const (
	syntaxInteger       = "1.3.6.1.4.1.1466.115.121.1.27"
	syntaxLargeInteger  = "1.2.840.113556.1.4.906"
	syntaxTime          = "1.3.6.1.4.1.1466.115.121.1.24"
	syntaxCaseSensitive = "1.2.840.113556.1.4.1362"
)

func (t attributeType) match() access.Match {
	switch rule := strings.ToLower(t.equality); {
	case strings.HasPrefix(rule, "caseexact"):
		return access.CaseExact
	case rule == "integermatch":
		return access.Integer
	case rule == "generalizedtimematch":
		return access.Time
	case rule != "":
		return access.CaseIgnore
	}
	switch t.syntax {
	case syntaxInteger, syntaxLargeInteger:
		return access.Integer
	case syntaxTime:
		return access.Time
	case syntaxCaseSensitive:
		return access.CaseExact
	}
	return access.CaseIgnore
}

// parseAttributeType reads one description. Words that it does not know, and their values, are passed over.
func parseAttributeType(description string) (names []string, t attributeType) {
	words := schemaWords(description)
	for i := 0; i+1 < len(words); i++ {
		next := words[i+1]
		switch words[i] {
		case "NAME":
			for j := i + 1; j < len(words) && (words[j] == "(" || words[j][0] == '\''); j++ {
				if name := strings.Trim(words[j], "'"); name != "(" {
					names = append(names, name)
				}
			}
		case "EQUALITY":
			t.equality = next
		case "SUP":
			t.superior = next
		case "SYNTAX":
			t.syntax, _, _ = strings.Cut(strings.Trim(next, "'"), "{")
		}
	}
	return names, t
}

// schemaWords cuts a description into words, parentheses and quoted texts, which keep their quotes.
func schemaWords(s string) []string {
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " ") {
		end := 1
		switch s[0] {
		case '(', ')':
		case '\'':
			end = strings.IndexByte(s[1:], '\'') + 2
			if end == 1 {
				return words // it never ends
			}
		default:
			if end = strings.IndexAny(s, " ()'"); end < 0 {
				end = len(s)
			}
		}
		words, s = append(words, s[:end]), s[end:]
	}
	return words
}

// agreed is how values are compared in all directories; where they differ, without regard to case.
func agreed(mirrors []*mirror) map[string]access.Match {
	all := map[string]access.Match{}
	for i, m := range mirrors {
		for name, match := range m.match {
			if i == 0 {
				all[name] = match
			}
		}
		for name, match := range all {
			if m.match[name] != match {
				delete(all, name)
			}
		}
	}
	return all
}
