package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// paint colours text on a terminal that wants colours, and leaves it alone elsewhere.
type paint bool

// newPaint respects NO_COLOR (no-color.org) and dumb terminals.
func newPaint(out io.Writer) paint {
	return paint(isTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

func (p paint) wrap(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string   { return p.wrap("1", s) }
func (p paint) green(s string) string  { return p.wrap("32", s) }
func (p paint) yellow(s string) string { return p.wrap("33", s) }
func (p paint) red(s string) string    { return p.wrap("31", s) }

// isTerminal says whether a stream is one that a person looks at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// confirm asks a question and takes only "yes" for it.
func confirm(in io.Reader, out io.Writer, question string) bool {
	fmt.Fprintf(out, "%s Type yes to go on: ", question)
	answer, _ := bufio.NewReader(in).ReadString('\n')
	return strings.TrimSpace(strings.ToLower(answer)) == "yes"
}
