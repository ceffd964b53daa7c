package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// demoPause is how long a person may look at one wave before the next.
const demoPause = 2 * time.Second

// demo is a company, a daemon, and somebody who types commands beside it.
type demo struct {
	*command
	paint   paint
	site    *site
	company *ldapsim.Server
	daemon  *app.Daemon
	reports chan *kwsync.Report // of each run of the daemon
	reload  chan struct{}
	last    int64 // number of the run that was shown last
}

// play shows what the daemon makes of each wave; the brakes are set before the first
// people join. That somebody stops the show is no failure.
func (d *demo) play(once bool) error {
	acts := []func() error{d.applied}
	if !once {
		acts = append(acts, d.look, d.brake, d.join, d.look, d.move, d.look, d.undo, d.look, d.part, d.look, d.welcome, d.linger)
	}
	err := inTurn(acts...)
	if d.ctx.Err() != nil {
		return nil
	}
	return err
}

// inTurn does one thing after the other, up to the first that fails.
func inTurn(acts ...func() error) error {
	for _, act := range acts {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// brake writes the configuration anew, with a budget and a wall, and lets the daemon read it.
func (d *demo) brake() error {
	d.site.Brakes = true
	if _, err := d.site.configure(); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	fmt.Fprintf(d.out, demoBrakes, d.paint.bold("The brakes are set."))
	select {
	case d.reload <- struct{}{}:
		return nil
	case <-d.ctx.Done():
		return d.ctx.Err()
	}
}

const demoBrakes = `
%s From now on more than three new accounts a day wait for a decision, and nobody gets into the
folders of both Engineering and Research: budgets and walls in the configuration say so.
`

// join lets five people come: more than the budget has. They wait, and go once approved.
func (d *demo) join() error {
	if err := inTurn(d.wave(1), d.plan, d.run); err != nil {
		return err
	}
	cfg, err := config.Load(d.cli.Config)
	if err != nil {
		return err
	}
	items, err := app.Parked(d.ctx, cfg)
	switch {
	case err != nil:
		return err
	case len(items) == 0:
		return errors.New("five people have joined, and nothing is parked: the budget does not hold")
	}
	approve := approveCmd{ID: items[0].ID, reasonFlag: reasonFlag{"they begin on Monday"}}
	return inTurn(
		d.types("parked", parkedCmd{}.Run),
		d.types(fmt.Sprintf("approve %d --reason %q", approve.ID, approve.Reason), approve.Run),
		d.applied,
	)
}

// move lets people change departments while everything is paused, and then goes on. One
// of them would get behind a wall.
func (d *demo) move() error {
	pause := pauseCmd{For: length(time.Hour), reasonFlag: reasonFlag{"the auditors look"}}
	return inTurn(
		d.types(fmt.Sprintf("pause --for 1h --reason %q", pause.Reason), pause.Run),
		d.wave(2), d.run,
		d.types("status", statusCmd{}.Run),
		d.types("resume", resumeCmd{}.Run),
		d.plan, d.run,
	)
}

// undo takes back what the move has done: it is held from then on, until that is released.
func (d *demo) undo() error {
	undo := undoCmd{ID: d.last, Yes: true, reasonFlag: reasonFlag{"the move is put off"}}
	release := undoCmd{ID: d.last, Release: true, reasonFlag: reasonFlag{"now they move"}}
	return inTurn(
		d.types(fmt.Sprintf("undo %d --yes --reason %q", undo.ID, undo.Reason), undo.Run),
		d.run,
		d.types(fmt.Sprintf("undo %d --release --reason %q", release.ID, release.Reason), release.Run),
		d.run,
	)
}

// part lets somebody leave, whose account is suspended at once, and somebody marry, whose
// account is renamed.
func (d *demo) part() error { return inTurn(d.wave(3), d.plan, d.run) }

// welcome lets who has left return, and find everything in place.
func (d *demo) welcome() error { return inTurn(d.wave(4), d.plan, d.run) }

// wave lets one wave come.
func (d *demo) wave(n int) func() error {
	return func() error {
		entries, story := ldapsim.Wave(n)
		fmt.Fprintf(d.out, "\n%s %s\n", d.paint.bold(fmt.Sprintf("Wave %d.", n)), story)
		if err := d.company.Replace(entries); err != nil {
			return fmt.Errorf("change the directory: %w", err)
		}
		return nil
	}
}

// plan is what an administrator would type first.
func (d *demo) plan() error { return d.types("plan", planCmd{}.Run)() }

// types shows a command as it is typed, and what it prints. That people are left alone, or
// changes parked, is no failure: the company has people of whom nothing can be decided, on
// purpose.
func (d *demo) types(line string, run func(*command) error) func() error {
	return func() error {
		fmt.Fprintln(d.out, "\n$ kw-onboarder "+line)
		err := run(d.command)
		if code := codeOf(err); code == exitFailed || code == exitParked {
			return nil
		}
		return err
	}
}

// run asks the daemon for a run, and shows it.
func (d *demo) run() error {
	d.daemon.Trigger(kwsync.Trigger{Name: "demo", Full: true})
	return d.applied()
}

// applied shows the next run of the daemon that looked at everything.
func (d *demo) applied() error {
	for r := range d.reports {
		if !r.Full {
			continue // the schedule came in between
		}
		d.last = r.Run
		d.show(r)
		if r.Err != "" {
			return errors.New(r.Err)
		}
		return nil
	}
	return errors.New("the daemon has ended")
}

// show shows what a run made, and what it left for the brakes.
func (d *demo) show(r *kwsync.Report) {
	fmt.Fprintln(d.out, d.paint.bold("\nApplied by the daemon."))
	t := textReport{out: d.out, paint: d.paint, rate: 1}
	t.brakes(r)
	t.end(r)
}

// linger leaves the daemon running, to be looked at, and shows what its runs have made.
func (d *demo) linger() error {
	fmt.Fprintln(d.out, "\nThe daemon goes on, every fifteen minutes. Stop it with Ctrl-C.")
	for {
		select {
		case <-d.ctx.Done():
			return nil
		case r, running := <-d.reports:
			if !running {
				return nil
			}
			d.show(r)
		}
	}
}

// look gives a person time to look.
func (d *demo) look() error {
	timer := time.NewTimer(demoPause)
	defer timer.Stop()
	select {
	case <-d.ctx.Done():
		return context.Cause(d.ctx)
	case <-timer.C:
		return nil
	}
}
