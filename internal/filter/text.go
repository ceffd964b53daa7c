package filter

import (
	"strings"
	"unicode/utf8"
)

func appendSet(b []byte, operator byte, members []matcher) []byte {
	b = append(b, '(', operator)
	for _, member := range members {
		b = member.appendTo(b)
	}
	return append(b, ')')
}

func appendItem(b []byte, attr, operator string) []byte {
	return append(append(append(b, '('), attr...), operator...)
}

// appendValue escapes a value (RFC 4515, section 3): what the grammar reserves,
// what cannot be printed, each byte that is no UTF-8, and a first character
// that would read as a doubled operator.
func appendValue(b []byte, value string) []byte {
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		ambiguous := i == 0 && strings.ContainsRune("=<>", r)
		if ambiguous || r < ' ' || r == 0x7f || r == utf8.RuneError || strings.ContainsRune(`*()\`, r) {
			b = appendEscaped(b, value[i:i+size])
		} else {
			b = append(b, value[i:i+size]...)
		}
		i += size
	}
	return b
}

func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	for i := range len(s) {
		b = append(b, '\\', digits[s[i]>>4], digits[s[i]&0x0f])
	}
	return b
}
