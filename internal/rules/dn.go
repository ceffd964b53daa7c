package rules

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// rdn is one type=value of a distinguished name.
type rdn struct {
	kind, value string
	joined      bool // by "+" to the one before it: both are one step of the way
}

// parseDN splits a distinguished name in its text form (RFC 4514), outermost
// last. It reads what servers print and people type, spaces around separators
// included; ok is false for a text that is none.
func parseDN(s string) (parts []rdn, ok bool) {
	joined := false
	for more := s != ""; more; {
		piece, rest, separator := cutUnescaped(s)
		kind, value, found := strings.Cut(piece, "=")
		if kind = strings.TrimSpace(kind); !found || kind == "" {
			return nil, false
		}
		parts = append(parts, rdn{kind, unescape(trimValue(value)), joined})
		s, joined, more = rest, separator == '+', separator != 0
	}
	return parts, len(parts) > 0
}

// tornDN says which part of a text keeps it from being a distinguished name.
func tornDN(s string) string {
	for more := true; more; {
		piece, rest, separator := cutUnescaped(s)
		kind, _, found := strings.Cut(piece, "=")
		switch {
		case strings.TrimSpace(piece) == "":
			return "nothing stands between two commas, or behind the last"
		case !found || strings.TrimSpace(kind) == "":
			return fmt.Sprintf("%q is no type=value; a comma inside a value is written \\,", strings.TrimSpace(piece))
		}
		s, more = rest, separator != 0
	}
	return "it has parts that cannot be read"
}

// glued finds in a distinguished name a value that holds what looks like the next part,
// as where a comma is missing.
var glued = regexp.MustCompile(`(?i)\s(cn|ou|dc|o|uid|c|l|st)=`)

// uncommaed is the part of a DN that lacks a comma, for all that can be seen; "": none.
func uncommaed(dn string) string {
	for more := dn != ""; more; {
		piece, rest, separator := cutUnescaped(dn)
		if _, value, _ := strings.Cut(piece, "="); glued.MatchString(value) {
			return strings.TrimSpace(piece)
		}
		dn, more = rest, separator != 0
	}
	return ""
}

// trimValue takes off the spaces around a value, but for one at its end that is escaped.
func trimValue(s string) string {
	const spaces = " \t\r\n"
	s = strings.TrimLeft(s, spaces)
	trimmed := strings.TrimRight(s, spaces)
	if len(trimmed) < len(s) && (len(trimmed)-len(strings.TrimRight(trimmed, `\`)))%2 == 1 {
		return s[:len(trimmed)+1]
	}
	return trimmed
}

// cutUnescaped cuts at the first comma, semicolon or plus that is not escaped;
// separator is 0 if there is none.
func cutUnescaped(s string) (piece, rest string, separator byte) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',', ';', '+':
			return s[:i], s[i+1:], s[i]
		}
	}
	return s, "", 0
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

// rdnEnd ends each step of a folded distinguished name. An escaped NUL in a value
// must not look like one, nor like what joins two values of a step.
const (
	rdnEnd  = "\x00"
	rdnJoin = "\x01"
)

// FoldDN is the key under which two spellings of one name meet; "" for a text
// that is no distinguished name. Case is ignored, as directories do for the
// types that make up names.
func FoldDN(s string) string {
	parts, _ := parseDN(s)
	var out strings.Builder
	for i := 0; i < len(parts); {
		step := []string{parts[i].fold()}
		for i++; i < len(parts) && parts[i].joined; i++ {
			step = append(step, parts[i].fold())
		}
		slices.Sort(step)
		out.WriteString(strings.Join(step, rdnJoin) + rdnEnd)
	}
	return out.String()
}

func (r rdn) fold() string {
	text := strings.ToLower(r.kind) + "=" + foldKey(r.value)
	if strings.ContainsAny(text, "\\"+rdnEnd+rdnJoin) {
		text = strings.NewReplacer(`\`, `\\`, rdnEnd, `\0`, rdnJoin, `\1`).Replace(text)
	}
	return text
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

// FirstOf is the value that names the entry itself, such as Anna of cn=Anna,dc=corp;
// "" for a text that is no distinguished name.
func FirstOf(dn string) string {
	parts, ok := parseDN(dn)
	if !ok {
		return ""
	}
	return parts[0].value
}
