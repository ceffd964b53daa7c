package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// What starts a run.
const (
	start   = "start"
	delta   = "delta"
	full    = "full"
	watch   = "watch"
	leavers = "leavers" // by a run of which those who have left do not wait for the end

	reloaded = "reload"
	retry    = "retry"
)

// Options is what a daemon needs.
type Options struct {
	Load    func() (*config.Config, error) // called at the start and at each reload
	Log     *zap.Logger
	Level   *zap.AtomicLevel // of the log, which a reload changes; nil: it cannot be
	Version string
	Commit  string
	Ended   func(*kwsync.Report) // told of each run that has ended; nil: nobody is

	Supervisor Supervisor // told how the daemon stands; nil: nobody is
}

func (o Options) validate() error {
	if o.Load == nil || o.Log == nil {
		return errors.New("a daemon needs a configuration to load and a log")
	}
	return nil
}

// Daemon makes runs on schedule, one at a time, until it is told to stop.
type Daemon struct {
	options   Options
	board     *status.Board
	registry  *prometheus.Registry
	doors     []*door
	serving   atomic.Pointer[config.Config] // the configuration in force, for what is served
	ledgerIs  atomic.Int32                  // a ledgerState
	asking    sync.Mutex
	ticks     chan kwsync.Trigger // at most one waits
	current   *instance
	retired   []*instance // replaced while a run of theirs may be under way
	actor     actor       // of the run under way, else of the loop; the inbox alike
	trail     *trail
	inbox     *inbox          // nil: the ledger is not open yet
	trouble   string          // why the loop cannot look into the ledger; "" if it can
	deaf      string          // why the supervisor could not be told; "" if it could
	read      []string        // how the directories were read by the last run
	explained map[string]bool // the reasons of the last run; of the goroutine that makes runs
	spent     bool            // some budget was used when it was last counted; of that goroutine too
	woken     atomic.Bool     // a run was asked for since the last one has begun
	patience  atomic.Int64    // nanoseconds that the last success may lie back
}

// New loads the configuration and binds the listener, so that a mistake in it is said
// before the first run. A ledger that cannot be opened is no such mistake: the daemon
// says so, does nothing, and tries again. Nothing runs yet.
func New(ctx context.Context, o Options) (*Daemon, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	d := &Daemon{options: o, registry: registry, board: status.New(registry), ticks: make(chan kwsync.Trigger, 1)}
	d.trail = newTrail(func(err error) { o.Log.Error("audit trail incomplete", zap.Error(err)) })
	c, err := o.Load()
	if err != nil {
		return nil, err
	}
	if d.current, err = d.open(ctx, c); err != nil {
		return nil, err
	}
	if d.actor.options, err = ledgerOptions(c); err != nil {
		return nil, err
	}
	if err := d.openDoors(ctx, c); err != nil {
		return nil, err
	}
	d.board.Built(o.Version, o.Commit, runtime.Version())
	d.inForce(c)
	return d, nil
}

// pollEvery is how often the daemon looks for requests, and, standing by, whether it
// is its turn to act.
const pollEvery = time.Second

// Run serves until ctx ends. A run that is under way then finishes the steps in
// hand first. A value on reload reads the configuration again.
func (d *Daemon) Run(ctx context.Context, reload <-chan struct{}) error {
	stopHTTP := d.serve()
	d.current.begin(ctx, d)
	d.Trigger(kwsync.Trigger{Name: start, Full: true})
	d.tellUp("up")
	d.loop(ctx, reload)
	d.current.end()
	d.retired = append(d.retired, d.current)
	d.tidy()
	return errors.Join(d.actor.close(), stopHTTP(), d.trail.end())
}

// loop is the one goroutine that decides what runs next.
func (d *Daemon) loop(ctx context.Context, reload <-chan struct{}) {
	ended := make(chan bool) // whether the run failed
	var again retries
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	ticks := d.ticks
	begin := func(trigger kwsync.Trigger) {
		ticks = nil // one run at a time: the next tick waits in its channel
		i := d.current
		go func() {
			ended <- d.run(ctx, i, trigger)
		}()
	}
	for {
		select {
		case trigger := <-ticks:
			if ctx.Err() != nil { // the tick was there as well, and select chose it
				d.tellStopping()
				return
			}
			if d.stand(ctx) {
				begin(trigger)
			}
		case <-poll.C:
			if trigger, found := d.poll(ctx, ticks != nil); found {
				begin(trigger)
			}
			d.tellAlive()
		case failed := <-ended:
			ticks = d.ticks
			again.note(failed)
			d.tidy()
		case <-again.due:
			d.Trigger(kwsync.Trigger{Name: retry})
		case <-reload:
			d.reload(ctx, ticks != nil)
		case <-ctx.Done():
			d.tellStopping()
			if ticks == nil {
				d.await(ended, poll.C)
			}
			return
		}
	}
}

// reload builds everything anew and then swaps. A configuration that does not
// load, or cannot be opened, changes nothing.
func (d *Daemon) reload(ctx context.Context, idle bool) {
	d.tellReloading()
	fresh, err := d.rebuild(ctx)
	if err != nil {
		defer d.tellUp("up; the last reload failed, and the configuration before it is in force")
		d.trail.reopen(d.current.config.Log.Audit) // what has moved the file away does not care
		d.board.Reloaded(false, d.current.config.Hash, time.Now())
		d.options.Log.Error("reload failed; the configuration in force is unchanged", zap.Error(err))
		return
	}
	defer d.tellUp("up")
	d.current.end()
	d.retired = append(d.retired, d.current)
	d.current = fresh
	fresh.begin(ctx, d)
	if idle { // no run uses what was replaced
		d.tidy()
	}
	d.inForce(fresh.config)
	d.Trigger(kwsync.Trigger{Name: reloaded}) // what the new rules change need not wait, and nothing is watched before it
	d.options.Log.Info("configuration reloaded", zap.String("hash", fresh.config.Hash), zap.String("level", fresh.config.Log.Level))
}

// inForce shows that a configuration has come into force.
func (d *Daemon) inForce(c *config.Config) {
	if caveat := c.Mode.Caveat(); caveat != "" {
		d.options.Log.Warn(caveat)
	}
	if d.options.Level != nil {
		_ = d.options.Level.UnmarshalText([]byte(c.Log.Level)) // the configuration has no other than it knows
	}
	d.trail.reopen(c.Log.Audit)
	now := time.Now()
	d.serving.Store(c)
	d.patience.Store(int64(allowance(c, now)))
	d.board.Paced(interval(c, now), allowance(c, now))
	d.board.Labelled(labels(c))
	d.board.Credentials(credentials(c))
	d.board.Reloaded(true, c.Hash, now)
}

func (d *Daemon) rebuild(ctx context.Context) (*instance, error) {
	c, err := d.options.Load()
	if err != nil {
		return nil, err
	}
	if err := unmoved(d.current.config, c); err != nil {
		return nil, err
	}
	if now := d.current.config.Log.Format; c.Log.Format != now {
		return nil, fmt.Errorf("log.format changed from %q to %q, which takes a restart", now, c.Log.Format)
	}
	fresh, err := d.open(ctx, c)
	if err != nil {
		return nil, err
	}
	o, err := ledgerOptions(c)
	if err != nil {
		return nil, err
	}
	return fresh, d.actor.rebind(ctx, o)
}

// Close ends a daemon whose Run was never called.
func (d *Daemon) Close() error { return errors.Join(d.closeDoors(), d.trail.end()) }

// tidy waits for what was replaced and no run uses any more.
func (d *Daemon) tidy() {
	for _, i := range d.retired {
		i.wait()
	}
	d.retired = nil
}
