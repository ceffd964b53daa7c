package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const wideTable = "Heading, however long it may be, stays as it is\n" +
	"  + Collaborator\tanna.lang@alpenglas.example\trule staff, and the others\n" +
	"  + Viewer\tbo@alpenglas.example, now Manager\trule guests\n"

func TestFitted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		width int
		text  string
		want  []string
	}{
		{"there is room", 120, wideTable, []string{
			"Heading, however long it may be, stays as it is",
			"  + Collaborator  anna.lang@alpenglas.example        rule staff, and the others",
			"  + Viewer        bo@alpenglas.example, now Manager  rule guests",
		}},
		{"blanks give way first", 60, wideTable, []string{
			"Heading, however long it may be, stays as it is",
			"  + Collaborator  anna.lang@alpenglas.example  rule staff,",
			"                                               and the",
			"                                               others",
			"  + Viewer        bo@alpenglas.example, now    rule guests",
			"                  Manager",
		}},
		{"and then the widest word", 50, wideTable, []string{
			"Heading, however long it may be, stays as it is",
			"  + Collaborator  anna.lang@alpenglas.ex  rule",
			"                  ample                   staff,",
			"                                          and the",
			"                                          others",
			"  + Viewer        bo@alpenglas.example,   rule",
			"                  now Manager             guests",
		}},
		{"what a column begins with stays free", 27, "  + abcdefgh ijklmn\tx\ty\n", []string{"  + abcdefgh ijklmn  x  y"}},
		{"a long first cell", 24, "  + abcdefgh ijklmn\tx\ty\n", []string{"  + abcdefgh        x  y", "    ijklmn"}},
		{"too many columns for the width", 20, "  + one two three\tfour five six seven\teight nine ten\n", []string{
			"  + one two three", "      four five six", "      seven", "      eight nine ten",
		}},
		{"colours take no room, and each line has them", 24, "\x1b[31m  - abcdefgh ijklmn\tx\ty\x1b[0m\n", []string{
			"\x1b[31m  - abcdefgh        x  y\x1b[0m", "\x1b[31m    ijklmn\x1b[0m",
		}},
		{"wide characters", 40, "小林さん\tx\nÖzlem\ty\n", []string{"小林さん  x", "Özlem     y"}},
		{"nobody's name moves the cursor", 40, "Eve\x1b[2J\x07\tx\n", []string{"Eve�[2J�  x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			f := &fitted{out: &out, width: tt.width}
			_, _ = io.WriteString(f, tt.text)
			if err := f.Flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the cells hold, a table is no wider than the terminal, and loses nothing but blanks.
func TestFitted_IsNeverTooWideAndLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(leastColumn+6, 140).Draw(t, "width")
		cell := rapid.StringMatching(`(  [+~-] )?[a-zé小]{1,40}( [a-z,/@.]{1,30}){0,6}`)
		var out, text strings.Builder
		f := &fitted{out: &out, width: width}
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			cells := rapid.SliceOfN(cell, 2, 6).Draw(t, "cells")
			line := strings.Join(cells, "\t") + "\n"
			text.WriteString(line)
			_, _ = io.WriteString(f, line)
		}
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if got := breadth(strings.TrimSuffix(line, "\n")); got > width {
				t.Fatalf("a line takes %d columns of %d:\n%s", got, width, &out)
			}
		}
		if before, after := letters(text.String()), letters(out.String()); before != after {
			t.Fatalf("letters %s\nbecame %s", before, after)
		}
	})
}

// letters counts the characters of a text but for white space.
func letters(text string) string {
	n := map[rune]int{}
	for _, r := range strings.Join(strings.Fields(text), "") {
		n[r]++
	}
	return fmt.Sprint(n)
}
