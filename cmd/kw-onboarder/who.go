package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

type whoCmd struct {
	Folder string `arg:"" help:"The folder: its path, such as /Legal, or its id. Only folders that a rule names are observed."`
	At     string `help:"The day (its end, in the configuration's time zone), or the moment (RFC 3339); now if it is left out." placeholder:"TIME"`
}

func (w whoCmd) Run(c *command) error {
	return c.remember(func(cfg *config.Config, book history.Book) error {
		at, err := time.Now().In(cfg.Location), error(nil)
		if w.At != "" {
			at, err = history.ParseMoment(w.At, cfg.Location, at)
		}
		if err != nil {
			return usage("who: --at %v", err)
		}
		who, atlas, err := book.Who(c.ctx, w.Folder, at)
		if err != nil {
			return err
		}
		t := whoText{roleText{atlas, cfg.Location}, who}
		switch c.cli.Output {
		case "json":
			return c.json(newJSONWho(who, atlas))
		case "csv":
			return t.csv(c.out)
		}
		t.print(c.out, newPaint(c.out))
		return nil
	})
}

// whoText prints who had a role on a folder.
type whoText struct {
	roleText
	history.Who
}

func (t whoText) print(out io.Writer, p paint) {
	fmt.Fprintln(out, p.bold(fmt.Sprintf("%s had a role on %s at %s.", headcount(len(t.Readers)), t.atlas.Path(t.Folder), t.clock(t.At))))
	if !t.Observed.IsZero() {
		fmt.Fprintf(out, "As last seen at %s, and with what we did since.\n", t.clock(t.Observed))
	}
	if len(t.Readers) == 0 {
		return
	}
	fmt.Fprintln(out)
	w := newGrid(out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintln(w, "ADDRESS\tNAME\tSTATUS\tROLE\tSINCE\tUNTIL\tHOW")
	for _, r := range t.Readers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", orElse(string(r.Account.Email), "account "+r.Account.ID), orElse(r.Account.Name, "-"),
			r.Status(), r.Grant.Role, t.clock(r.Begun), orElse(t.until(r), "-"), t.words().Giver(r.Held))
	}
}

func (t whoText) until(r history.Reader) string {
	if r.Until.IsZero() {
		return ""
	}
	return t.clock(r.Until)
}

// columns is the first line of the CSV: a contract with whoever reads it by name.
var columns = []string{
	"address", "name", "account", "status", "person", "role", "how", "inherited_from", "since", "until", "given_by", "given_at", "run", "rules",
}

// csv writes who could read the folder as RFC 4180 has it, for a spreadsheet.
func (t whoText) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	if err := w.Write(columns); err != nil {
		return fmt.Errorf("write the CSV: %w", err)
	}
	for _, r := range t.Readers {
		if err := w.Write(t.row(r)); err != nil {
			return fmt.Errorf("write the CSV: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write the CSV: %w", err)
	}
	return nil
}

func (t whoText) row(r history.Reader) []string {
	j := newJSONHeld(r.Held, t.atlas)
	person, run := "", ""
	if r.Person != (access.PersonID{}) {
		person = r.Person.String()
	}
	if j.Run != 0 {
		run = fmt.Sprint(j.Run)
	}
	row := []string{
		string(r.Account.Email), r.Account.Name, r.Account.ID, r.Status(), person, j.Role, j.Giver, t.words().Origin(r.Held), t.moment(j.Since), t.moment(j.Until),
		orElse(j.By, j.ByAccount), t.moment(j.Created), run, strings.Join(j.Rules, "; "),
	}
	for i, value := range row {
		row[i] = inert(value)
	}
	return row
}

func (t whoText) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.zone).Format(time.RFC3339)
}

// inert makes a value safe that a spreadsheet would take for a formula: people choose
// their display names.
func inert(value string) string {
	if value != "" && strings.ContainsRune("=+-@\t\r\n", rune(value[0])) {
		return "'" + value
	}
	return value
}

// jsonWho is who could read a folder for a script to read.
type jsonWho struct {
	Folder   string       `json:"folder"`
	Path     string       `json:"path"`
	At       time.Time    `json:"at"`
	Observed time.Time    `json:"last_seen,omitzero"`
	Readers  []jsonReader `json:"readers"`
}

type jsonReader struct {
	Email   string `json:"email,omitempty"`
	Name    string `json:"name,omitempty"`
	Account string `json:"account"`
	Status  string `json:"status"`
	Person  string `json:"person,omitempty"`
	jsonHeld
}

func newJSONWho(w history.Who, atlas *history.Atlas) jsonWho {
	out := jsonWho{Folder: w.Folder, Path: atlas.Path(w.Folder), At: w.At, Observed: w.Observed, Readers: []jsonReader{}}
	for _, r := range w.Readers {
		j := jsonReader{Email: string(r.Account.Email), Name: r.Account.Name, Account: r.Account.ID, Status: r.Status(), jsonHeld: newJSONHeld(r.Held, atlas)}
		if r.Person != (access.PersonID{}) {
			j.Person = r.Person.String()
		}
		out.Readers = append(out.Readers, j)
	}
	return out
}
