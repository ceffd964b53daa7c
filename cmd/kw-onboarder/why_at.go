package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// then answers from the ledger alone how it was at a moment of the past.
func (w whyCmd) then(c *command) error {
	if w.Snapshot != "" {
		return usage("why: --at asks the ledger and --snapshot a file: give one of them")
	}
	return c.remember(func(cfg *config.Config, book history.Book) error {
		at, err := history.ParseMoment(w.At, cfg.Location, time.Now())
		if err != nil {
			return usage("why: --at %v", err)
		}
		answers, atlas, err := book.Then(c.ctx, history.Ask{Person: strings.TrimSpace(w.Person), Folder: w.Folder, At: at})
		if err != nil {
			return err
		}
		if c.cli.Output == "json" {
			return c.json(newJSONThen(answers, atlas, w.Folder, at))
		}
		for i, a := range answers {
			if i > 0 {
				fmt.Fprintln(c.out)
			}
			thenText{roleText{atlas, cfg.Location}, c.out, newPaint(c.out), w.Folder, a}.print()
		}
		return nil
	})
}

// thenText prints how it was for one person for a person to read.
type thenText struct {
	roleText
	out    io.Writer
	paint  paint
	folder string // "": all
	history.Then
}

func (t thenText) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t thenText) print() {
	t.line("%s", t.paint.bold(t.words().Headline(t.Then, t.folder)))
	t.line("%s", t.Identity())
	for _, note := range t.Gaps() {
		t.line("%s", t.paint.yellow(note))
	}
	for _, h := range t.Held {
		t.line("")
		t.line("%s", t.words().Role(h))
		for _, fact := range t.words().Facts(h) {
			t.line("  %s", fact)
		}
	}
	t.line("")
	t.changes()
	t.line("%s", t.words().Basis(t.Then))
}

// changes prints what we did until then.
func (t thenText) changes() {
	if len(t.Changes) == 0 {
		t.line("Until then we changed nothing%s, as far as the history goes back.", map[bool]string{true: " here"}[t.folder != ""])
		return
	}
	t.line("Until then we did:")
	for _, r := range t.Changes {
		c := r.Change
		what := c.Op.String()
		if c.Path != "" {
			what = fmt.Sprintf("%s %s on %s", what, cmp.Or(c.To, c.From), c.Path)
		}
		t.line("  %s, run %d: %s%s: %s", t.clock(history.Decided(r)), r.Run, what, t.words().Causes(c.Rules(), nil), history.Result(r))
	}
}
