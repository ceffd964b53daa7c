package app

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// maxRun ends a run that hangs in some way that no other time-out sees.
const maxRun = 12 * time.Hour

var errTooLong = fmt.Errorf("the run took longer than %s", maxRun)

// instance is everything that one configuration brings to life: a reload makes
// a new one and retires the old. The ledger is the daemon's, and lent to it.
type instance struct {
	config  *config.Config
	runner  *kwsync.Runner
	cron    *cron.Cron
	lookout *lookout // nil: nothing is watched, or not yet
}

// open makes an instance; its schedules do not tick yet.
func (d *Daemon) open(ctx context.Context, c *config.Config) (*instance, error) {
	r, err := newRunner(ctx, c, Settings{Daemon: true, Version: d.options.Version, OnRequest: d.observe})
	if err != nil {
		return nil, err
	}
	audit := newAuditor(r, c.Hash, d.options.Log, d.trail, d.asked)
	r.Decided = d.decided
	r.Settled = func(a kwsync.Act) {
		if !a.Earlier { // else the process that was interrupted has shown it
			d.board.Settled(a.Change, a.Outcome)
		}
		audit.audit(a)
	}
	i := &instance{config: c, runner: r, cron: cron.New(cron.WithLocation(c.Location))}
	i.cron.Schedule(c.Delta, cron.FuncJob(func() { d.Trigger(kwsync.Trigger{Name: delta}) }))
	i.cron.Schedule(c.Full, cron.FuncJob(func() { d.Trigger(kwsync.Trigger{Name: full, Full: true}) }))
	return i, nil
}

// begin lets the schedules tick and, if the configuration says so, the directory
// wake the daemon.
func (i *instance) begin(ctx context.Context, d *Daemon) {
	i.cron.Start()
	if w, can := i.runner.Directory.(watcher); can && i.config.Watch {
		i.lookout = d.watch(ctx, w)
	}
}

// end stops both: nothing of the instance triggers a run any more.
func (i *instance) end() {
	i.cron.Stop()
	if i.lookout != nil {
		i.lookout.end()
	}
}

// wait waits for what was ended. No run uses the instance any more.
func (i *instance) wait() {
	if i.lookout != nil {
		<-i.lookout.done
	}
}

// Trigger asks for a run. One waits at most: whoever asks meanwhile gets that one,
// or it takes the place of one that does less.
func (d *Daemon) Trigger(t kwsync.Trigger) {
	d.asking.Lock()
	defer d.asking.Unlock()
	d.woken.Store(true)
	select {
	case waiting := <-d.ticks:
		if extent(waiting) >= extent(t) {
			t = waiting
		}
	default:
	}
	d.ticks <- t // there is room: nobody else sends
}

// extent orders triggers by how much their runs do: a full one does what a delta does.
func extent(t kwsync.Trigger) int {
	if t.Full {
		return 1
	}
	return 0
}

// run makes one run and shows what became of it. It never ends the process: a
// failed run, even one that panics, waits for the next tick.
func (d *Daemon) run(ctx context.Context, i *instance, trigger kwsync.Trigger) (failed bool) {
	d.woken.Store(false) // this run reads what has changed so far
	d.board.Started(time.Now())
	rep, err := d.attempt(ctx, i, trigger)
	d.show(ctx, i, trigger, &rep)
	if d.options.Ended != nil {
		defer d.options.Ended(&rep)
	}
	if trigger.Request != 0 {
		d.inbox.Answer(ctx, trigger, &rep)
	}
	d.tell(&rep, err)
	if err == nil && rep.Full {
		d.prune(ctx, i.config)
	}
	return err != nil
}

// prune forgets what is older than the history is kept for.
func (d *Daemon) prune(ctx context.Context, c *config.Config) {
	n, err := d.actor.book.Prune(ctx, time.Now().Add(-time.Duration(c.History)))
	switch {
	case err != nil:
		d.options.Log.Warn("the history cannot be shortened; it is tried again behind the next full run", zap.Error(err))
	case n > 0:
		d.options.Log.Info("history shortened", zap.Int("forgotten", n), zap.Stringer("older_than", c.History))
	}
}

// attempt is the run itself, or why there was none.
func (d *Daemon) attempt(ctx context.Context, i *instance, trigger kwsync.Trigger) (rep kwsync.Report, err error) {
	none := kwsync.Report{Trigger: trigger.Name, Full: trigger.Full, Started: time.Now()}
	defer func() {
		if p := recover(); p != nil {
			rep, err = none, fmt.Errorf("internal error: %v\n%s", p, debug.Stack())
			rep.Err = fmt.Sprintf("internal error: %v", p)
		}
	}()
	if err := d.lend(ctx, i); err != nil {
		none.Err = err.Error()
		return none, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxRun, errTooLong)
	defer cancel()
	return i.runner.Run(ctx, trigger)
}

