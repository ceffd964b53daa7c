package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// prepareBuffer is the room on the stack for one prepared value. Longer ones are
// compared just the same, at the price of an allocation.
const prepareBuffer = 128

// appendPrepared appends s as RFC 4518 prepares a string for comparison: mapped,
// folded unless the rule is CaseExact, in normal form KC, without spaces at its
// ends and with one for each run inside. The RFC pads with spaces instead, so
// that "Clerk *" would match "Clerk"; OpenLDAP does it as here.
//
// A string that is not UTF-8 is binary and stays as it is.
func appendPrepared(dst []byte, s string, rule access.Match) []byte {
	fold := rule != access.CaseExact
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
