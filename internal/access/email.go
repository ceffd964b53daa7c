package access

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Email is an address in its one comparable spelling: trimmed, lower case, NFC,
// an international domain in its ASCII form (RFC 5891), as mail servers have it.
// Only ParseEmail makes one; the empty Email means that there is none.
type Email string

// ErrNoEmail says that a text holds no address at all.
var ErrNoEmail = errors.New("no e-mail address")

// ParseEmail reads one address as a directory or Kiteworks writes it. Only what
// the program relies on is checked: a local part, one "@", a domain, and no
// white space, control or list characters. An empty text is ErrNoEmail.
func ParseEmail(s string) (Email, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("%q is not an e-mail address: it is not UTF-8", s)
	}
	s = norm.NFC.String(strings.ToLower(strings.TrimSpace(s)))
	if s == "" {
		return "", ErrNoEmail
	}
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case !ok || local == "" || domain == "" || strings.Contains(domain, "@"):
		return "", fmt.Errorf("%q is not an e-mail address: want local@domain", s)
	case strings.ContainsFunc(s, notInEmail):
		return "", fmt.Errorf("%q is not an e-mail address: it holds a space, a control or a list character", s)
	}
	if isASCII(domain) {
		return Email(s), nil
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", fmt.Errorf("%q is not an e-mail address: its domain is none: %w", s, err)
	}
	return Email(local + "@" + domain), nil
}

// ParseDomain reads a domain into the spelling that Email.Domain has.
func ParseDomain(s string) (string, error) {
	e, err := ParseEmail("x@" + s)
	if err != nil {
		return "", fmt.Errorf("%q is not a domain", s)
	}
	return e.Domain(), nil
}

func notInEmail(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`,;<>()"`, r)
}

// Domain is the part behind the "@".
func (e Email) Domain() string {
	_, domain, _ := strings.Cut(string(e), "@")
	return domain
}
