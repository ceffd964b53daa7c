package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// expression is what stands between {{ and }}, compiled.
type expression func(*access.Person) (operand, error)

// operand is what a part of an expression gives: the values of an attribute, or a literal.
type operand struct {
	of     string // attribute it comes from, for the reason of a hold
	values []string
}

// maxListed is how many values a reason lists before it stops.
const maxListed = 5

// one is the only value. None, and several, are errors: which one is meant is
// not ours to guess.
func (o operand) one() (string, error) {
	switch n := len(o.values); n {
	case 0:
		return "", fmt.Errorf("%s has no value", o.of)
	case 1:
		return o.values[0], nil
	default:
		listed := slices.Sorted(slices.Values(o.values))
		tail := ""
		if n > maxListed {
			listed, tail = listed[:maxListed], ", ..."
		}
		return "", fmt.Errorf("%s has %d values: %s%s", o.of, n, strings.Join(listed, ", "), tail)
	}
}

// pipe compiles a | b | c: each command is the last argument of the next.
func (t *template) pipe(pipe *parse.PipeNode) (expression, error) {
	if len(pipe.Decl) > 0 {
		return nil, fmt.Errorf("%s: variables have no place in a path", pipe)
	}
	var value expression
	for _, command := range pipe.Cmds {
		var err error
		if value, err = t.command(command, value); err != nil {
			return nil, err
		}
	}
	return value, nil
}

func (t *template) command(command *parse.CommandNode, piped expression) (expression, error) {
	if name, ok := command.Args[0].(*parse.IdentifierNode); ok {
		return t.call(name.Ident, command.Args[1:], piped)
	}
	if len(command.Args) > 1 || piped != nil {
		return nil, fmt.Errorf("%s is not a function", command.Args[0])
	}
	return t.operand(command.Args[0])
}

func (t *template) operand(node parse.Node) (expression, error) {
	switch node := node.(type) {
	case *parse.StringNode:
		return constant(node.Text), nil
	case *parse.FieldNode:
		if len(node.Ident) == 1 {
			return t.field(node.Ident[0]), nil
		}
	case *parse.PipeNode:
		return t.pipe(node)
	case *parse.IdentifierNode:
		return t.call(node.Ident, nil, nil)
	}
	return nil, fmt.Errorf("%s: want an attribute such as .department, a quoted text or a function", node)
}

func constant(text string) expression {
	o := operand{of: fmt.Sprintf("%q", text), values: []string{text}}
	return func(*access.Person) (operand, error) { return o, nil }
}

// field is an attribute of the person, found without regard to case. Three
// names mean what the program knows, not what the entry says: mail is the
// address of the account, name the display name, dn the distinguished name.
func (t *template) field(written string) expression {
	name := strings.ToLower(written)
	switch name {
	case "mail":
		return known(written, func(p *access.Person) string { return string(p.Email) })
	case "name":
		return known(written, func(p *access.Person) string { return p.Name })
	case "dn":
		return known(written, func(p *access.Person) string { return p.DN })
	}
	t.attributes = append(t.attributes, name)
	return func(p *access.Person) (operand, error) {
		return operand{of: written, values: p.Attrs[name]}, nil
	}
}

func known(name string, get func(*access.Person) string) expression {
	return func(p *access.Person) (operand, error) {
		if text := get(p); text != "" {
			return operand{of: name, values: []string{text}}, nil
		}
		return operand{of: name}, nil
	}
}

func (t *template) call(name string, nodes []parse.Node, piped expression) (expression, error) {
	if name == "attr" {
		return t.attribute(nodes, piped)
	}
	f, ok := lookup(name)
	if !ok {
		return nil, fmt.Errorf("%q is not a function: there are %s", name, functionNames)
	}
	arguments := make([]expression, 0, f.arguments)
	for _, node := range nodes {
		argument, err := t.operand(node)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, argument)
	}
	if piped != nil {
		arguments = append(arguments, piped)
	}
	if len(arguments) != f.arguments {
		return nil, fmt.Errorf("%s has %d arguments, want %d: %s", name, len(arguments), f.arguments, f.usage)
	}
	return apply(f.call, arguments), nil
}

// attribute compiles attr "name", for names that cannot follow a dot: msDS-x.
func (t *template) attribute(nodes []parse.Node, piped expression) (expression, error) {
	if len(nodes) == 1 && piped == nil {
		if name, ok := nodes[0].(*parse.StringNode); ok && name.Text != "" {
			return t.field(name.Text), nil
		}
	}
	return nil, errors.New(`attr wants the name of an attribute in quotes: attr "msDS-Region"`)
}

func apply(call func([]operand) (operand, error), arguments []expression) expression {
	return func(p *access.Person) (operand, error) {
		operands := make([]operand, 0, len(arguments))
		for _, argument := range arguments {
			o, err := argument(p)
			if err != nil {
				return operand{}, err
			}
			operands = append(operands, o)
		}
		return call(operands)
	}
}
