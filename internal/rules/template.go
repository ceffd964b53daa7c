package rules

import (
	"errors"
	"fmt"
	"strings"
	"text/template/parse"

	"golang.org/x/text/unicode/norm"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// template is a folder path, the name of an account, or an address, that holds values of the
// person, in the syntax of text/template. It is evaluated here and not by
// text/template, so that a misspelt function or a wrong number of arguments is
// found by `check` and not by the first person, and so that every value that
// enters is looked at.
type template struct {
	lexicon
	written  string
	prefix   access.Path        // of a path: the complete segments without any value at the beginning
	segments [][]part           // the rest; a name has one
	check    func(string) error // what each value, and each segment, has to pass
}

// part of a segment: a text, or a value of the person.
type part struct {
	text  string
	value expression // nil: text
}

// parsePath reads a path. The error is fit for the administrator.
func parsePath(text string, l lexicon) (*template, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, fmt.Errorf("folder path %q: want an absolute path such as /Departments", text)
	}
	t := &template{lexicon: l, written: text, check: access.CheckName}
	nodes, err := parseNodes(strings.TrimSuffix(text[1:], "/"))
	if err == nil {
		err = t.split(nodes, "/")
	}
	if err == nil {
		err = t.finish()
	}
	if err != nil {
		return nil, fmt.Errorf("folder path %q: %w", text, err)
	}
	return t, nil
}

// parseLabel reads the name of an account.
func parseLabel(text string, l lexicon) (*template, error) { return parseLine("account name", text, l) }

// parseLine reads a text of one segment that is the person's; what it is called is
// for the error.
func parseLine(what, text string, l lexicon) (*template, error) {
	l.personal = true
	t := &template{lexicon: l, written: text, check: access.CheckLabel}
	nodes, err := parseNodes(text)
	if err == nil {
		err = t.split(nodes, "")
	}
	if err == nil {
		if line, fixed := literalName(t.segments[0]); fixed {
			err = t.check(line)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", what, text, err)
	}
	return t, nil
}

// inWords is what the parser says, for whoever does not know its terms.
func inWords(message string) string {
	_, message, _ = strings.Cut(message, "template:") // the line of the text, which has hardly more than one
	_, message, _ = strings.Cut(message, ": ")
	for _, m := range []struct{ term, words string }{
		{"unclosed action", "a {{ is not closed: put }} behind the value"},
		{"unterminated", "a quote in {{ }} is not closed: put the same sign behind the text"},
		{"missing value for command", "nothing stands in {{ }}: write a value, such as {{ .department }}"},
		{"unexpected \"}\"", "a single } stands in {{ }}: close it with }}"},
	} {
		if strings.HasPrefix(message, m.term) {
			return m.words
		}
	}
	return message
}

func parseNodes(text string) ([]parse.Node, error) {
	tree := parse.New("template")
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", all); err != nil {
		return nil, errors.New(inWords(err.Error()))
	}
	if len(all) > 1 || tree.Root == nil {
		return nil, errors.New("define and block have no place here")
	}
	return tree.Root.Nodes, nil
}

// split sorts the nodes into segments: only a separator outside of {{ }}
// separates; "": nothing does.
func (t *template) split(nodes []parse.Node, separator string) error {
	t.segments = [][]part{nil}
	for _, node := range nodes {
		switch node := node.(type) {
		case *parse.TextNode:
			t.text(string(node.Text), separator)
		case *parse.ActionNode:
			value, err := t.pipe(node.Pipe)
			if err != nil {
				return err
			}
			t.add(part{value: value})
		default:
			return fmt.Errorf("%s: only values and functions have a place here", node)
		}
	}
	return nil
}

func (t *template) text(text, separator string) {
	pieces := []string{text}
	if separator != "" {
		pieces = strings.Split(text, separator)
	}
	for i, piece := range pieces {
		if i > 0 {
			t.segments = append(t.segments, nil)
		}
		if piece != "" {
			t.add(part{text: piece})
		}
	}
}

func (t *template) add(p part) {
	last := len(t.segments) - 1
	t.segments[last] = append(t.segments[last], p)
}

// finish checks the segments of a path that hold no value and moves those in
// front to the prefix.
func (t *template) finish() error {
	moving, rest := true, t.segments[:0]
	for _, segment := range t.segments {
		name, fixed := literalName(segment)
		if fixed {
			if err := t.check(name); err != nil {
				return err
			}
		}
		if moving = moving && fixed; moving {
			t.prefix = t.prefix.Join(name)
		} else {
			rest = append(rest, segment)
		}
	}
	t.segments = rest
	return nil
}

func literalName(segment []part) (name string, ok bool) {
	for _, p := range segment {
		if p.value != nil {
			return "", false
		}
		name += p.text
	}
	return name, true
}

// literal says that the path holds no value: prefix is all of it.
func (t *template) literal() bool { return len(t.segments) == 0 }

// path is the folder for one person. The error says why there is none; nothing
// is replaced in silence.
func (t *template) path(s subject) (access.Path, error) {
	path := t.prefix
	for _, segment := range t.segments {
		name, err := t.segment(segment, s)
		if err != nil {
			return "", err
		}
		path = path.Join(name)
	}
	return path, nil
}

// label is the name of one person's account.
func (t *template) label(s subject) (string, error) {
	name, err := t.segment(t.segments[0], s)
	return norm.NFC.String(strings.TrimSpace(name)), err
}

func (t *template) segment(segment []part, s subject) (string, error) {
	var name strings.Builder
	for _, part := range segment {
		if part.value == nil {
			name.WriteString(part.text)
			continue
		}
		text, err := t.value(part, s)
		if err != nil {
			return "", err
		}
		name.WriteString(text)
	}
	return name.String(), t.check(name.String())
}

// value is what a value puts into the text. Each is checked by itself: one that
// spells "../Legal" must not be saved by the text around it.
func (t *template) value(p part, s subject) (string, error) {
	o, err := p.value(s)
	if err != nil {
		return "", err
	}
	text, err := o.one()
	if err != nil {
		return "", err
	}
	if err := t.check(text); err != nil {
		return "", fmt.Errorf("%s: %w", o.of, err)
	}
	return text, nil
}