// lend gives the runner what is the daemon's.
func (d *Daemon) lend(ctx context.Context, i *instance) error {
	if err := d.actor.ready(ctx); err != nil {
		return err
	}
	d.board.Leads(true)
	if d.inbox == nil {
		if err := d.doubt(ctx); err != nil {
			return err
		}
		if err := d.recall(ctx); err != nil {
			return err
		}
		d.inbox = &inbox{book: d.actor.book, log: d.options.Log, inHand: map[int64]ledger.Actor{}, woken: &d.woken}
	}
	r := i.runner
	d.inbox.hash = i.config.Hash
	keep(r, i.config, d.actor.book)
	r.Lease, r.Inbox = d.actor.lease, d.inbox
	return nil
}

// doubt warns of a ledger that may have forgotten what was done.
func (d *Daemon) doubt(ctx context.Context) error {
	since, why, err := d.actor.book.Restored(ctx)
	if err == nil && why != "" {
		d.options.Log.Warn("the ledger was restored: what was given since is not known to be ours; "+
			"review `kw-onboarder adopt --all`, and take it over with --all --yes, or leave it to others with --trust --yes", zap.String("why", why), zap.Time("remembers_until", since))
	}
	return err
}

// tell writes into the log how a run ended.
func (d *Daemon) tell(rep *kwsync.Report, err error) {
	log := d.options.Log.With(zap.String("trigger", rep.Trigger))
	if err != nil {
		log.Error("run failed", zap.Int64("run", rep.Run), zap.Error(err))
		return
	}
	d.tellReading(log, rep.Directory)
	if rep.Idle { // and what was explained before still holds
		log.Debug("run ended: nobody was touched or due, and Kiteworks was not asked", summary(rep)...)
		return
	}
	d.explain(log, rep)
	if rep.Result() == kwsync.Partial {
		log.Warn("run ended", summary(rep)...)
		return
	}
	log.Info("run ended", summary(rep)...)
}

// tellReading says how the directories were read, when that is otherwise than the last time.
func (d *Daemon) tellReading(log *zap.Logger, how []string) {
	tell := log.Debug
	if !slices.Equal(how, d.read) {
		tell = log.Info
	}
	for _, line := range how {
		tell("directory read", zap.String("how", line))
	}
	d.read = how
}

// explain says why things were left alone (promise P11): each reason when it
// comes up or changes, so that a log of months still shows what is new. A delta
// says nothing of whom it is not about, so nothing is over because of it.
func (d *Daemon) explain(log *zap.Logger, r *kwsync.Report) {
	now := map[string]bool{}
	say := func(kind plan.NoteKind, tell func(string, ...zap.Field)) {
		for _, reason := range kwsync.Gather(r.Plan.Notes, kind) {
			text := kind.String() + ": " + reason.String()
			now[text] = true
			if !d.explained[text] {
				tell(text)
			}
		}
	}
	say(plan.NoteDrift, log.Warn)
	say(plan.NoteBlocked, log.Warn)
	say(plan.NoteRenamed, log.Warn)
	say(plan.NoteHeld, log.Info)
	say(plan.NoteSkipped, log.Info)
	for _, reason := range r.NotDone() {
		log.Warn("not done: " + reason.String())
	}
	if r.Fresh {
		log.Warn("the ledger is empty: nothing is known of earlier runs; on a first run that is right")
	}
	if !r.Full && d.explained != nil {
		maps.Copy(d.explained, now)
		return
	}
	d.explained = now
}

// asked is who has asked for a run.
func (d *Daemon) asked(t kwsync.Trigger) ledger.Actor { return d.inbox.inHand[t.Request] }

func summary(r *kwsync.Report) []zap.Field {
	return []zap.Field{
		zap.Int64("run", r.Run), zap.Stringer("result", r.Result()), zap.Duration("took", r.Took),
		zap.Int("people", r.People), zap.Int("groups", r.Groups), zap.Int("touched", r.Touched), zap.Int("changes", len(r.Plan.Changes)),
		zap.Int("not_done", len(r.Unfinished())), zap.Int("withheld", len(r.Withheld)),
		zap.Int("blocked", r.Notes(plan.NoteBlocked)), zap.Int("held", r.Notes(plan.NoteHeld)),
		zap.Int("skipped", r.Notes(plan.NoteSkipped)),
		zap.Int("requests", r.Requests.Made), zap.Int("requests_planned", r.Requests.Planned()),
	}
}
