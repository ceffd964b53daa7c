package filter

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// appendDN appends the form in which two spellings of one DN are equal (RFC 4517,
// section 4.2.15): case, spaces that do not count, ways of escaping and the order in
// an RDN of several values are gone. It is not ok if s is no DN, which stays as it is.
func appendDN(dst []byte, s string) (_ []byte, ok bool) {
	if isPlainDN(s) {
		return appendSpaced(dst, s, true), true
	}
	dn, err := ldap.ParseDN(s)
	if err != nil {
		return append(dst, s...), false
	}
	for i, rdn := range dn.RDNs {
		if i > 0 {
			dst = append(dst, ',')
		}
		var parts [][]byte
		for _, a := range rdn.Attributes {
			part := append([]byte(strings.ToLower(a.Type)), '=')
			for _, c := range appendText(nil, a.Value, true) {
				if strings.IndexByte(`,+\`, c) >= 0 {
					part = append(part, '\\')
				}
				part = append(part, c)
			}
			parts = append(parts, part)
		}
		slices.SortFunc(parts, bytes.Compare)
		dst = append(dst, bytes.Join(parts, []byte{'+'})...)
	}
	return dst, true
}

// isPlainDN says whether lower case is all that s lacks: nothing is escaped, no RDN has two
// values, no space stands where it does not count. Nearly all DNs are.
func isPlainDN(s string) bool {
	inType, previous := true, byte(',')
	for i := range len(s) {
		c := s[i]
		switch {
		case c < ' ' || c > '~' || strings.IndexByte(`"#+;<>\`, c) >= 0,
			c == ' ' && (inType || previous == ' ' || previous == '='),
			c == ',' && (inType || previous == ' ' || previous == '='),
			c == '=' && inType && previous == ',':
			return false
		case c == ',':
			inType = true
		case c == '=':
			inType = false
		}
		previous = c
	}
	return !inType && previous != ' ' && previous != '='
}
