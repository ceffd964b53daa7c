package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// show puts a run that has ended on the board.
func (d *Daemon) show(ctx context.Context, i *instance, trigger kwsync.Trigger, r *kwsync.Report) {
	for _, p := range r.Phases {
		d.board.Phase(p.Name, p.Took)
	}
	d.board.Finished(boardRun(r, i.runner.Limits.Walls))
	d.board.Withheld(r.Withheld)
	d.board.Credentials(credentials(i.config))
	if r.Err == "" && len(trigger.Named) == 0 && trigger.Approved == nil && trigger.Undo == 0 {
		d.board.Looked(r.Started)
	}
	if d.actor.book == nil || ctx.Err() != nil {
		return
	}
	if err := d.actor.book.Probe(ctx); !errors.As(err, new(*ledger.LostError)) { // else another process writes
		d.board.LedgerWritable(err == nil)
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
		Skipped: r.Notes(plan.NoteSkipped), Unmet: len(r.Canaries) > 0,
		Violations: map[string]int{}, Grants: status.Grants(r.Tallied()),
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
		switch n.Kind {
		case plan.NoteHeld:
			held[n.Person] = true
		case plan.NoteBlocked:
			run.HeldRules = append(run.HeldRules, n.Rule)
		}
	}
	run.HeldPeople = len(held)
	return run
}

// observe puts one request to Kiteworks on the board.
func (d *Daemon) observe(op string, code int, took time.Duration) {
	d.board.Request(op, code, took)
	d.options.Log.Debug("request to Kiteworks", zap.String("operation", op), zap.Int("status", code), zap.Duration("took", took))
	switch {
	case code == http.StatusTooManyRequests:
		d.board.Throttled()
	case op == "POST /oauth/token" && code == http.StatusOK:
		d.board.TokenMinted()
	}
}

// decided puts on the board what a run has decided, before it applies any of it.
func (d *Daemon) decided(r *kwsync.Report) {
	decision := status.Decision{At: time.Now(), Whole: r.Whole, Planned: r.Plan.Changes, Withheld: r.Withheld}
	for _, id := range r.Judged {
		decision.Judged = append(decision.Judged, id.String())
	}
	d.board.Decided(decision)
}

// interval is how often the schedule that runs more often does.
func interval(c *config.Config, now time.Time) time.Duration {
	of := func(s config.Schedule) time.Duration {
		first := s.Next(now)
		return s.Next(first).Sub(first)
	}
	return min(of(c.Delta), of(c.Full))
}

// allowance is how old the last success may be: two intervals of the schedule
// that runs more often, and never under a quarter of an hour.
func allowance(c *config.Config, now time.Time) time.Duration {
	return max(2*interval(c, now), 15*time.Minute)
}
