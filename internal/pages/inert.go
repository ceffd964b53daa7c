package pages

import (
	"fmt"
	"strings"
	"unicode"
)

// longest is how many characters of one text are shown.
const longest = 500

// short cuts a text that nobody would read.
func short(text string) string {
	n := 0
	for i := range text {
		if n == longest {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// inert makes what a browser would obey visible: control characters, and those that turn
// the direction of the text around them. It is applied to a whole page, so that no text can
// be forgotten. What people call themselves comes in whichever characters they like.
func inert(html string) string {
	if !strings.ContainsFunc(html, commands) {
		return html
	}
	var b strings.Builder
	for _, r := range html {
		if commands(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// commands says whether a character is an instruction rather than a sign. The joiners of
// Indic scripts and Persian are signs.
func commands(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\u200c', r == '\u200d':
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
		return true
	}
	return false
}
