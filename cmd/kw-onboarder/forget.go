package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

type forgetCmd struct {
	Person string `arg:"" help:"Whom to forget: an e-mail that an account has or had, or the id of a person or an account."`
	Yes    bool   `help:"Do it; without, it is only shown." short:"y"`
}

func (f forgetCmd) Run(c *command) error {
	name := strings.TrimSpace(f.Person)
	if name == "" {
		return usage("forget: PERSON names nobody: give an e-mail or an id")
	}
	return c.remember(func(cfg *config.Config, book history.Book) error {
		traces, err := book.Traces(c.ctx, name)
		if err != nil {
			return err
		}
		if f.Yes {
			for _, t := range traces {
				if err := app.Forget(c.ctx, cfg, t.Subject); err != nil {
					return err
				}
			}
		}
		if c.cli.Output == "json" {
			return c.json(newJSONForget(traces, f.Yes))
		}
		for _, t := range traces {
			printTrace(c.out, newPaint(c.out), t, f.Yes)
		}
		if !f.Yes {
			fmt.Fprintln(c.out, "Nothing was removed: say --yes.")
		}
		return nil
	})
}

// printTrace says what names somebody, and what is kept and why.
func printTrace(out io.Writer, p paint, t history.Trace, done bool) {
	verb := "Would remove"
	if done {
		verb = "Removed"
	}
	fmt.Fprintln(out, p.bold(fmt.Sprintf("%s of %s:", verb, identity(t))))
	if len(t.Names.Names) == 0 {
		fmt.Fprintln(out, "  nothing: no name of theirs is known.")
	}
	for _, name := range t.Names.Names {
		fmt.Fprintf(out, "  %s\n", name)
	}
	fmt.Fprintf(out, "from %s of the account, %s, and all reasons, summaries and answered requests that hold the address.\n",
		count(t.Accounts, "version"), changes(t.Changes))
	fmt.Fprintln(out, "Kept: the ids of person, account and folders, which account is theirs, what is ours, and when it changed: "+
		"without them nobody could take back what was given.")
	if t.Present {
		fmt.Fprintln(out, p.yellow("The account is there in the last known state: the next full run knows its address and name again. "+
			"Remove the account at Kiteworks first."))
	}
}

func identity(t history.Trace) string {
	var parts []string
	if t.Person.ID != "" {
		parts = append(parts, t.Person.String())
	}
	if t.Account != "" {
		parts = append(parts, "account "+t.Account)
	}
	return strings.Join(parts, ", ")
}

// jsonForget is what forget removes for a script to read.
type jsonForget struct {
	Done   bool        `json:"done"`
	Traces []jsonTrace `json:"traces"`
}

type jsonTrace struct {
	Person   string   `json:"person,omitempty"`
	Account  string   `json:"account,omitempty"`
	Names    []string `json:"names"`
	Accounts int      `json:"account_versions"`
	Changes  int      `json:"changes"`
	Present  bool     `json:"known_again"` // with the next full run
}

func newJSONForget(traces []history.Trace, done bool) jsonForget {
	out := jsonForget{Done: done, Traces: []jsonTrace{}}
	for _, t := range traces {
		j := jsonTrace{
			Account: t.Account, Names: append([]string{}, t.Names.Names...),
			Accounts: t.Accounts, Changes: t.Changes, Present: t.Present,
		}
		if t.Person.ID != "" {
			j.Person = t.Person.String()
		}
		out.Traces = append(out.Traces, j)
	}
	return out
}
