package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// breadth is how many columns of a terminal a text takes.
func breadth(text string) (n int) {
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

// columnsOf is that of one character: ideographs take two, and marks stand on what is before them.
func columnsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// harmless shows control characters as such.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// wrap breaks a text into lines of a width, at blanks where there are some. What it begins
// with, blanks and a sign such as + or -, the lines after the first leave free.
func wrap(text string, limit int) []string {
	if breadth(text) <= limit {
		return []string{text}
	}
	indent := indentOf(text)
	if indent >= limit {
		indent = 0
	}
	lines := []string{}
	line, rest := text[:indent], text[indent:]
	for rest != "" {
		part := head(rest, limit-indent)
		lines = append(lines, line+strings.TrimRight(part, " "))
		rest = strings.TrimLeft(rest[len(part):], " ")
		line = strings.Repeat(" ", indent)
	}
	return lines
}

// indentOf is how much a text begins with: blanks, and a sign.
func indentOf(text string) int {
	body := strings.TrimLeft(text, " ")
	indent := len(text) - len(body)
	if len(body) > 2 && body[1] == ' ' && strings.ContainsRune("+-~!", rune(body[0])) {
		indent += 2
	}
	return indent
}

// longestWord is the width that a text needs so that no word is broken.
func longestWord(text string) (n int) {
	indent := indentOf(text)
	for word := range strings.FieldsSeq(text[indent:]) {
		n = max(n, indent+breadth(word))
	}
	return n
}

// head is as much of a text as fits, up to a blank if there is one, and never nothing.
func head(text string, limit int) string {
	n, blank := 0, 0
	for i, r := range text {
		if r == ' ' {
			blank = i
		}
		if n += columnsOf(r); n > limit && i > 0 {
			if blank > 0 {
				return text[:blank]
			}
			return text[:i]
		}
	}
	return text
}
