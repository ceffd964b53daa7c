package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// pattern is a group_like, compiled: texts and named parts by turns. Each part
// takes one or more characters, as few as the text behind it allows, the first
// part first; the last one takes what is left. So there is one reading.
type pattern struct {
	parts  []string // names in lower case
	texts  []string // folded; one more than parts: before, between and behind them
	source string   // folded name of the directory before a colon; "": any directory's groups
}

// reserved names already mean something in a template.
var reserved = []string{"mail", "name", "dn", "group"}

const patternHint = "write it as \"proj-<project>-rw\": each <name> stands for one or more characters, and its value is .name in templates"

// parsePattern reads the text of a group_like. The error is fit for the administrator.
func parsePattern(text string) (*pattern, error) {
	p := &pattern{}
	rest := text
	for {
		before, behind, opened := strings.Cut(rest, "<")
		if strings.Contains(before, ">") {
			return nil, errors.New("a > stands without its <")
		}
		p.texts = append(p.texts, access.FoldName(before))
		if !opened {
			break
		}
		if before == "" && len(p.parts) > 0 {
			return nil, fmt.Errorf("nothing stands between <%s> and the part behind it: where one ends could not be told", p.parts[len(p.parts)-1])
		}
		name, more, closed := strings.Cut(behind, ">")
		if !closed {
			return nil, errors.New("a < stands without its >")
		}
		if err := p.part(name); err != nil {
			return nil, err
		}
		rest = more
	}
	if len(p.parts) == 0 {
		return nil, errors.New("it has no part such as <project>: a group of one name is a `group`")
	}
	return p, nil
}

func (p *pattern) part(written string) error {
	name := strings.ToLower(written)
	switch {
	case !identifier(name):
		return fmt.Errorf("<%s> is no name for a part: want a letter, then letters, digits or _", written)
	case slices.Contains(reserved, name):
		return fmt.Errorf("<%s>: .%s means something else in templates, so no part may be called so", written, name)
	case slices.Contains(p.parts, name):
		return fmt.Errorf("<%s> is there twice", written)
	}
	p.parts = append(p.parts, name)
	return nil
}

// identifier says whether a lower-case name can follow a dot in a template.
func identifier(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && name != "" && 'a' <= name[0] && name[0] <= 'z'
}

// readings are the pattern itself and, if it begins with what may be the name of
// a directory, the pattern of that directory's groups: a colon may be part of a
// group's name, or stand behind a directory's, as in `group`.
func (p *pattern) readings() []*pattern {
	source, rest, ok := strings.Cut(p.texts[0], ":")
	if !ok {
		return []*pattern{p}
	}
	texts := slices.Clone(p.texts)
	texts[0] = strings.TrimLeft(rest, " ")
	return []*pattern{p, {parts: p.parts, texts: texts, source: source}}
}

// match gives the values of the parts, as the directory spells them.
func (p *pattern) match(name spelling) (values []string, ok bool) {
	first, last := p.texts[0], p.texts[len(p.parts)]
	end := len(name.folded) - len(last)
	if !strings.HasPrefix(name.folded, first) || !strings.HasSuffix(name.folded, last) || end <= len(first) {
		return nil, false
	}
	at := len(first)
	for i := range p.parts {
		stop := end
		if i < len(p.parts)-1 {
			stop = name.find(p.texts[i+1], at)
		}
		if stop <= at || stop > end || !name.between(at) || !name.between(stop) {
			return nil, false
		}
		values = append(values, name.cut(at, stop))
		at = stop + len(p.texts[i+1])
	}
	return values, true
}

// spelling is a group's name, folded for comparison, and how the folded text
// lies over the one that the directory has: folding may lengthen a character.
type spelling struct {
	text, folded string
	places       []int // folded offset -> offset in text, -1 amid a character; nil: the same
}

func spell(name string) spelling {
	folded := access.FoldName(name)
	if isASCII(name) {
		return spelling{text: name, folded: folded}
	}
	s := spelling{text: norm.NFC.String(name), folded: folded}
	fold := cases.Fold()
	for at := 0; at < len(s.text); {
		_, size := utf8.DecodeRuneInString(s.text[at:]) // a byte that is no UTF-8 stands for itself
		s.places = append(s.places, at)
		for range len(fold.String(s.text[at:at+size])) - 1 {
			s.places = append(s.places, -1)
		}
		at += size
	}
	s.places = append(s.places, len(s.text))
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// between says whether a folded offset lies between two characters.
func (s spelling) between(at int) bool {
	return s.places == nil || at < len(s.places) && s.places[at] >= 0
}

// cut is the directory's spelling of a piece of the folded text.
func (s spelling) cut(from, to int) string {
	if s.places == nil {
		return s.text[from:to]
	}
	return s.text[s.places[from]:s.places[to]]
}

// find is where a text first stands at least one character behind from; -1: nowhere.
func (s spelling) find(text string, from int) int {
	for at := from + 1; at+len(text) <= len(s.folded); at++ {
		if s.between(at) && s.between(at+len(text)) && strings.HasPrefix(s.folded[at:], text) {
			return at
		}
	}
	return -1
}
