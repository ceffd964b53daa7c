package config

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Problem is one mistake.
type Problem struct {
	File    string `json:"file,omitempty"` // "": the configuration itself, else one of its rule files
	Line    int    `json:"line"`           // from 1
	Column  int    `json:"column"`         // from 1, in characters
	Path    string `json:"path"`           // rules[2].grants[0].folder, in a rule file [2].grants[0].folder; "": the file as a whole
	Message string `json:"message"`
	Excerpt string `json:"excerpt,omitempty"` // the line and, below it, a caret under the column; "": it may hold a secret, or there is none
	Hint    string `json:"hint,omitempty"`    // what to do; "" where the message says it
}

// Error is all mistakes of a configuration and its rule files, in the order of the files.
type Error struct {
	File     string    `json:"file"`
	Problems []Problem `json:"problems"`
}

// Error prints one mistake to a line, with the excerpt and the hint below it.
func (e *Error) Error() string { return e.Text(plainly) }

// Text is Error with the carets marked, as a terminal may show them.
func (e *Error) Text(mark func(string) string) string {
	var out strings.Builder
	noun := "mistakes"
	if len(e.Problems) == 1 {
		noun = "mistake"
	}
	fmt.Fprintf(&out, "%s: %d %s", e.File, len(e.Problems), noun)
	for _, p := range e.Problems {
		out.WriteString("\n" + p.Text(e.File, mark))
	}
	return out.String()
}

func plainly(s string) string { return s }

// Text is a problem on a line, with the excerpt and the hint below it; file is the
// configuration's name, and mark colours the caret.
func (p Problem) Text(file string, mark func(string) string) string {
	out := fmt.Sprintf("  %s:%d:%d: ", cmp.Or(p.File, file), p.Line, p.Column)
	if p.Path != "" {
		out += p.Path + ": "
	}
	out += p.Message
	if line, below, ok := strings.Cut(p.Excerpt, "\n"); ok {
		out += "\n      | " + line + "\n      | " + strings.TrimSuffix(below, "^") + mark("^")
	}
	if p.Hint != "" {
		out += "\n      " + p.Hint
	}
	return out
}

// mistake is what is wrong with one value, before it is known where it stands.
type mistake struct{ message, hint string }

func (m mistake) Error() string { return m.message }

// place is where something stands.
type place struct {
	file         string // "": the configuration itself
	line, column int
}

// findings collects the mistakes, and where each path stands. The paths in a rule
// file begin with its name.
type findings struct {
	file     string             // that is being read; "": the configuration itself
	files    []string           // rule files, in their order
	sources  map[string]*source // by file; those that are understood
	places   map[string]place
	veiled   map[*yaml.Node]bool // keys that are not named
	broken   map[string]bool     // paths already reported: what follows from them is not
	above    map[string]bool     // those in which such a path lies
	problems []Problem
}

func newFindings() *findings {
	return &findings{sources: map[string]*source{}, places: map[string]place{}, veiled: map[*yaml.Node]bool{}, broken: map[string]bool{}, above: map[string]bool{}}
}

// at is where a node of the file that is being read stands.
func (f *findings) at(n *yaml.Node) place { return place{f.file, n.Line, n.Column} }

// report notes a mistake at a path, unless one there, above or below has been
// noted: it would only be its consequence.
func (f *findings) report(path, message, hint string) {
	f.reportAt(f.place(path), path, message, hint)
}

func (f *findings) reportAt(at place, path, message, hint string) {
	if f.above[path] || f.broken[path] {
		return
	}
	for outer := range outwards(path) {
		if f.broken[outer] {
			return
		}
	}
	f.breaks(path)
	f.problems = append(f.problems, f.problem(at, path, message, hint))
}

func (f *findings) problem(at place, path, message, hint string) Problem {
	shown, _, _ := strings.Cut(strings.TrimPrefix(path, at.file), unseen)
	return Problem{
		File: at.file, Line: at.line, Column: at.column, Path: shown, Message: message, Hint: hint,
	}
}

// breaks notes that what follows from a path is not to be reported.
func (f *findings) breaks(path string) {
	f.broken[path] = true
	for outer := range outwards(path) {
		f.above[outer] = true
	}
}

// outwards are the paths in which a path lies, the next one first.
func outwards(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for cut := strings.LastIndexAny(path, ".["); cut >= 0; cut = strings.LastIndexAny(path[:cut], ".[") {
			if !yield(path[:cut]) {
				return
			}
		}
	}
}

// given says whether the file has a path, whatever its value.
func (f *findings) given(path string) bool {
	_, ok := f.places[path]
	return ok
}

// place is where a path stands; for one that is missing, where its parent does.
func (f *findings) place(path string) place {
	for {
		if at, ok := f.places[path]; ok {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return place{line: 1, column: 1}
		}
		path = path[:cut]
	}
}

func (f *findings) err(file string) error {
	if len(f.problems) == 0 {
		return nil
	}
	f.finish(f.problems)
	return &Error{File: file, Problems: f.problems}
}

// finish brings problems into the order of the files, and quotes these.
func (f *findings) finish(problems []Problem) {
	for i, p := range problems {
		problems[i].Excerpt = f.sources[p.File].excerpt(p.Line, p.Column)
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(f.files, a.File), slices.Index(f.files, b.File)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
}
