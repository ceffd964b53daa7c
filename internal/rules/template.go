package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// template is a folder path that holds values of the person, in the syntax of
// text/template. It is evaluated here and not by text/template, so that a
// misspelt function or a wrong number of arguments is found by `check` and not
// by the first person, and so that every value that enters the path is looked at.
type template struct {
	prefix     access.Path // the complete segments without any value at the beginning
	segments   [][]part    // the rest
	attributes []string    // that it reads
}

// part of a segment: a text, or a value of the person.
type part struct {
	text  string
	value expression // nil: text
}

// parseTemplate reads a path. The error is fit for the administrator.
func parseTemplate(text string) (*template, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, fmt.Errorf("folder path %q: want an absolute path such as /Departments", text)
	}
	nodes, err := parseNodes(strings.TrimSuffix(text[1:], "/"))
	if err != nil {
		return nil, fmt.Errorf("folder path %q: %w", text, err)
	}
	t := &template{}
	if err := t.split(nodes); err != nil {
		return nil, fmt.Errorf("folder path %q: %w", text, err)
	}
	return t, t.finish(text)
}

func parseNodes(text string) ([]parse.Node, error) {
	tree := parse.New("folder")
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", all); err != nil {
		_, message, _ := strings.Cut(err.Error(), "folder:1: ")
		return nil, errors.New(strings.TrimSpace(message))
	}
	if len(all) > 1 || tree.Root == nil {
		return nil, errors.New("define and block have no place in a path")
	}
	return tree.Root.Nodes, nil
}

// split sorts the nodes into segments: only a "/" outside of {{ }} separates.
func (t *template) split(nodes []parse.Node) error {
	t.segments = [][]part{nil}
	for _, node := range nodes {
		switch node := node.(type) {
		case *parse.TextNode:
			t.text(string(node.Text))
		case *parse.ActionNode:
			value, err := t.pipe(node.Pipe)
			if err != nil {
				return err
			}
			t.add(part{value: value})
		default:
			return fmt.Errorf("%s: only values and functions have a place in a path", node)
		}
	}
	return nil
}

func (t *template) text(text string) {
	for i, piece := range strings.Split(text, "/") {
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

// finish checks the segments that hold no value and moves those in front to
// the prefix.
func (t *template) finish(text string) error {
	moving, rest := true, t.segments[:0]
	for _, segment := range t.segments {
		name, fixed := literalName(segment)
		if fixed {
			if err := access.CheckName(name); err != nil {
				return fmt.Errorf("folder path %q: %w", text, err)
			}
		}
		if moving = moving && fixed; moving {
			t.prefix = t.prefix.Join(name)
		} else {
			rest = append(rest, segment)
		}
	}
	t.segments = rest
	slices.Sort(t.attributes)
	t.attributes = slices.Compact(t.attributes)
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
func (t *template) path(p *access.Person) (access.Path, error) {
	path := t.prefix
	for _, segment := range t.segments {
		name, err := segmentName(segment, p)
		if err != nil {
			return "", err
		}
		path = path.Join(name)
	}
	return path, nil
}

func segmentName(segment []part, p *access.Person) (string, error) {
	var name strings.Builder
	for _, part := range segment {
		if part.value == nil {
			name.WriteString(part.text)
			continue
		}
		text, err := part.name(p)
		if err != nil {
			return "", err
		}
		name.WriteString(text)
	}
	return name.String(), access.CheckName(name.String())
}

// name is what a value puts into a path. Each is checked by itself: a value
// that spells "../Legal" must not be saved by the text around it.
func (p part) name(who *access.Person) (string, error) {
	o, err := p.value(who)
	if err != nil {
		return "", err
	}
	text, err := o.one()
	if err != nil {
		return "", err
	}
	if err := access.CheckName(text); err != nil {
		return "", fmt.Errorf("%s: %w", o.of, err)
	}
	return text, nil
}
