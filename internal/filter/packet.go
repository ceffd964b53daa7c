package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// maxDepth bounds the nesting, and with it the stack that a filter can take.
const maxDepth = 100

var errTooDeep = fmt.Errorf("it is nested more than %d deep: (&(a=1)(b=2)(c=3)) needs no inner levels", maxDepth)

// The matching rules of Active Directory that are known here ([MS-ADTS] 3.1.1.3.4.4).
const (
	ruleBitAnd  = "1.2.840.113556.1.4.803"
	ruleBitOr   = "1.2.840.113556.1.4.804"
	ruleInChain = "1.2.840.113556.1.4.1941"
)

// compiler turns a packet into matchers and collects the attributes it meets.
type compiler struct {
	attributes map[string]bool
}

func (c *compiler) compile(p *ber.Packet, depth int) (matcher, error) {
	if p == nil || p.ClassType != ber.ClassContext {
		return nil, errors.New("read filter: not a filter of RFC 4511")
	}
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	switch p.Tag {
	case ldap.FilterAnd, ldap.FilterOr:
		return c.set(p, depth)
	case ldap.FilterNot:
		return c.negation(p, depth)
	case ldap.FilterEqualityMatch, ldap.FilterGreaterOrEqual, ldap.FilterLessOrEqual:
		return c.comparison(p)
	case ldap.FilterSubstrings:
		return c.substrings(p)
	case ldap.FilterPresent:
		attr, err := c.attribute(octets(p))
		return present{attr}, err
	case ldap.FilterApproxMatch:
		return nil, errors.New(`the approximate match "~=" is not supported, because no two directories agree on it: write = or use "*"`)
	case ldap.FilterExtensibleMatch:
		return c.extensible(p)
	}
	return nil, fmt.Errorf("read filter: unknown choice %d", p.Tag)
}

func (c *compiler) set(p *ber.Packet, depth int) (matcher, error) {
	members := make([]matcher, 0, len(p.Children))
	for _, child := range p.Children {
		m, err := c.compile(child, depth+1)
		if err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	if p.Tag == ldap.FilterAnd {
		return and(members), nil
	}
	return or(members), nil
}

func (c *compiler) negation(p *ber.Packet, depth int) (matcher, error) {
	if len(p.Children) != 1 {
		return nil, fmt.Errorf("read filter: a negation of %d filters, want one", len(p.Children))
	}
	m, err := c.compile(p.Children[0], depth+1)
	return not{m}, err
}

func (c *compiler) comparison(p *ber.Packet) (matcher, error) {
	if len(p.Children) != 2 {
		return nil, fmt.Errorf("read filter: a comparison of %d parts, want attribute and value", len(p.Children))
	}
	attr, err := c.attribute(octets(p.Children[0]))
	if err != nil {
		return nil, err
	}
	operator := equal
	switch p.Tag {
	case ldap.FilterGreaterOrEqual:
		operator = atLeast
	case ldap.FilterLessOrEqual:
		operator = atMost
	}
	return &comparison{attr, operator, newAssertion(octets(p.Children[1]))}, nil
}

func (c *compiler) substrings(p *ber.Packet) (matcher, error) {
	if len(p.Children) != 2 {
		return nil, fmt.Errorf("read filter: a substring match of %d parts, want attribute and pieces", len(p.Children))
	}
	attr, err := c.attribute(octets(p.Children[0]))
	if err != nil {
		return nil, err
	}
	pieces := p.Children[1].Children
	if len(pieces) == 0 {
		return nil, fmt.Errorf("%s is compared with nothing between its stars: write (%[1]s=*) for any value", attr)
	}
	m := &substrings{attr: attr}
	for i, piece := range pieces {
		if err := m.add(piece, i == 0, i == len(pieces)-1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// add appends one piece; an initial one must come first, a final one last.
func (s *substrings) add(piece *ber.Packet, first, last bool) error {
	text := octets(piece)
	if text == "" {
		return fmt.Errorf("read filter: an empty piece in the substring match of %s", s.attr)
	}
	switch {
	case piece.Tag == ldap.FilterSubstringsInitial && first:
		s.initial = newPiece(text, true, false)
	case piece.Tag == ldap.FilterSubstringsAny:
		s.any = append(s.any, newPiece(text, false, false))
	case piece.Tag == ldap.FilterSubstringsFinal && last:
		s.final = newPiece(text, false, true)
	default:
		return fmt.Errorf("read filter: the pieces in the substring match of %s are out of order", s.attr)
	}
	return nil
}

// extensible reads a matching rule assertion; only the two bit rules are known.
func (c *compiler) extensible(p *ber.Packet) (matcher, error) {
	var rule, name, value string
	for _, child := range p.Children {
		switch child.Tag {
		case ldap.MatchingRuleAssertionMatchingRule:
			rule = octets(child)
		case ldap.MatchingRuleAssertionType:
			name = octets(child)
		case ldap.MatchingRuleAssertionMatchValue:
			value = octets(child)
		case ldap.MatchingRuleAssertionDNAttributes:
			return nil, errors.New(`":dn" is not supported: use the condition "under" for a part of the tree`)
		}
	}
	switch rule {
	case ruleBitAnd, ruleBitOr:
	case ruleInChain:
		return nil, fmt.Errorf("matching rule %s (in chain) works on the server only: use the condition \"group\", which knows nested groups", rule)
	default:
		return nil, fmt.Errorf("matching rule %q is not supported: only %s (all bits) and %s (any bit) are", rule, ruleBitAnd, ruleBitOr)
	}
	attr, err := c.attribute(name)
	if err != nil {
		return nil, err
	}
	mask, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s is compared with the bits of %.40q: want a decimal number such as 2", attr, value)
	}
	return &bits{attr, rule, mask}, nil
}

// attribute checks and notes a name. Options (;binary, ;lang-de) and numeric
// names are refused: without a schema they would silently never match.
func (c *compiler) attribute(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("a condition has no attribute: write (attribute=value)")
	case strings.Contains(name, ";"):
		return "", fmt.Errorf("attribute %.40q has an option: name the attribute without it", name)
	case !validName(name):
		return "", fmt.Errorf("%.40q is not the name of an attribute: want a letter, then letters, digits and hyphens", name)
	}
	attr := strings.ToLower(name)
	c.attributes[attr] = true
	return attr, nil
}

// validName checks for a keystring (RFC 4512, section 1.4). The underscore is
// not in the RFC, but in the schemas of several directories.
func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		inner := '0' <= c && c <= '9' || c == '-' || c == '_'
		if !letter && (i == 0 || !inner) {
			return false
		}
	}
	return true
}

// octets is the content of a primitive packet, made here or received.
func octets(p *ber.Packet) string {
	if p.Data == nil {
		return ""
	}
	return p.Data.String()
}
