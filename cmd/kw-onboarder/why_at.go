package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// then answers from the ledger alone how it was at a moment of the past.
func (w whyCmd) then(c *command) error {
	if w.Snapshot != "" {
		return usage("why: --at asks the ledger and --snapshot a file: give one of them")
	}
	return c.remember(func(cfg *config.Config, book history.Book) error {
		at, err := parseMoment(w.At, cfg.Location, time.Now())
		if err != nil {
			return usage("why: %v", err)
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

// parseMoment reads a day, which means its end, or a moment as RFC 3339 writes it. The
// end of today is now; what is still to come nobody knows.
func parseMoment(text string, zone *time.Location, now time.Time) (time.Time, error) {
	now = now.In(zone)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		if at, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
			return at, fmt.Errorf("--at %q is no time: write a day, such as 2026-03-31, or a moment, such as 2026-03-31T14:00:00+02:00", text)
		}
		day := at
		at = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone).Add(-time.Microsecond)
		if now.Before(at) && !now.Before(day) {
			at = now
		}
	}
	if at.After(now) {
		return at, fmt.Errorf("--at %s is still to come: it is %s now", text, history.Clock(now))
	}
	return at.In(zone), nil
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
	t.line("%s", t.paint.bold(t.headline()))
	t.line("%s", t.identity())
	for _, u := range t.Unseen {
		text := u.Error()
		if len(t.Held) > 0 {
			text = "only what we did ourselves is known: " + text
		}
		t.line("%s", t.paint.yellow("Note: "+text+"."))
	}
	for _, h := range t.Held {
		t.line("")
		t.line("%s", t.role(h))
		for _, fact := range t.facts(h) {
			t.line("  %s", fact)
		}
	}
	t.line("")
	t.changes()
	t.line("%s", t.basis())
}

func (t thenText) name() string {
	return cmp.Or(t.Account.Name, string(t.Account.Email), t.person(), "account "+t.Account.ID)
}

func (t thenText) person() string {
	if t.Person == (access.PersonID{}) {
		return ""
	}
	return t.Person.String()
}

func (t thenText) headline() string {
	at := t.clock(t.At)
	where := ""
	if t.folder != "" {
		where = " on " + t.folder
	}
	switch {
	case t.Unknown != nil:
		return fmt.Sprintf("Nobody knows what %s held%s at %s: %v.", t.name(), where, at, t.Unknown)
	case !t.Existed:
		return fmt.Sprintf("%s had no account at %s.", t.name(), at)
	case len(t.Held) == 0 && len(t.Unseen) > 0:
		return fmt.Sprintf("Nobody knows what %s held%s at %s.", t.name(), where, at)
	case len(t.Held) == 0 && t.folder == "":
		return fmt.Sprintf("%s held no role at %s, on any folder that is observed.", t.name(), at)
	case len(t.Held) == 0:
		return fmt.Sprintf("%s held no role%s at %s.", t.name(), where, at)
	}
	var what []string
	for i, h := range t.Held {
		if i == mostSpots {
			what = append(what, fmt.Sprintf("roles on %d more folders", len(t.Held)-i))
			break
		}
		what = append(what, t.role(h))
	}
	return fmt.Sprintf("%s held %s at %s.", t.name(), list(what), at)
}

// identity says who that is.
func (t thenText) identity() string {
	parts := []string{orElse(t.person(), "linked to nobody in the directory")}
	if t.Account.ID != "" {
		parts = append(parts, "account "+t.Account.ID)
	}
	if t.Account.Email != "" {
		parts = append(parts, string(t.Account.Email))
	}
	if t.Existed {
		parts = append(parts, t.Account.Kind.String(), t.Account.Status.String())
	}
	return strings.Join(parts, ", ") + "."
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
		t.line("  %s, run %d: %s%s: %s", t.clock(decided(r)), r.Run, what, t.causes(c.Rules(), nil), result(r))
	}
}

// basis says how old the observation is that the answer rests on.
func (t thenText) basis() string {
	if t.Observed.IsZero() {
		return "From the ledger alone; when Kiteworks had last been read as a whole is not known."
	}
	return fmt.Sprintf("As last seen at %s, when a full run had read Kiteworks, and with what we did since; "+
		"what others did between that and %s is not in it.", t.clock(t.Observed), t.clock(t.At))
}
