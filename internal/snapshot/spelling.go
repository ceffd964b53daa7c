package snapshot

import (
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// dn writes pseudonyms into an entry's own part of a DN. What is above it is
// kept, for it says where the person belongs, unless it is a person as well.
func (r *redactor) dn(s string) string {
	own, above := cutDN(s)
	out := r.rdn(own)
	if parent := strings.TrimLeft(above, ",; "); r.dns[access.FoldName(parent)] {
		return out + "," + r.dn(parent)
	}
	return out + above
}

// place keeps the DN of what is no person, unless it lies below one.
func (r *redactor) place(s string) string {
	own, above := cutDN(s)
	parent := strings.TrimLeft(above, ",; ")
	switch {
	case r.dns[access.FoldName(s)]:
		return r.dn(s)
	case parent == "":
		return s
	}
	if kept := r.place(parent); kept != parent {
		return own + "," + kept
	}
	return s
}

// rdn keeps the types. A text that is no part of a DN is replaced whole.
func (r *redactor) rdn(s string) string {
	parsed, err := ldap.ParseDN(s)
	if err != nil || len(parsed.RDNs) != 1 {
		return r.names.text(s)
	}
	var parts []string
	for _, a := range parsed.RDNs[0].Attributes {
		parts = append(parts, a.Type+"="+r.names.text(a.Value))
	}
	return strings.Join(parts, "+")
}

// ownValues are the values in an entry's own part of its DN.
func ownValues(dn string) []string {
	own, _ := cutDN(dn)
	parsed, err := ldap.ParseDN(own)
	if err != nil {
		return nil
	}
	var values []string
	for _, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			values = append(values, a.Value)
		}
	}
	return values
}

// cutDN cuts behind the entry's own part, before the separator: the first comma or
// semicolon that is neither escaped nor quoted.
func cutDN(s string) (own, above string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',', ';':
			if !quoted {
				return s[:i], s[i:]
			}
		}
	}
	return s, ""
}

// isDN says whether s is a DN of an entry that lies below another.
func isDN(s string) bool {
	parsed, err := ldap.ParseDN(s)
	return err == nil && len(parsed.RDNs) > 1
}

// address writes a pseudonym into an address, before the "@".
func (r *redactor) address(s string) string {
	scheme, local, domain := cutAddress(s)
	return scheme + r.names.text(local) + "@" + domain
}

// cutAddress cuts smtp:anna@corp.example into "smtp:", "anna" and "corp.example".
func cutAddress(s string) (scheme, local, domain string) {
	local, domain, _ = strings.Cut(s, "@")
	if i := strings.IndexByte(local, ':'); i >= 0 && !strings.ContainsFunc(local[:i], noLetter) {
		scheme, local = local[:i+1], local[i+1:]
	}
	return scheme, local, domain
}

func noLetter(r rune) bool { return !unicode.IsLetter(r) }

// isAddress says whether the whole of s is one address, with or without a scheme.
func isAddress(s string) bool {
	_, local, domain := cutAddress(s)
	_, err := access.ParseEmail(local + "@" + domain)
	return err == nil
}
