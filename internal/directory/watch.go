package directory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// How the watch gathers what it hears: a wake-up comes once it has been quiet for a
// moment, or soon after the first sound where it never gets quiet.
const (
	quiet = 20 * time.Millisecond
	soon  = 500 * time.Millisecond
)

// ErrUnwatched says that a server offers no way to be told of changes.
var ErrUnwatched = errors.New("the server does not tell of changes: they are found on schedule")

// Watch calls wake when something may have changed in one of the directories, until ctx ends. It
// proves nothing: whoever is woken refreshes. A connection that is lost is made anew, with growing
// pauses; one that a server does not offer is tried again when another reading has succeeded. report is told of
// each failure, and nil when a directory is watched again after one. Both are called from one goroutine
// at a time. Nothing is watched before the first refresh.
func (d *Directory) Watch(ctx context.Context, wake func(), report func(directory string, err error)) {
	sounds := make(chan struct{}, 1)
	var telling sync.Mutex
	var all sync.WaitGroup
	for _, s := range d.sources {
		w := &watch{source: s, heard: func() { ring(sounds) }, report: func(err error) {
			telling.Lock()
			defer telling.Unlock()
			report(s.o.Name, err)
		}}
		all.Go(func() { w.run(ctx) })
	}
	gather(ctx, sounds, wake)
	all.Wait()
}

// ring leaves word that something was heard.
func ring(sounds chan<- struct{}) {
	select {
	case sounds <- struct{}{}:
	default: // word was left already
	}
}

// gather turns sounds into wake-ups.
func gather(ctx context.Context, sounds <-chan struct{}, wake func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-sounds:
		}
		latest := time.NewTimer(soon)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				latest.Stop()
				return
			case <-sounds:
			case <-time.After(quiet):
				waiting = false
			case <-latest.C:
				waiting = false
			}
		}
		latest.Stop()
		wake()
	}
}

// watch listens to one directory, again and again.
type watch struct {
	*source
	heard  func()
	report func(error)

	mu     sync.Mutex
	failed bool // and nothing has worked since
}

func (w *watch) run(ctx context.Context) {
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = time.Minute
	at, news := w.place()
	for ctx.Err() == nil {
		if at.server == "" { // nothing has been read yet
			at, news = w.await(ctx, news)
			continue
		}
		began := time.Now()
		err := w.listen(ctx, at)
		if ctx.Err() != nil {
			return
		}
		w.fail(err)
		if errors.Is(err, ErrUnwatched) {
			at, news = w.await(ctx, news)
			continue
		}
		if time.Since(began) > pause.MaxInterval { // it had worked
			pause.Reset()
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause.NextBackOff()):
		}
		at, news = w.place()
	}
}

// await returns where the mirror stands when it stands elsewhere.
func (w *watch) await(ctx context.Context, news <-chan struct{}) (spot, <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-news:
	}
	return w.place()
}

func (w *watch) fail(err error) {
	w.mu.Lock()
	w.failed = true
	w.mu.Unlock()
	w.report(err)
}

// begins makes the first sound, because what has happened while nobody listened was not heard, and
// says, once after a failure, that somebody listens again.
func (w *watch) begins() {
	w.heard()
	w.mu.Lock()
	again := w.failed
	w.failed = false
	w.mu.Unlock()
	if again {
		w.report(nil)
	}
}

// listen listens until the first of its connections ends.
func (w *watch) listen(ctx context.Context, at spot) error {
	if len(at.heads)+len(at.synced) == 0 {
		if at.why != "" {
			return fmt.Errorf("%w; %s", ErrUnwatched, at.why)
		}
		return ErrUnwatched
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all errgroup.Group
	begin := func(listen func(c *wire.Conn) error) {
		all.Go(func() error {
			defer stop()
			return w.on(ctx, at.server, listen)
		})
	}
	for _, head := range at.heads {
		begin(func(c *wire.Conn) error {
			if !c.Supports(wire.ControlNotify) {
				return ErrUnwatched
			}
			w.begins()
			return c.Notify(ctx, head, w.heard)
		})
	}
	for _, search := range at.synced {
		begin(func(c *wire.Conn) error {
			w.begins()
			return c.Listen(ctx, search.Search, search.cookie, w.heard)
		})
	}
	return all.Wait()
}

// on listens on a connection of its own: slapd begins no more persistent searches on one than half its
// threads, and lets the others wait for ever.
func (w *watch) on(ctx context.Context, server string, listen func(c *wire.Conn) error) error {
	c, err := wire.Dial(ctx, &w.wire, server)
	if err != nil {
		return err
	}
	defer c.Close()
	return listen(c)
}
