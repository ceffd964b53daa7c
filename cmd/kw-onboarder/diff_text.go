package main

import (
	"fmt"
	"io"
	"strings"
)

// diffText prints a comparison for a terminal.
type diffText struct {
	diffRows
	paint paint
}

func (d diffText) print(out io.Writer) {
	fmt.Fprintf(out, "%s\n%s\n", d.paint.bold(d.headline()), d.asOf())
	for _, note := range d.caveats() {
		fmt.Fprintln(out, d.paint.yellow("note: "+note))
	}
	for _, s := range d.sections() {
		d.section(out, s)
	}
	d.rules(out)
}

func (d diffText) section(out io.Writer, s diffSection) {
	w := newGrid(out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	if s.rows == nil || s.rows[0].where == "" {
		fmt.Fprintf(w, "\n%s\n", d.paint.bold(s.title))
	}
	where := ""
	for _, r := range s.rows {
		if r.where != where {
			where = r.where
			fmt.Fprintf(w, "\n%s\n", d.paint.bold(where))
		}
		fmt.Fprintf(w, "  %s\n", d.colour(r, textCells(r)))
	}
	if s.more > 0 {
		fmt.Fprintf(w, "  and %d more: --output json has all\n", s.more)
	}
}

func textCells(r diffRow) string {
	who := strings.Join(r.who, ", ")
	if r.more > 0 {
		who += fmt.Sprintf(" and %d more", r.more)
	}
	note := ""
	switch {
	case r.sign == "!" || r.sign == ".":
		note = ": " + r.note
	case r.sign == "=":
		note = "; stays while the rule is held"
	case r.note != "":
		note = "; in doubt: " + r.note
	}
	return fmt.Sprintf("%s %s\t%s\trule %s\t%s%s", r.sign, r.what, headcount(len(r.who)+r.more), r.rules, who, note)
}

func (d diffText) colour(r diffRow, text string) string {
	switch r.sign {
	case "+":
		return d.paint.green(text)
	case "-":
		return d.paint.red(text)
	case ".":
		return text
	}
	return d.paint.yellow(text)
}

// rules prints the people of each rule, counted.
func (d diffText) rules(out io.Writer) {
	if len(d.Rules) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", d.paint.bold("By rule, people"))
	w := newGrid(out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintf(w, "  \tgain\tin doubt\tlose\tchange\tnew accounts\tkeep\theld\theld no longer\n")
	for _, r := range d.Rules {
		name, n := r.Name, r.Counts
		if only := onlyOne(r); only != "" {
			name += " (" + only + ")"
		}
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", name, n.Gain, n.Doubt, n.Lose, n.Change, n.Anew, n.Wait, n.Held, n.Released)
	}
}
