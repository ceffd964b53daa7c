package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

type testCmd struct {
	Files []string `arg:"" optional:"" name:"file" complete:"files" help:"Files of cases, as docs/rules.md describes them."`
	JUnit string   `name:"junit" placeholder:"FILE" help:"Write the results to a file as well, in the form of JUnit." type:"path"`
	Init  string   `placeholder:"FILE" help:"Write a first file of cases instead, made from the rules. No file is overwritten." type:"path"`
}

func (t testCmd) Run(c *command) error {
	switch {
	case t.Init != "" && (len(t.Files) > 0 || t.JUnit != ""):
		return usage("test: --init writes a file and tests nothing: give it alone")
	case t.Init == "" && len(t.Files) == 0:
		return usage("test: name a file of cases, or let --init FILE write a first one")
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if t.Init != "" {
		return t.begin(c, cfg)
	}
	files, wrong := t.read(cfg)
	if len(wrong) > 0 {
		return t.refuse(c, wrong)
	}
	return t.show(c, ruletest.Run(cfg, files))
}

// read reads all files, so that the mistakes of all are told at once.
func (t testCmd) read(cfg *config.Config) (files []*ruletest.File, wrong []error) {
	for _, name := range t.Files {
		f, err := ruletest.Load(name, cfg)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		files = append(files, f)
	}
	return files, wrong
}

// refuse tells the mistakes of the files. A script gets each with its place.
func (t testCmd) refuse(c *command, wrong []error) error {
	if c.cli.Output != "json" {
		return errors.Join(wrong...)
	}
	out := jsonTests{Problems: []jsonProblem{}, Results: []jsonCase{}, Unmatched: []string{}}
	for _, each := range wrong {
		var mistakes *config.Error
		if !errors.As(each, &mistakes) {
			return errors.Join(wrong...)
		}
		for _, p := range mistakes.Problems {
			p.File = mistakes.File
			out.Problems = append(out.Problems, jsonProblem(p))
		}
	}
	if err := c.json(out); err != nil {
		return err
	}
	return &exit{code: exitError}
}

// show prints the results, and writes them to a file if that is asked for.
func (t testCmd) show(c *command, s ruletest.Summary) error {
	if t.JUnit != "" {
		if err := writeJUnit(t.JUnit, s); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
	}
	if c.cli.Output == "json" {
		if err := c.json(newJSONTests(s)); err != nil {
			return err
		}
	} else {
		testReport{out: c.out, paint: newPaint(c.out)}.print(s)
	}
	if s.Failed() > 0 {
		return &exit{code: exitError}
	}
	return nil
}

// begin writes a first file of cases.
func (t testCmd) begin(c *command, cfg *config.Config) error {
	file, err := os.OpenFile(t.Init, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists, and is left as it is: name another file", t.Init)
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(ruletest.First(filepath.Base(c.cli.Config), cfg))
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the cases: %w", errors.Join(err, os.Remove(t.Init)))
	}
	if c.cli.Output == "json" {
		return c.json(struct {
			File string `json:"file"`
		}{t.Init})
	}
	fmt.Fprintf(c.out, "%s: look at each case, then run: kw-onboarder test --config %s %s\n", t.Init, c.cli.Config, t.Init)
	return nil
}
