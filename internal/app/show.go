package app

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// show puts a run that has ended on the board.
func (d *Daemon) show(ctx context.Context, i *instance, r *kwsync.Report) {
	for _, p := range r.Phases {
		d.board.Phase(p.Name, p.Took)
	}
	d.board.Finished(boardRun(r, i.runner.Limits.Walls))
	if d.actor.book == nil || ctx.Err() != nil {
		return
	}
	if err := d.showBrakes(ctx, i, r.Idle); err != nil {
		d.options.Log.Warn("the metrics of the brakes stay as they are, until the next run", zap.Error(err))
	}
}

// boardRun is a run as the board counts it, beside these walls.
func boardRun(r *kwsync.Report, walls []guard.Wall) status.Run {
	kind, result := delta, r.Result().String()
	if r.Full {
		kind = full
	}
	if r.Idle {
		result = status.Idle
	}
	run := status.Run{
		Kind: kind, Result: result, Ended: time.Now(),
		People: r.People, Groups: r.Groups, Whole: r.Full && len(r.Named) == 0,
		HeldRules: r.Notes(plan.NoteBlocked), Skipped: r.Notes(plan.NoteSkipped), Unmet: len(r.Canaries) > 0,
		Violations: map[string]int{},
	}
	for _, w := range walls {
		run.Violations[w.Name] = 0
	}
	for _, v := range r.Violations {
		run.Violations[v.Wall]++
	}
	for _, c := range r.Plan.Changes {
		run.Planned = append(run.Planned, c.Op)
	}
	held := map[access.PersonID]bool{}
	for _, n := range r.Plan.Notes {
		if n.Kind == plan.NoteHeld {
			held[n.Person] = true
		}
	}
	run.HeldPeople = len(held)
	return run
}

// observe puts one request to Kiteworks on the board.
func (d *Daemon) observe(op string, code int, took time.Duration) {
	d.board.Request(op, code, took)
	switch {
	case code == http.StatusTooManyRequests:
		d.board.Throttled()
	case op == "POST /oauth/token" && code == http.StatusOK:
		d.board.TokenMinted()
	}
}

// allowance is how old the last success may be: two intervals of the schedule
// that runs more often, and never under a quarter of an hour.
func allowance(c *config.Config, now time.Time) time.Duration {
	interval := func(s config.Schedule) time.Duration {
		first := s.Next(now)
		return s.Next(first).Sub(first)
	}
	return max(2*min(interval(c.Delta), interval(c.Full)), 15*time.Minute)
}
