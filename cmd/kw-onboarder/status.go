package main

import (
	"fmt"
	"io"
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
	row("acts", t.Acts())
	row("next delta", t.next(t.config.Delta))
	row("next full", t.next(t.config.Full))
	for _, f := range t.Facts(t.config.Location) {
		row(f.Name, f.Value)
	}
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
