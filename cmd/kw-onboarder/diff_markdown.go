package main

import (
	"fmt"
	"io"
	"strings"
)

// diffMarkdown prints a comparison as a comment of a pull request. What comes from a
// directory stands in code, where it is no markup and mentions nobody.
type diffMarkdown struct{ diffRows }

func (d diffMarkdown) print(out io.Writer) {
	fmt.Fprintf(out, "### Who gains and who loses\n\n**%s**\n%s\n", d.headline(), d.asOf())
	for _, note := range d.caveats() {
		fmt.Fprintf(out, "\n> %s\n", note)
	}
	d.rules(out)
	for _, s := range d.sections() {
		d.section(out, s)
	}
}

func (d diffMarkdown) rules(out io.Writer) {
	if len(d.Rules) == 0 {
		return
	}
	fmt.Fprint(out, "\n| rule | | gain | in doubt | lose | change | new accounts | keep | held | held no longer |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i, r := range d.Rules {
		if i == rowsShown {
			fmt.Fprintf(out, "\nAnd %d more rules.\n", len(d.Rules)-i)
			return
		}
		n := r.Counts
		fmt.Fprintf(out, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", inCode(r.Name), onlyOne(r), n.Gain, n.Doubt, n.Lose, n.Change, n.Anew, n.Wait, n.Held, n.Released)
	}
}

func (diffMarkdown) section(out io.Writer, s diffSection) {
	fmt.Fprintf(out, "\n#### %s\n\n", s.title)
	if len(s.rows) > 0 {
		fmt.Fprint(out, "| | what | who | rule | |\n|---|---|---|---|---|\n")
	}
	for _, r := range s.rows {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s |\n", markdownSign(r.sign), markdownWhat(r), markdownWho(r), inCode(r.rules), markdownNote(r))
	}
	if s.more > 0 {
		fmt.Fprintf(out, "\nAnd %d more; `--output json` has all.\n", s.more)
	}
}

func markdownSign(sign string) string {
	return map[string]string{"+": "**gains**", "-": "**loses**", "~": "changes", "=": "keeps", "!": "**held**", ".": "held no longer"}[sign]
}

func markdownWhat(r diffRow) string {
	switch {
	case r.where != "":
		return inCode(r.where) + " " + inCode(r.what)
	case r.sign == "!" || r.sign == ".":
		return ""
	}
	return inCode(r.what)
}

func markdownWho(r diffRow) string {
	names := make([]string, 0, len(r.who))
	for _, name := range r.who {
		names = append(names, inCode(name))
	}
	more := ""
	if r.more > 0 {
		more = fmt.Sprintf(" and %d more", r.more)
	}
	return fmt.Sprintf("%d: %s%s", len(r.who)+r.more, strings.Join(names, ", "), more)
}

func markdownNote(r diffRow) string {
	switch {
	case r.sign == "=":
		return "stays while the rule is held"
	case r.note == "":
		return ""
	}
	return inCode(r.note)
}

// inCode is a text as it is, on one line, inside a table.
func inCode(s string) string {
	if s == "" {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(s) + "`"
}
