package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// maxText bounds the length of a filter in bytes. Longer ones are generated,
// and belong into a group.
const maxText = 64 << 10

// Filter is a compiled filter. It is immutable and may be used by several
// goroutines at once.
type Filter struct {
	root       matcher
	attributes []string
}

// Compile reads the text form of a filter (RFC 4515); white space around it is
// ignored. The error quotes the filter and says what is wrong, where, and what
// to write instead.
func Compile(text string) (*Filter, error) {
	text = strings.TrimSpace(text)
	if err := checkText(text); err != nil {
		return nil, fmt.Errorf("filter %.200q: %w", text, err)
	}
	packet, err := ldap.CompileFilter(text)
	if err != nil {
		return nil, fmt.Errorf("filter %.200q: %w", text, explain(text, err))
	}
	f, err := FromPacket(packet)
	if err != nil {
		return nil, fmt.Errorf("filter %.200q: %w", text, err)
	}
	return f, nil
}

// FromPacket reads a filter as it travels in a search request (RFC 4511,
// section 4.5.1.7). Any packet may be given, also one from a hostile client.
func FromPacket(p *ber.Packet) (*Filter, error) {
	c := compiler{attributes: map[string]bool{}}
	root, err := c.compile(p, 0)
	if err != nil {
		return nil, err
	}
	f := &Filter{root: root}
	for attr := range c.attributes {
		f.attributes = append(f.attributes, attr)
	}
	slices.Sort(f.attributes)
	return f, nil
}

// Attributes are the names of the attributes that the filter looks at: lower
// case, sorted, each once. They are what has to be read for Match.
func (f *Filter) Attributes() []string { return slices.Clone(f.attributes) }

// Match says whether an entry satisfies the filter. values returns the values of
// an attribute, none if the entry lacks it; rule returns how they are compared
// (anything but a Match stands for CaseIgnore). Both get lower-case names.
//
// An item about an absent attribute is false, so its negation is true. An item
// that cannot be decided (a text compared with a number, a substring of a time)
// is neither: as in RFC 4511 its negation does not hold either.
func (f *Filter) Match(values func(attr string) []string, rule func(attr string) access.Match) bool {
	return f.root.eval(entry{values, rule}) == yes
}

// Undecided says that the filter neither holds for an entry nor fails: Match is false
// for it, and so is Match of its negation.
func (f *Filter) Undecided(values func(attr string) []string, rule func(attr string) access.Match) bool {
	return f.root.eval(entry{values, rule}) == undefined
}

// String is the filter in RFC 4515 form with lower-case attribute names.
// Compiled again, it is an equal filter.
func (f *Filter) String() string { return string(f.root.appendTo(nil)) }

// explain turns an error of go-ldap's compiler into one for the administrator.
func explain(text string, err error) error {
	var compileError *ldap.Error
	if errors.As(err, &compileError) && compileError.Err != nil {
		err = compileError.Err
	}
	what := strings.TrimPrefix(err.Error(), "ldap: ")
	opened, closed := strings.Count(text, "("), strings.Count(text, ")")
	if opened != closed {
		return fmt.Errorf("%s: it has %d opening and %d closing parentheses", what, opened, closed)
	}
	return fmt.Errorf("%s: write one condition as (attribute=value), several as (&(a=1)(b=2))", what)
}
