package app

import (
	"net/http"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// show puts a run that has ended on the board.
func (d *Daemon) show(r *kwsync.Report) {
	for _, p := range r.Phases {
		d.board.Phase(p.Name, p.Took)
	}
	d.board.Finished(boardRun(r))
}

// boardRun is a run as the board counts it.
func boardRun(r *kwsync.Report) status.Run {
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
		HeldRules: r.Notes(plan.NoteBlocked), Skipped: r.Notes(plan.NoteSkipped),
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
