package ldapsim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// dn is a distinguished name (RFC 4514) in comparable form: its parts from the
// leaf to the root, each "attribute=value" folded and without escapes.
type dn []string

// parseDN reads a name as a client or a data file writes it. A value is not
// looked up in a schema: each compares without regard to case and extra spaces.
func parseDN(text string) (dn, error) {
	name := dn{}
	if strings.TrimSpace(text) == "" {
		return name, nil
	}
	parts, err := splitDN(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no distinguished name: %w", text, err)
	}
	for _, part := range parts {
		attr, value, ok := strings.Cut(part, "=")
		attr = strings.ToLower(strings.TrimSpace(attr))
		value = strings.Join(strings.Fields(access.FoldName(value)), " ")
		if !ok || attr == "" || value == "" {
			return nil, fmt.Errorf("%q is no distinguished name: the part %q is not attribute=value", text, part)
		}
		name = append(name, attr+"="+value)
	}
	return name, nil
}

// splitDN cuts a name at its bare commas and resolves the escapes.
func splitDN(text string) ([]string, error) {
	var parts []string
	var part []byte
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ',':
			parts = append(parts, string(part))
			part = part[:0]
		case '\\':
			c, size := unescape(text[i+1:])
			if size == 0 {
				return nil, errors.New("it ends in a backslash")
			}
			part = append(part, c)
			i += size
		default:
			part = append(part, text[i])
		}
	}
	return append(parts, string(part)), nil
}

// unescape reads what follows a backslash, two hex digits or one character, and
// says how long it is; 0 if nothing follows.
func unescape(s string) (c byte, size int) {
	if len(s) >= 2 {
		if decoded, err := hex.DecodeString(s[:2]); err == nil {
			return decoded[0], 2
		}
	}
	if s == "" {
		return 0, 0
	}
	return s[0], 1
}

// key is the name as the key of a map.
func (d dn) key() string { return strings.Join(d, "\x00") }

// parent is the name above; the root is its own.
func (d dn) parent() dn { return d[min(1, len(d)):] }

// under says whether d is root or lies below it.
func (d dn) under(root dn) bool {
	return len(d) >= len(root) && slices.Equal(d[len(d)-len(root):], root)
}
