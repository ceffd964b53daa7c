package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// What starts a run.
const (
	start = "start"
	delta = "delta"
	full  = "full"
	watch = "watch"
)

// stopTime bounds how long open HTTP connections may hold up the end.
const stopTime = 5 * time.Second

// Options is what a daemon needs.
type Options struct {
	Load    func() (*config.Config, error) // called at the start and at each reload
	Log     *zap.Logger
	Version string
	Commit  string
	Ended   func(*kwsync.Report) // told of each run that has ended; nil: nobody is
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
	listener  net.Listener
	asking    sync.Mutex
	ticks     chan kwsync.Trigger // at most one waits
	current   *instance
	retired   []*instance     // replaced while a run of theirs may be under way
	read      []string        // how the directories were read by the last run
	explained map[string]bool // the reasons of the last run; of the goroutine that makes runs
	patience  atomic.Int64    // nanoseconds that the last success may lie back
}

// New loads the configuration, opens the ledger and binds the listener, so that
// whatever is wrong at the start is said before the first run. Nothing runs yet.
func New(ctx context.Context, o Options) (*Daemon, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	d := &Daemon{options: o, registry: registry, board: status.New(registry), ticks: make(chan kwsync.Trigger, 1)}
	c, err := o.Load()
	if err != nil {
		return nil, err
	}
	if ledger.Attended(c.State) {
		o.Log.Warn("another daemon works with this ledger: both take the whole rate, and their runs lock each other out; end one of them")
	}
	if d.current, err = d.open(ctx, c); err != nil {
		return nil, err
	}
	if err := d.listen(ctx, c.HTTP.Metrics); err != nil {
		return nil, errors.Join(err, d.current.close())
	}
	d.board.Built(o.Version, o.Commit, runtime.Version())
	d.inForce(c)
	return d, nil
}

func (d *Daemon) listen(ctx context.Context, address string) (err error) {
	if address == "" {
		return nil
	}
	var listen net.ListenConfig
	if d.listener, err = listen.Listen(ctx, "tcp", address); err != nil {
		return fmt.Errorf("listen on http.metrics: %w", err)
	}
	return nil
}

// Addr is where /metrics is served; "" if nowhere.
func (d *Daemon) Addr() string {
	if d.listener == nil {
		return ""
	}
	return d.listener.Addr().String()
}

// Run serves until ctx ends. A run that is under way then finishes the steps in
// hand first. A value on reload reads the configuration again.
func (d *Daemon) Run(ctx context.Context, reload <-chan struct{}) error {
	stopHTTP := d.serve()
	d.current.begin(ctx, d)
	d.Trigger(kwsync.Trigger{Name: start, Full: true})
	d.loop(ctx, reload)
	d.current.end()
	d.retired = append(d.retired, d.current)
	return errors.Join(d.closeRetired(), stopHTTP())
}

// loop is the one goroutine that decides what runs next.
func (d *Daemon) loop(ctx context.Context, reload <-chan struct{}) {
	ended := make(chan struct{})
	ticks := d.ticks
	for {
		select {
		case trigger := <-ticks:
			if ctx.Err() != nil { // the tick was there as well, and select chose it
				return
			}
			ticks = nil // one run at a time: the next tick waits in its channel
			i := d.current
			go func() {
				d.run(ctx, i, trigger)
				ended <- struct{}{}
			}()
		case <-ended:
			ticks = d.ticks
			d.tidy()
		case <-reload:
			d.reload(ctx)
			if ticks != nil { // no run uses what was replaced
				d.tidy()
			}
		case <-ctx.Done():
			if ticks == nil {
				<-ended
			}
			return
		}
	}
}

// reload builds everything anew and then swaps. A configuration that does not
// load, or cannot be opened, changes nothing.
func (d *Daemon) reload(ctx context.Context) {
	fresh, err := d.rebuild(ctx)
	if err != nil {
		d.board.Reloaded(false, d.current.config.Hash, time.Now())
		d.options.Log.Error("reload failed; the configuration in force is unchanged", zap.Error(err))
		return
	}
	d.current.end()
	d.retired = append(d.retired, d.current)
	d.current = fresh
	fresh.begin(ctx, d)
	d.inForce(fresh.config)
	d.options.Log.Info("configuration reloaded", zap.String("hash", fresh.config.Hash))
}

// inForce shows that a configuration has come into force.
func (d *Daemon) inForce(c *config.Config) {
	if caveat := c.Mode.Caveat(); caveat != "" {
		d.options.Log.Warn(caveat)
	}
	now := time.Now()
	d.patience.Store(int64(allowance(c, now)))
	d.board.Reloaded(true, c.Hash, now)
}

func (d *Daemon) rebuild(ctx context.Context) (*instance, error) {
	c, err := d.options.Load()
	if err != nil {
		return nil, err
	}
	if now := d.current.config.HTTP.Metrics; c.HTTP.Metrics != now {
		return nil, fmt.Errorf("http.metrics changed from %q to %q, which takes a restart", now, c.HTTP.Metrics)
	}
	return d.open(ctx, c)
}

// Close ends a daemon whose Run was never called.
func (d *Daemon) Close() error {
	var err error
	if d.listener != nil {
		err = d.listener.Close()
	}
	return errors.Join(err, d.current.close())
}

func (d *Daemon) tidy() {
	if err := d.closeRetired(); err != nil {
		d.options.Log.Warn("close what was replaced", zap.Error(err))
	}
}

// closeRetired closes the instances that no run uses any more.
func (d *Daemon) closeRetired() error {
	var errs []error
	for _, i := range d.retired {
		errs = append(errs, i.close())
	}
	d.retired = nil
	return errors.Join(errs...)
}

// serve answers HTTP until stop is called.
func (d *Daemon) serve() (stop func() error) {
	if d.listener == nil {
		return func() error { return nil }
	}
	server := &http.Server{
		Handler:           d.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          zap.NewStdLog(d.options.Log),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(d.listener) }()
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		err := server.Shutdown(ctx)
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
}
