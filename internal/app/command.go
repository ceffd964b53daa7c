package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// followEvery is how often a command asks whether its request is answered.
const followEvery = 200 * time.Millisecond

// Actor is a command that acts: by itself while no other process does, else by asking
// the one that does.
type Actor struct {
	Runner *kwsync.Runner
	// Filed is told that a request was filed, and with whom; nil: nobody is.
	Filed func(id int64, holder error)
	// Warn is told of what does not stop a run, such as an audit file that cannot be written;
	// nil: nobody is.
	Warn func(error)
	// Settled is told of each change as it ends; nil: nobody is.
	Settled func(kwsync.Act)

	book   *ledger.Ledger
	config *config.Config
}

// OpenActor wires a run that writes; in mode observe it holds a client that
// cannot (promise P7), and only the ledger is written. Close it after use.
func OpenActor(ctx context.Context, c *config.Config, s Settings) (*Actor, error) {
	r, err := newRunner(ctx, c, s)
	if err != nil {
		return nil, err
	}
	book, err := openLedger(ctx, c)
	if err != nil {
		return nil, err
	}
	keep(r, c, book)
	return &Actor{Runner: r, book: book, config: c}, nil
}

// keep gives a runner the ledger for all that it remembers.
func keep(r *kwsync.Runner, c *config.Config, book *ledger.Ledger) {
	r.Recall, r.Journal, r.Parking = book, book, parking{book}
	r.Brakes = newBrakes(c, &r.Planner, &book.Reader)
}

// Close closes the ledger.
func (a *Actor) Close() error { return a.book.Close() }

// Run makes one run: here, or, while another process has the right to act, there. A
// request stays filed when ctx ends; reason is kept with it. If the other process ends
// without an answer, the run is made here after all.
func (a *Actor) Run(ctx context.Context, t kwsync.Trigger, reason string) (kwsync.Report, error) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		rep, ended, err := a.attempt(ctx, &t, reason)
		switch {
		case ended:
			return rep, err
		case t.Request != 0 && ctx.Err() != nil:
			return failed(t, fmt.Errorf("stopped following request %d, which stays filed: %w", t.Request, context.Cause(ctx)))
		case err != nil:
			return failed(t, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// attempt makes the run if nobody else may act, else files the request, once, and looks
// whether it is answered.
func (a *Actor) attempt(ctx context.Context, t *kwsync.Trigger, reason string) (rep kwsync.Report, ended bool, err error) {
	lease, err := a.book.Lock(ctx)
	var locked *ledger.LockedError
	switch {
	case err == nil:
		rep, err = a.act(ctx, lease, *t, reason)
		return rep, true, err
	case !errors.As(err, &locked):
		return rep, false, err
	}
	if t.Request == 0 {
		if t.Request, err = a.file(ctx, *t, reason); err != nil {
			return rep, false, err
		}
		if a.Filed != nil {
			a.Filed(t.Request, locked)
		}
	}
	return a.answer(ctx, t.Request)
}

func failed(t kwsync.Trigger, err error) (kwsync.Report, error) {
	return kwsync.Report{Trigger: t.Name, Err: err.Error()}, err
}

// act makes the run here, and takes back what was asked of somebody else.
func (a *Actor) act(ctx context.Context, lease *ledger.Lock, t kwsync.Trigger, reason string) (kwsync.Report, error) {
	a.Runner.Lease = lease
	defer a.follow(reason)()
	rep, err := a.Runner.Run(ctx, t)
	if t.Request != 0 {
		err = errors.Join(err, answer(ctx, a.book, t.Request, &rep))
	}
	return rep, errors.Join(err, lease.Release())
}

// follow lets each change get its line in the audit file, until the run has ended. Where the
// file is not to be written, somebody is told, and the run goes on.
func (a *Actor) follow(reason string) (end func()) {
	tell := func(err error) {
		if a.Warn != nil {
			a.Warn(err)
		}
	}
	t := newTrail(tell)
	t.reopen(a.config.Log.Audit)
	by := asker(reason)
	audit := newAuditor(a.Runner, a.config.Hash, zap.NewNop(), t, func(kwsync.Trigger) ledger.Actor { return by })
	a.Runner.Settled = func(act kwsync.Act) {
		audit.audit(act)
		if a.Settled != nil {
			a.Settled(act)
		}
	}
	return func() {
		if err := t.end(); err != nil {
			tell(fmt.Errorf("the end of the audit file may be missing: %w", err))
		}
	}
}

// answer reads the answer to a request, if there is one.
func (a *Actor) answer(ctx context.Context, id int64) (rep kwsync.Report, answered bool, err error) {
	r, err := a.book.Request(ctx, id)
	if err != nil || r.Answered.IsZero() {
		return rep, false, err
	}
	if err := json.Unmarshal([]byte(r.Answer), &rep); err != nil {
		return rep, true, fmt.Errorf("read the answer to request %d: %w", id, err)
	}
	if rep.Err != "" {
		err = errors.New(rep.Err)
	}
	return rep, true, err
}

func (a *Actor) file(ctx context.Context, t kwsync.Trigger, reason string) (int64, error) {
	r, err := request(a.config, t, reason)
	if err != nil {
		return 0, fmt.Errorf("encode the request: %w", err)
	}
	id, err := a.book.File(ctx, r)
	if err != nil {
		return 0, fmt.Errorf("file the request: %w", err)
	}
	return id, nil
}
