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

// part is a piece of a text: a command to type, or not.
type part struct {
	Text string
	Code bool
}

// parts are the pieces of a text in which commands stand between back-quotes.
func parts(text string) (all []part) {
	pieces := strings.Split(text, "`")
	if len(pieces)%2 == 0 { // one of them has no other
		return []part{{Text: text}}
	}
	for i, p := range pieces {
		if p != "" {
			all = append(all, part{p, i%2 == 1})
		}
	}
	return all
}

// mostMarks is how many marks a letter may wear. No script needs as many; without an end
// they are drawn over the lines around.
const mostMarks = 6

// inert makes what a browser would obey visible: control characters, and those that turn
// the direction of the text around them. It is applied to a whole page, so that no text can
// be forgotten. What people call themselves comes in whichever characters they like.
func inert(html string) string {
	if !strings.ContainsFunc(html, suspect) {
		return html
	}
	var b strings.Builder
	marks := 0
	for _, r := range html {
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		switch {
		case commands(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		case marks <= mostMarks:
			b.WriteRune(r)
		case marks == mostMarks+1:
			b.WriteString("…")
		}
	}
	return b.String()
}

// suspect says whether a page is to be looked at character by character.
func suspect(r rune) bool { return commands(r) || unicode.Is(unicode.M, r) }

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
