package directory

import (
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// normalDN is the form in which two spellings of one DN are equal (RFC 4517,
// distinguishedNameMatch): case, insignificant spaces, ways of escaping and the order
// inside a multi-valued RDN do not count. A text that is no DN is folded as a whole.
func normalDN(dn string) string {
	if plainDN(dn) {
		return strings.ToLower(dn)
	}
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return access.FoldName(dn)
	}
	for _, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			a.Value = foldValue(a.Value)
		}
	}
	return parsed.String() // lower-case types, sorted values, one way of escaping
}

// foldValue prepares a value as caseIgnoreMatch does (RFC 4518). Bytes that are no text stay.
func foldValue(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	return access.FoldName(strings.Join(strings.Fields(s), " "))
}

// plainDN says whether lower case is all that dn lacks to be normal: printable
// ASCII, single-valued RDNs, nothing escaped, no space that does not count. Nearly all are.
func plainDN(dn string) bool {
	inType, previous := true, byte(',')
	for i := range len(dn) {
		c := dn[i]
		switch {
		case inType && c == '=':
			if previous == ',' {
				return false
			}
			inType = false
		case inType:
			if !isKeyChar(c) {
				return false
			}
		case c == ',':
			if previous == ' ' {
				return false
			}
			inType = true
		case c == ' ':
			if previous == ' ' || previous == '=' {
				return false
			}
		case c < ' ' || c > '~' || strings.IndexByte(`"#+;<>\`, c) >= 0:
			return false
		}
		previous = c
	}
	return !inType && previous != ' '
}

// isKeyChar says whether c may be part of an attribute type (RFC 4512, 1.4).
func isKeyChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.'
}
