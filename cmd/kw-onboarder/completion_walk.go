package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// spot is a place on a command line: of which command, and what was said of it.
type spot struct {
	node  *kong.Node
	given map[string]bool // flags that were given
	waits *kong.Flag      // the flag before, which wants a value; nil: none does
	args  int             // arguments that were given
	plain bool            // behind --: no flag follows
}

// follow goes down the tree of commands along the words of a line.
func follow(root *kong.Node, words []string) *spot {
	s := &spot{node: root, given: map[string]bool{}}
	for _, word := range words {
		s.take(word)
	}
	return s
}

func (s *spot) take(word string) {
	name, _, glued := strings.Cut(word, "=")
	switch flag := s.flag(name); {
	case s.waits != nil:
		s.waits = nil
	case s.plain:
		s.args++
	case word == "--":
		s.plain = true
	case flag != nil:
		s.given[flag.Name] = true
		if !glued && !flag.IsBool() && !flag.IsCounter() {
			s.waits = flag
		}
	case strings.HasPrefix(word, "-") && word != "-": // an unknown one
	default:
		if next := s.command(word); next != nil {
			s.node, s.args = next, 0
			return
		}
		s.args++
	}
}

// command is the one of that name below where we are.
func (s *spot) command(name string) *kong.Node {
	for _, child := range s.node.Children {
		if child.Type == kong.CommandNode && child.Name == name && s.args == 0 {
			return child
		}
	}
	return nil
}

// flag is the one that a word names, --long or -s; nil: there is none here.
func (s *spot) flag(word string) *kong.Flag {
	for _, group := range s.node.AllFlags(true) {
		for _, f := range group {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

// flags are those that begin so and that may still be given.
func (s *spot) flags(typed string) (found []suggestion) {
	groups := s.node.AllFlags(true)
	for i := len(groups) - 1; i >= 0; i-- { // those of the command before those of the program
		for _, f := range groups[i] {
			word := "--" + f.Name
			if strings.HasPrefix(word, typed) && (!s.given[f.Name] || f.IsSlice()) {
				found = append(found, suggestion{word, f.Help})
			}
		}
	}
	return found
}

// words are the commands that begin so, or the values of the argument that is next.
func (s *spot) words(typed string) (kind string, found []suggestion) {
	if s.args == 0 {
		for _, child := range s.node.Children {
			if child.Type == kong.CommandNode && !child.Hidden && strings.HasPrefix(child.Name, typed) {
				found = append(found, suggestion{child.Name, child.Help})
			}
		}
	}
	if args := s.node.Positional; len(found) == 0 && len(args) > 0 {
		if s.args < len(args) {
			return valuesOf(args[s.args], "", typed)
		}
		if last := args[len(args)-1]; last.IsCumulative() {
			return valuesOf(last, "", typed)
		}
	}
	return someWords, found
}
