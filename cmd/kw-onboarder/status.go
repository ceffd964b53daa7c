package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

type statusCmd struct{}

// Run ends with exit code 1 only if something is broken: what holds waits for somebody,
// and is no failure of this command.
func (statusCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		if c.cli.Output != "json" { // the first line is always one of the three
			fmt.Fprintln(c.out, newPaint(c.out).red("broken: the configuration on disk cannot be used; a daemon goes on with the one it has - correct it, `kw-onboarder check` says where"))
		}
		return err
	}
	s := app.Standing(c.ctx, cfg, time.Now().In(cfg.Location))
	if c.cli.Output == "json" {
		err = c.json(newJSONStatus(cfg, &s))
	} else {
		statusText{out: c.out, paint: newPaint(c.out), config: cfg, Standing: &s}.print()
	}
	if err == nil && s.Judge().State == history.Broken {
		return &exit{code: exitError}
	}
	return err
}

// statusText prints how things stand for a person to read.
type statusText struct {
	*history.Standing
	out    io.Writer
	paint  paint
	config *config.Config
}

func (t statusText) print() {
	j := t.Judge()
	colour := map[history.State]func(string) string{history.OK: t.paint.green, history.Holding: t.paint.yellow, history.Broken: t.paint.red}
	fmt.Fprintln(t.out, colour[j.State](j.String()))
	fmt.Fprintln(t.out)
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	row := func(name, value string) { fmt.Fprintf(w, "%s\t%s\n", name, value) }
	row("mode", t.config.Mode.String()+caveat(t.config.Mode.Caveat()))
	row("acts", t.acts())
	row("next delta", t.next(t.config.Delta))
	row("next full", t.next(t.config.Full))
	if t.Err != nil {
		return
	}
	row("last run", t.run(t.Last))
	row("last success", t.run(t.Success))
	row("last full run", t.run(t.FullLast))
	row("undecided", t.undecided())
	row("waiting", t.waiting())
	row("due", t.due())
	for _, b := range t.brakes() {
		row(b.name, b.value)
	}
	row("accounts", fmt.Sprintf("%d linked, %d of them made by us", t.Links, t.Created))
	row("grants", fmt.Sprintf("%d ours, %d no longer, because somebody changed them", t.Owned, t.Lost))
	row("folders", strconv.Itoa(t.Folders)+" observed")
}

// brake is a line about one brake that holds something back.
type brake struct{ name, value string }

// brakes are those lines: all of them, while the first line of status names one.
func (t statusText) brakes() (lines []brake) {
	line := func(name, format string, args ...any) {
		lines = append(lines, brake{name, fmt.Sprintf(format, args...)})
	}
	if t.HoldFile != "" {
		line("stopped", "by the file %s", t.HoldFile)
	}
	for i := range t.Pauses {
		line("paused", "%s", strings.TrimPrefix(history.Pause(&t.Pauses[i], t.config.Location), "paused "))
	}
	if n := len(t.Parked); n > 0 {
		line("parked", "%s: `kw-onboarder parked`", since(n, "item", t.Now.Sub(t.Parked[0].Opened)))
	}
	if n := len(t.Expired); n > 0 {
		line("expired", "%s: `kw-onboarder parked`", since(n, "parked item", t.Now.Sub(t.Expired[0].Until())))
	}
	if n := len(t.Quarantined); n > 0 {
		line("quarantine", "%s: `kw-onboarder quarantine`", since(n, "thing", t.Now.Sub(t.Quarantined[0].Since)))
	}
	for _, why := range t.Unmet() {
		line("expected", "%s", why)
	}
	if t.FullLast == nil {
		return lines
	}
	if n := t.FullLast.Violations; n > 0 {
		line("walls", "%s against one: `kw-onboarder plan`", count(n, "account"))
	}
	return lines
}

// since is how many, and since when the oldest of them.
func since(n int, what string, age time.Duration) string {
	return fmt.Sprintf("%s, the oldest for %s", count(n, what), age.Round(time.Second))
}

func caveat(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func (t statusText) clock(at time.Time) string { return history.Clock(at.In(t.config.Location)) }

// next is when a schedule comes up, if anybody keeps it.
func (t statusText) next(s config.Schedule) string {
	if !t.Acting {
		return "none, while nobody acts"
	}
	return t.clock(s.Next(t.Now.In(t.config.Location)))
}

func (t statusText) acts() string {
	if !t.Acting {
		return "nobody"
	}
	return orElse(t.Holder, "a process")
}

// run is a run and how old it is.
func (t statusText) run(r *history.Run) string {
	if r == nil {
		return "none"
	}
	at := r.Ended
	if at.IsZero() {
		at = r.Started
	}
	return fmt.Sprintf("%d, %s, started by %s, %s, %s ago", r.ID, r.Outcome(), startedBy(*r), t.clock(at), roughly(t.Now.Sub(at)))
}

func (t statusText) undecided() string {
	n, since := 0, t.Now
	for _, o := range t.Open {
		n += o.Changes
		if o.Since.Before(since) {
			since = o.Since
		}
	}
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%s, the oldest since %s", changes(n), t.clock(since))
}

func (t statusText) waiting() string {
	if len(t.Waiting) == 0 {
		return "no request"
	}
	q := t.Waiting[0]
	return fmt.Sprintf("%s, the oldest of %s since %s: %s", count(len(t.Waiting), "request"), q.User, t.clock(q.Filed), q.Verb)
}

func (t statusText) due() string {
	text := headcount(t.Due)
	if !t.NextDue.IsZero() {
		text += ", the next date is " + t.clock(t.NextDue)
	}
	return text
}
