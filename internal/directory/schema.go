package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// attributeType is what a schema says of one attribute (RFC 4512, 4.1.2), as far as comparing goes.
type attributeType struct{ equality, syntax, superior string }

// learnSchema reads how values are compared, and refuses filters that the schema makes senseless. A server that does not
// show its schema leaves it open: values are compared without regard to case, and nothing is refused.
func (m *mirror) learnSchema(ctx context.Context, c *wire.Conn) error {
	dn := c.Root().One("subschemasubentry")
	if dn == "" {
		return nil
	}
	found, err := c.One(ctx, dn, []string{"attributeTypes", "objectClasses"})
	if err != nil || found == nil {
		return err
	}
	known := newSchema(found)
	if len(known.types) == 0 {
		return nil
	}
	m.match = map[string]access.Match{}
	for _, name := range m.o.Attributes {
		if _, is := known.types[name]; !is && !m.seen(name) {
			m.unknown = append(m.unknown, name)
		} else if match := resolveMatch(known.types, name); match != access.CaseIgnore {
			m.match[name] = match
		}
	}
	return known.check(m.o)
}

// seen says whether anybody has a value of an attribute: then it exists, whatever the schema shows.
func (m *mirror) seen(name string) bool {
	for _, s := range m.scopes {
		for _, r := range s.records {
			if r.person != nil && len(r.person.attrs[name]) > 0 {
				return true
			}
		}
	}
	return false
}

// schema is what a server says of its attributes and classes, by lower-case name.
type schema struct {
	types   map[string]attributeType
	classes map[string]bool
}

func newSchema(e *ldap.Entry) *schema {
	s := &schema{types: map[string]attributeType{}, classes: map[string]bool{}}
	for _, description := range e.GetEqualFoldAttributeValues("attributeTypes") {
		names, t := parseAttributeType(description)
		for _, name := range names {
			s.types[strings.ToLower(name)] = t
		}
	}
	for _, description := range e.GetEqualFoldAttributeValues("objectClasses") {
		names, _ := parseAttributeType(description) // it begins alike
		for _, name := range names {
			s.classes[strings.ToLower(name)] = true
		}
	}
	return s
}

// check refuses a filter that speaks of what the server does not know: it would find nobody, negated too, without a
// word (RFC 4511, 4.5.1.7: Undefined).
func (s *schema) check(o *Options) error {
	filters := map[string]string{"people": o.People.Filter}
	if o.Groups.Filter != o.Kind.traits().groupFilter { // ours names classes of many servers
		filters["groups"] = o.Groups.Filter
	}
	for of, text := range filters {
		for _, item := range filterItems(text) {
			if _, known := s.types[item.attribute]; !known && !isOID(item.attribute) {
				return fmt.Errorf("directory.%s.filter %s looks at %s, which the server's schema does not know: it would find nobody; correct the name", of, text, item.attribute)
			}
			if item.attribute == "objectclass" && item.value != "" && !s.classes[item.value] && !isOID(item.value) && len(s.classes) > 0 {
				return fmt.Errorf("directory.%s.filter %s looks for the class %s, which the server's schema does not know: it would find nobody; correct the name", of, text, item.value)
			}
		}
	}
	return nil
}

func isOID(name string) bool { return name != "" && name[0] >= '0' && name[0] <= '9' }

// filterItem is one comparison in a filter, in lower case; value: "" unless it is an equality.
type filterItem struct{ attribute, value string }

// filterItems takes a filter apart that has been found to be one.
func filterItems(text string) []filterItem {
	packet, err := ldap.CompileFilter(text)
	if err != nil {
		return nil
	}
	return itemsOf(packet)
}

func itemsOf(p *ber.Packet) []filterItem {
	switch p.Tag {
	case ldap.FilterAnd, ldap.FilterOr, ldap.FilterNot:
		var all []filterItem
		for _, child := range p.Children {
			all = append(all, itemsOf(child)...)
		}
		return all
	case ldap.FilterPresent:
		return []filterItem{{attribute: plainName(p.Data.String())}}
	case ldap.FilterExtensibleMatch:
		for _, child := range p.Children {
			if child.Tag == ldap.MatchingRuleAssertionType {
				return []filterItem{{attribute: plainName(child.Data.String())}}
			}
		}
		return nil
	}
	item := filterItem{attribute: plainName(p.Children[0].Data.String())}
	if p.Tag == ldap.FilterEqualityMatch {
		item.value = strings.ToLower(p.Children[1].Data.String())
	}
	return []filterItem{item}
}

// plainName is the name of an attribute without options, in lower case.
func plainName(description string) string {
	name, _, _ := strings.Cut(description, ";")
	return strings.ToLower(name)
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

// The syntaxes by which Active Directory, whose schema names no matching rules, tells numbers, dates and DNs
// from texts (RFC 4517, 3.3; [MS-ADTS] 3.1.1.2.2.2).
const (
	syntaxInteger       = "1.3.6.1.4.1.1466.115.121.1.27"
	syntaxLargeInteger  = "1.2.840.113556.1.4.906"
	syntaxTime          = "1.3.6.1.4.1.1466.115.121.1.24"
	syntaxCaseSensitive = "1.2.840.113556.1.4.1362"
	syntaxNumericString = "1.3.6.1.4.1.1466.115.121.1.36"
	syntaxDN            = "1.3.6.1.4.1.1466.115.121.1.12"
)

func (t attributeType) match() access.Match {
	switch rule := strings.ToLower(t.equality); {
	case strings.HasPrefix(rule, "caseexact"):
		return access.CaseExact
	case rule == "integermatch":
		return access.Integer
	case rule == "generalizedtimematch":
		return access.Time
	case rule == "numericstringmatch":
		return access.NumericString
	case rule == "telephonenumbermatch":
		return access.Telephone
	case rule == "distinguishednamematch":
		return access.DN
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
	case syntaxNumericString:
		return access.NumericString
	case syntaxDN:
		return access.DN
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

// unknownTo lists the attributes that the schema of no directory knows. One whose schema is not shown may know any.
func unknownTo(mirrors []*mirror) []string {
	var all []string
	for _, name := range mirrors[0].unknown {
		if !slices.ContainsFunc(mirrors, func(m *mirror) bool { return !slices.Contains(m.unknown, name) }) {
			all = append(all, name)
		}
	}
	return all
}
