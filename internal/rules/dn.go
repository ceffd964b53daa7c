package rules

import (
	"encoding/hex"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// rdn is one type=value of a distinguished name; what is joined by "+" comes as
// several in a row.
type rdn struct{ kind, value string }

// parseDN splits a distinguished name in its text form (RFC 4514), outermost
// last. It reads what servers print and people type, spaces around separators
// included; ok is false for a text that is none.
func parseDN(s string) (parts []rdn, ok bool) {
	for s != "" {
		piece, rest := cutUnescaped(s)
		kind, value, found := strings.Cut(piece, "=")
		if kind = strings.TrimSpace(kind); !found || kind == "" {
			return nil, false
		}
		parts = append(parts, rdn{kind, unescape(strings.TrimSpace(value))})
		s = rest
	}
	return parts, len(parts) > 0
}

// cutUnescaped cuts at the first comma, semicolon or plus that is not escaped.
func cutUnescaped(s string) (piece, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',', ';', '+':
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unescape undoes \, and \2C.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		if octet, err := hex.DecodeString(s[i+1 : min(i+3, len(s))]); err == nil {
			out.Write(octet)
			i += 2
			continue
		}
		i++
		out.WriteByte(s[i])
	}
	return out.String()
}

// foldDN is the key under which two spellings of one name meet; "" for a text
// that is no distinguished name. Case is ignored, as directories do for the
// types that make up names.
func foldDN(s string) string {
	parts, _ := parseDN(s)
	var out strings.Builder
	for _, p := range parts {
		out.WriteString(strings.ToLower(p.kind) + "=" + access.FoldName(strings.Join(strings.Fields(p.value), " ")) + "\x00")
	}
	return out.String()
}

// partOf is the first value of the given type, counted from the entry outwards.
func partOf(dn, kind string) (string, bool) {
	parts, _ := parseDN(dn)
	for _, p := range parts {
		if strings.EqualFold(p.kind, kind) {
			return p.value, true
		}
	}
	return "", false
}
