package rules

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// expression is what stands between {{ and }}, compiled.
type expression func(subject) (operand, error)

// subject is whom a template speaks of.
type subject struct {
	person   *access.Person
	instance *instance // the group that a group_like has found; nil: the rule has none
}

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
func (l *lexicon) pipe(pipe *parse.PipeNode) (expression, error) {
	if len(pipe.Decl) > 0 {
		return nil, fmt.Errorf("%s: variables have no place here", pipe)
	}
	var value expression
	for _, command := range pipe.Cmds {
		var err error
		if value, err = l.command(command, value); err != nil {
			return nil, err
		}
	}
	return value, nil
}

func (l *lexicon) command(command *parse.CommandNode, piped expression) (expression, error) {
	if name, ok := command.Args[0].(*parse.IdentifierNode); ok {
		return l.call(name.Ident, command.Args[1:], piped)
	}
	if len(command.Args) > 1 || piped != nil {
		return nil, fmt.Errorf("%s is not a function", command.Args[0])
	}
	return l.operand(command.Args[0])
}

func (l *lexicon) operand(node parse.Node) (expression, error) {
	switch node := node.(type) {
	case *parse.StringNode:
		return constant(node.Text), nil
	case *parse.FieldNode:
		return l.field(node)
	case *parse.PipeNode:
		return l.pipe(node)
	case *parse.IdentifierNode:
		return l.call(node.Ident, nil, nil)
	}
	return nil, fmt.Errorf("%s: want an attribute such as .department, a quoted text or a function", node)
}

func constant(text string) expression {
	o := operand{of: fmt.Sprintf("%q", text), values: []string{text}}
	return func(subject) (operand, error) { return o, nil }
}

func (l *lexicon) call(name string, nodes []parse.Node, piped expression) (expression, error) {
	if name == "attr" {
		return l.attribute(nodes, piped)
	}
	if name == "lookup" {
		return l.lookup(nodes, piped)
	}
	f, ok := functionOf(name)
	if !ok {
		return nil, fmt.Errorf("%q is not a function: write .%s if it is an attribute; the functions are %s", name, name, functionNames)
	}
	return l.apply(name, f, nodes, piped)
}

// apply compiles the call of a function on what stands behind its name and what
// is piped in.
func (l *lexicon) apply(name string, f function, nodes []parse.Node, piped expression) (expression, error) {
	arguments := make([]expression, 0, f.arguments)
	for _, node := range nodes {
		argument, err := l.operand(node)
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
	return call(f.call, arguments), nil
}

func call(f func([]operand) (operand, error), arguments []expression) expression {
	return func(s subject) (operand, error) {
		operands := make([]operand, 0, len(arguments))
		for _, argument := range arguments {
			o, err := argument(s)
			if err != nil {
				return operand{}, err
			}
			operands = append(operands, o)
		}
		return f(operands)
	}
}
