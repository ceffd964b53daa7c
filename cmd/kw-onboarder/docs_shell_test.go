package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// shellCommands splits a text of the shell into commands and their words, without comments, redirections
// and the texts that a command is fed.
func shellCommands(text string) [][]string {
	text = regexp.MustCompile(`(?s)<<'?([A-Z]+)'?([^\n]*)\n.*?\n *([A-Z]+)(\n|$)`).ReplaceAllString(text, "$2\n")
	s := &shellReader{rest: strings.ReplaceAll(text, "\\\n", " ")}
	for s.rest != "" {
		s.step()
	}
	s.end()
	return s.commands
}

type shellReader struct {
	rest     string
	word     strings.Builder
	inWord   bool
	skip     bool // the next word is where something is redirected to
	words    []string
	commands [][]string
}

func (s *shellReader) step() {
	c := s.rest[0]
	switch {
	case c == '\'' || c == '"':
		body, rest, _ := strings.Cut(s.rest[1:], string(c))
		s.word.WriteString(body)
		s.inWord, s.rest = true, rest
		return
	case c == '#' && !s.inWord:
		_, rest, _ := strings.Cut(s.rest, "\n")
		s.rest = "\n" + rest
		return
	case c == ' ' || c == '\t':
		s.endWord()
	case strings.ContainsRune("\n;&|(){}", rune(c)) && !s.variable():
		s.end()
	case c == '>' || c == '<':
		if s.word.Len() == 1 && s.word.String() <= "9" { // 2>
			s.word.Reset()
			s.inWord = false
		}
		s.endWord()
		s.skip = true
		if strings.HasPrefix(s.rest, ">&") { // it ends no command
			s.rest = s.rest[1:]
		}
	default:
		s.word.WriteByte(c)
		s.inWord = true
	}
	s.rest = s.rest[1:]
}

// variable: the brace or bracket is that of ${...} or $(...), which are words here.
func (s *shellReader) variable() bool {
	return strings.HasSuffix(s.word.String(), "$") && s.rest[0] == '{'
}

func (s *shellReader) endWord() {
	if !s.inWord {
		return
	}
	if !s.skip {
		s.words = append(s.words, s.word.String())
	}
	s.skip, s.inWord = false, false
	s.word.Reset()
}

func (s *shellReader) end() {
	s.endWord()
	if len(s.words) > 0 {
		s.commands = append(s.commands, s.words)
	}
	s.words, s.skip = nil, false
}

func TestDocs_ShellCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"comment", "kw-onboarder plan # look", "[[kw-onboarder plan]]"},
		{"quotes", `pause --reason "a; b" --for '4h'`, "[[pause --reason a; b --for 4h]]"},
		{"pipe and redirection", "a b >out 2>&1 | c <in && d", "[[a b] [c] [d]]"},
		{"fed text", "cat <<END\nkw-onboarder x\nEND\nb", "[[cat] [b]]"},
		{"goes on", "a \\\n  b", "[[a b]]"},
		{"background", "a & b=$!; c", "[[a] [b=$!] [c]]"},
		{"subshell", "(umask 077; cat > f)", "[[umask 077] [cat]]"},
	} {
		if got := fmt.Sprint(shellCommands(c.text)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
