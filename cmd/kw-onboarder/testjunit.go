package main

import (
	"encoding/xml"
	"io"

	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

// The elements of JUnit's form that build servers read.
type (
	junitAll struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"` // notes on a case that passes
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// newJUnit has one suite for each file, in their order.
func newJUnit(s ruletest.Summary) junitAll {
	out := junitAll{Tests: len(s.Results), Failures: s.Failed()}
	var suite *junitSuite
	for _, r := range s.Results {
		if suite == nil || suite.Name != r.File {
			suite = &junitSuite{Name: r.File}
			out.Suites = append(out.Suites, suite)
		}
		c := junitCase{Class: r.File, Name: r.Case, File: r.File, Line: r.Line}
		if suite.Tests++; len(r.Differences) > 0 {
			suite.Failures++
			first := r.Differences[0]
			c.Failure = &junitFailure{Message: first.What + ": want " + first.Want + ", got " + first.Got, Text: "\n" + details(r)}
		} else if len(r.Notes) > 0 {
			c.Out = "\n" + details(r)
		}
		suite.Cases = append(suite.Cases, c)
	}
	return out
}

func printJUnit(w io.Writer, s ruletest.Summary) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(newJUnit(s)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// writeJUnit writes the file whole or not at all.
func writeJUnit(path string, s ruletest.Summary) error {
	file, err := createFile(path)
	if err != nil {
		return err
	}
	defer file.discard()
	if err := printJUnit(file, s); err != nil {
		return err
	}
	return file.commit()
}
