package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// appendPrepared appends s as it is compared under a rule that compares texts.
func appendPrepared(dst []byte, s string, rule access.Match) []byte {
	switch {
	case ignoresSpace(rule):
		return appendWithoutSpace(dst, s, rule)
	case rule == access.DN:
		dst, _ = appendDN(dst, s)
		return dst
	}
	return appendText(dst, s, rule != access.CaseExact)
}

// prepareBuffer is the room on the stack for one prepared value. Longer ones are
// compared just the same, at the price of an allocation.
const prepareBuffer = 128

// appendText appends s as RFC 4518 prepares a string for comparison: mapped,
// folded if it shall be, in normal form KC, without spaces at its
// ends and with one for each run inside. The RFC pads with spaces instead, so
// that "Clerk *" would match "Clerk"; OpenLDAP does it as here.
//
// A string that is not UTF-8 is binary and stays as it is.
func appendText(dst []byte, s string, fold bool) []byte {
	if isASCII(s) {
		return appendSpaced(dst, s, fold)
	}
	if !utf8.ValidString(s) {
		return append(dst, s...)
	}
	s = norm.NFKC.String(strings.Map(mapRune, s))
	if fold {
		s = norm.NFKC.String(cases.Fold().String(s))
	}
	return appendSpaced(dst, s, false)
}

// prepared is a text made ready for each rule.
type prepared [access.DN + 1][]byte

func prepareFor(prepare func(rule access.Match) []byte) prepared {
	var p prepared
	for rule := access.CaseIgnore; rule <= access.DN; rule++ {
		if rule != access.Integer && rule != access.Time {
			p[rule] = prepare(rule)
		}
	}
	return p
}

func (p *prepared) by(rule access.Match) []byte {
	if rule < access.CaseIgnore || rule > access.DN {
		rule = access.CaseIgnore
	}
	return p[rule]
}

// ignoresSpace says whether no space counts under a rule (RFC 4518, sections 2.6.2 and 2.6.3).
func ignoresSpace(rule access.Match) bool {
	return rule == access.NumericString || rule == access.Telephone
}

func appendWithoutSpace(dst []byte, s string, rule access.Match) []byte {
	start := len(dst)
	dst = appendText(dst, s, true)
	kept := dst[:start]
	for _, c := range dst[start:] {
		if c != ' ' && (c != '-' || rule != access.Telephone) {
			kept = append(kept, c)
		}
	}
	return kept
}

// orSpace makes of a number or a piece of one of which nothing counts what is in no value.
func orSpace(b []byte) []byte {
	if len(b) == 0 {
		return []byte{' '}
	}
	return b
}

// isNumberText says whether s is of the characters of a number (RFC 4517, sections 3.3.23 and 3.3.31).
func isNumberText(s string, rule access.Match) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		switch phone := rule == access.Telephone; {
		case c == ' ', '0' <= c && c <= '9', phone && letter, phone && strings.IndexByte("'()+,-./:?=", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

// appendSpaced handles the spaces, and the folding and mapping that ASCII needs.
func appendSpaced(dst []byte, s string, fold bool) []byte {
	start := len(dst)
	gap := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ' ' || '\t' <= c && c <= '\r':
			gap = len(dst) > start
			continue
		case c < ' ' || c == 0x7f:
			continue
		case fold && 'A' <= c && c <= 'Z':
			c |= 0x20
		}
		if gap {
			dst = append(dst, ' ')
			gap = false
		}
		dst = append(dst, c)
	}
	return dst
}

// mapRune is the mapping step (RFC 4518, section 2.2): what separates becomes a
// space, what cannot be seen disappears.
func mapRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf: // appendSpaced maps ASCII
		return r
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector), r == 0x034f, r == 0x1806, r == 0xfffc:
		return -1
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
