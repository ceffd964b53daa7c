package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// lexicon is what the expressions of one template may speak of, and collects
// what they do speak of.
type lexicon struct {
	tables  map[string]table
	pattern *pattern // of the rule's group_like; nil: it has none
	// personal: what is made is the person's, whatever groups they are in. A value of
	// one group among several has no place in it.
	personal bool

	attributes      []string // of the person, lower-case
	groupAttributes []string // of the group, lower-case
	lookedUp        []string // tables
}

// field compiles what begins with a dot: .department, or .group.description.
func (l *lexicon) field(node *parse.FieldNode) (expression, error) {
	switch {
	case len(node.Ident) == 2 && strings.EqualFold(node.Ident[0], "group"):
		return l.ofGroup(node.Ident[1])
	case len(node.Ident) == 1 && strings.EqualFold(node.Ident[0], "group"):
		return nil, fmt.Errorf("%s: say what of the group, such as .group.name", node)
	case len(node.Ident) == 1:
		return l.named(node.Ident[0])
	}
	return nil, fmt.Errorf("%s: want an attribute such as .department, a quoted text or a function", node)
}

// attribute compiles attr "name", for names that cannot follow a dot: msDS-x.
// "group.msDS-x" is one of the group.
func (l *lexicon) attribute(nodes []parse.Node, piped expression) (expression, error) {
	text, ok := quoted(nodes, 1)
	if !ok || piped != nil {
		return nil, errors.New(`attr wants the name of an attribute in quotes: attr "msDS-Region"`)
	}
	if group, name, ok := strings.Cut(text, "."); ok && strings.EqualFold(group, "group") && name != "" {
		return l.ofGroup(name)
	}
	return l.named(text)
}

// quoted is the first of count arguments, if it is a text in quotes.
func quoted(nodes []parse.Node, count int) (text string, ok bool) {
	if len(nodes) != count {
		return "", false
	}
	node, ok := nodes[0].(*parse.StringNode)
	if !ok || node.Text == "" {
		return "", false
	}
	return node.Text, true
}

// named is a part of the group's name, or an attribute of the person, found
// without regard to case. Three names mean what the program knows, not what the
// entry says: mail is the address of the account, name the display name, dn the
// distinguished name.
func (l *lexicon) named(written string) (expression, error) {
	name := strings.ToLower(written)
	switch name {
	case "mail":
		return known(written, func(p *access.Person) string { return string(p.Email) }), nil
	case "name":
		return known(written, func(p *access.Person) string { return p.Name }), nil
	case "dn":
		return known(written, func(p *access.Person) string { return p.DN }), nil
	}
	if l.pattern != nil {
		if at := slices.Index(l.pattern.parts, name); at >= 0 {
			return l.partAt(written, at)
		}
	}
	l.attributes = append(l.attributes, name)
	return func(s subject) (operand, error) {
		return operand{of: written, values: s.person.Attrs[name]}, nil
	}, nil
}

func known(name string, get func(*access.Person) string) expression {
	return func(s subject) (operand, error) {
		if text := get(s.person); text != "" {
			return operand{of: name, values: []string{text}}, nil
		}
		return operand{of: name}, nil
	}
}

// partAt is the value of the pattern's part at that place.
func (l *lexicon) partAt(written string, at int) (expression, error) {
	if l.personal {
		return nil, l.notPersonal("." + written)
	}
	return func(s subject) (operand, error) {
		return operand{of: s.instance.called(written), values: s.instance.values[at : at+1]}, nil
	}, nil
}

// ofGroup is an attribute of the group that the pattern has found. Its name and
// DN are always known.
func (l *lexicon) ofGroup(written string) (expression, error) {
	name := strings.ToLower(written)
	switch {
	case l.pattern == nil:
		return nil, fmt.Errorf(".group.%s: only a rule with `group_like` knows a group", written)
	case l.personal:
		return nil, l.notPersonal(".group." + written)
	}
	get := func(g *access.Group) []string { return g.Attrs[name] }
	switch name {
	case "name", "cn":
		get = func(g *access.Group) []string { return []string{g.Name} }
	case "dn":
		get = func(g *access.Group) []string { return []string{g.DN} }
	default:
		l.groupAttributes = append(l.groupAttributes, name)
	}
	return func(s subject) (operand, error) {
		return operand{of: s.instance.called(written), values: get(s.instance.group)}, nil
	}, nil
}

func (l *lexicon) notPersonal(what string) error {
	return fmt.Errorf("%s is of one group, and a person may be in several: use what the person's own entry says", what)
}

// lookup compiles .department | lookup "dept". The table is known now, so that
// one that does not exist is found now.
func (l *lexicon) lookup(nodes []parse.Node, piped expression) (expression, error) {
	count := 2
	if piped != nil {
		count = 1
	}
	name, ok := quoted(nodes, count)
	if !ok {
		return nil, errors.New(`lookup wants the name of a table in quotes, and a value: .department | lookup "dept"`)
	}
	t, ok := l.tables[name]
	if !ok {
		return nil, fmt.Errorf("there is no table %q: %s", name, l.tablesThere())
	}
	l.lookedUp = append(l.lookedUp, name)
	return l.apply("lookup", function{1, `.attribute | lookup "table"`, lookUp(name, t)}, nodes[1:], piped)
}

func (l *lexicon) tablesThere() string {
	if len(l.tables) == 0 {
		return "add it under `tables`"
	}
	return "under `tables` there are " + strings.Join(slices.Sorted(maps.Keys(l.tables)), ", ")
}
