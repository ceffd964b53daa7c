package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

// testReport prints the results of test: what does not pass, or may mean little, and one line.
type testReport struct {
	out   io.Writer
	paint paint
}

func (t testReport) print(s ruletest.Summary) {
	for _, r := range s.Results {
		head := t.paint.bold(place(r) + ": " + r.Case)
		switch {
		case len(r.Differences) > 0:
			fmt.Fprintf(t.out, "%s %s\n%s", t.paint.red("FAIL"), head, details(r))
		case len(r.Notes) > 0:
			fmt.Fprintf(t.out, "%s %s\n%s", t.paint.yellow("NOTE"), head, details(r))
		}
	}
	word := t.paint.green("OK")
	if s.Failed() > 0 {
		word = t.paint.red("FAIL")
	}
	fmt.Fprintf(t.out, "%s: %d of %d cases passed%s; %s\n", word, len(s.Results)-s.Failed(), len(s.Results), doubtful(s), coverage(s))
}

// doubtful says how many cases pass and may mean little.
func doubtful(s ruletest.Summary) string {
	n := 0
	for _, r := range s.Results {
		if len(r.Differences) == 0 && len(r.Notes) > 0 {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them with a note", n)
}

// place is where a case stands, as compilers write it.
func place(r ruletest.Result) string { return r.File + ":" + strconv.Itoa(r.Line) }

// details is what differs in a case, and why.
func details(r ruletest.Result) string {
	var out strings.Builder
	for _, d := range r.Differences {
		fmt.Fprintf(&out, "  %s: want %s, got %s\n", d.What, d.Want, d.Got)
		for _, b := range d.Because[:min(len(d.Because), mostReasons)] {
			fmt.Fprintf(&out, "    %s\n", reason(b))
		}
		if more := len(d.Because) - mostReasons; more > 0 {
			fmt.Fprintf(&out, "    and %d more, which --output json lists\n", more)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&out, "  note: %s\n", note)
	}
	return out.String()
}

// mostReasons is how many rules are shown for one difference.
const mostReasons = 10

func reason(b ruletest.Reason) string {
	if b.Rule == "" {
		return b.Text
	}
	return "rule " + strconv.Quote(b.Rule) + " " + b.Text
}

// coverage says which rules no case has matched, and which were no more than held.
func coverage(s ruletest.Summary) string {
	text := fmt.Sprintf("%d of %d rules matched", s.Rules-len(s.Unmatched)-len(s.Held), s.Rules)
	for _, missed := range []struct {
		how   string
		rules []string
	}{{"held, and never given", s.Held}, {"no case matches", s.Unmatched}} {
		names := make([]string, 0, len(missed.rules))
		for _, rule := range missed.rules {
			names = append(names, strconv.Quote(rule))
		}
		if len(names) > 0 {
			text += "; " + missed.how + " " + strings.Join(names, ", ")
		}
	}
	return text
}

// jsonTests is the results of test for a script to read.
type jsonTests struct {
	OK        bool          `json:"ok"`
	Cases     int           `json:"cases"`
	Failed    int           `json:"failed"`
	Rules     int           `json:"rules"`
	Unmatched []string      `json:"unmatched_rules"`
	Held      []string      `json:"held_rules,omitempty"` // in each case that they could match
	Results   []jsonCase    `json:"results"`
	Problems  []jsonProblem `json:"problems,omitempty"` // mistakes in the files: nothing was tested
}

type jsonCase struct {
	File        string           `json:"file"`
	Line        int              `json:"line"`
	Name        string           `json:"name"`
	OK          bool             `json:"ok"`
	Differences []jsonDifference `json:"differences,omitempty"`
	Notes       []string         `json:"notes,omitempty"`
	Matched     []string         `json:"matched_rules"`
}

type jsonDifference struct {
	What    string       `json:"what"`
	Want    string       `json:"want"`
	Got     string       `json:"got"`
	Because []jsonReason `json:"because"`
}

type jsonReason struct {
	Rule string `json:"rule,omitempty"`
	Text string `json:"text"`
}

func newJSONTests(s ruletest.Summary) jsonTests {
	out := jsonTests{
		OK: s.Failed() == 0, Cases: len(s.Results), Failed: s.Failed(), Rules: s.Rules,
		Unmatched: append([]string{}, s.Unmatched...), Held: s.Held, Results: []jsonCase{},
	}
	for _, r := range s.Results {
		c := jsonCase{File: r.File, Line: r.Line, Name: r.Case, OK: len(r.Differences) == 0, Notes: r.Notes, Matched: append([]string{}, r.Matched...)}
		for _, d := range r.Differences {
			j := jsonDifference{What: d.What, Want: d.Want, Got: d.Got, Because: []jsonReason{}}
			for _, b := range d.Because {
				j.Because = append(j.Because, jsonReason(b))
			}
			c.Differences = append(c.Differences, j)
		}
		out.Results = append(out.Results, c)
	}
	return out
}
