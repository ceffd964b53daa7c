package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"
)

// grid lines up cells that are parted by tabs, when all lines are there.
type grid interface {
	io.Writer
	Flush() error
}

// newGrid lays out for a terminal what fits into its width. Elsewhere nothing is broken
// over lines, so that scripts and mails get each row in one.
func newGrid(out io.Writer) grid {
	if width := widthOf(out); width > 0 {
		return &fitted{out: out, width: width}
	}
	return tabwriter.NewWriter(out, 0, 0, gap, ' ', 0)
}

// gap is how many blanks part two columns.
const gap = 2

// widthOf is how many columns a terminal has: what COLUMNS says, else what the terminal
// does. 0: it is no terminal, or does not know.
func widthOf(out io.Writer) int {
	if !isTerminal(out) {
		return 0
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	n, _, err := term.GetSize(int(out.(*os.File).Fd()))
	if err != nil || n <= 0 {
		return 0
	}
	return n
}

// fitted are columns for a terminal of a width.
type fitted struct {
	out   io.Writer
	width int
	text  bytes.Buffer
}

func (f *fitted) Write(p []byte) (int, error) { return f.text.Write(p) }

// Flush prints each run of lines that have cells as one table, and other lines as they are.
func (f *fitted) Flush() error {
	var all strings.Builder
	var rows []tableRow
	table := func() {
		layOut(&all, rows, f.width)
		rows = nil
	}
	for line := range strings.Lines(f.text.String()) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.Contains(line, "\t") {
			table()
			fmt.Fprintln(&all, line)
			continue
		}
		rows = append(rows, newTableRow(line))
	}
	table()
	f.text.Reset()
	_, err := io.WriteString(f.out, all.String())
	return err
}

// tableRow is one line of a table: its cells, and the escape sequences around the whole of it.
type tableRow struct {
	before, after string
	cells         []string
}

const endOfColour = "\x1b[0m"

// newTableRow takes a line apart. What is left of control characters in a cell, which come from a
// directory, moves no cursor.
func newTableRow(line string) (r tableRow) {
	if text, painted := strings.CutSuffix(line, endOfColour); painted && strings.HasPrefix(text, "\x1b[") {
		code, rest, _ := strings.Cut(text, "m")
		line, r.before, r.after = rest, code+"m", endOfColour
	}
	for cell := range strings.SplitSeq(line, "\t") {
		r.cells = append(r.cells, harmless(cell))
	}
	return r
}

// layOut prints rows in columns of the least widths that do, or, where not even these fit,
// each cell on a line of its own.
func layOut(out *strings.Builder, rows []tableRow, width int) {
	if len(rows) == 0 {
		return
	}
	widths, fits := share(rows, width)
	for _, r := range rows {
		if !fits {
			r.stack(out, width)
			continue
		}
		r.print(out, widths)
	}
}

// leastColumn is the width below which a column is not worth reading.
const leastColumn = 8

// share gives each column its natural width, or, if that is too much, takes from the widest;
// words, such as addresses, are broken only where nothing else helps.
func share(rows []tableRow, width int) (widths []int, fits bool) {
	var words []int // of each column, the longest
	for _, r := range rows {
		for i, cell := range r.cells {
			if i == len(widths) {
				widths, words = append(widths, 0), append(words, leastColumn)
			}
			widths[i] = max(widths[i], breadth(cell))
			words[i] = max(words[i], longestWord(cell))
		}
	}
	room := width - gap*(len(widths)-1)
	for over := sum(widths) - room; over > 0; over-- {
		at, can := widest(widths, func(i int) int { return words[i] })
		if !can {
			at, can = widest(widths, func(int) int { return leastColumn })
		}
		if !can {
			return nil, false
		}
		widths[at]--
	}
	return widths, true
}

// widest is the widest of the columns that are wider than they must be.
func widest(widths []int, least func(int) int) (at int, can bool) {
	for i, w := range widths {
		if w > least(i) && (!can || w > widths[at]) {
			at, can = i, true
		}
	}
	return at, can
}

func sum(all []int) (n int) {
	for _, one := range all {
		n += one
	}
	return n
}

// print prints a row, on as many lines as its longest cell takes.
func (r tableRow) print(out *strings.Builder, widths []int) {
	var lines [][]string
	height := 0
	for i, cell := range r.cells {
		lines = append(lines, wrap(cell, widths[i]))
		height = max(height, len(lines[i]))
	}
	for y := range height {
		var text strings.Builder
		for i := range lines {
			part := ""
			if y < len(lines[i]) {
				part = lines[i][y]
			}
			text.WriteString(part + strings.Repeat(" ", max(0, widths[i]-breadth(part))+gap))
		}
		r.line(out, strings.TrimRight(text.String(), " "))
	}
}

// stack prints each cell below the other, the first one outermost.
func (r tableRow) stack(out *strings.Builder, width int) {
	for i, cell := range r.cells {
		indent := ""
		if i > 0 {
			indent = "      "
		}
		for _, part := range wrap(cell, max(leastColumn, width-len(indent))) {
			r.line(out, indent+part)
		}
	}
}

func (r tableRow) line(out *strings.Builder, text string) {
	fmt.Fprintf(out, "%s%s%s\n", r.before, text, r.after)
}
