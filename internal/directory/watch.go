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
// pauses, and failed is told why; it is told once of a directory that cannot be watched. Both are
// called from one goroutine at a time. Nothing is watched before the first refresh.
func (d *Directory) Watch(ctx context.Context, wake func(), failed func(error)) {
	sounds := make(chan struct{}, 1)
	var telling sync.Mutex
	var all sync.WaitGroup
	for _, s := range d.sources {
		all.Go(func() {
			s.watch(ctx, func() { ring(sounds) }, func(err error) {
				telling.Lock()
				defer telling.Unlock()
				failed(fmt.Errorf("watch directory %s: %w", s.o.Name, err))
			})
		})
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
func (s *source) watch(ctx context.Context, heard func(), failed func(error)) {
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = time.Minute
	for again := false; ; again = true {
		began := time.Now()
		err := s.listen(ctx, heard, again)
		if ctx.Err() != nil {
			return
		}
		failed(err)
		if errors.Is(err, ErrUnwatched) {
			return
		}
		if time.Since(began) > pause.MaxInterval { // it had worked
			pause.Reset()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause.NextBackOff()):
		}
	}
}

// listen listens until the first of its connections ends. What has happened while
// nobody listened was not heard: the first sound of another try is made here.
func (s *source) listen(ctx context.Context, heard func(), again bool) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ready:
	}
	at := s.place()
	if len(at.heads)+len(at.synced) == 0 {
		return ErrUnwatched
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all errgroup.Group
	first := func(end error) error { stop(); return end }
	for _, head := range at.heads {
		all.Go(func() error { return first(s.notify(ctx, at.server, head, heard, again)) })
	}
	for _, search := range at.synced {
		all.Go(func() error { return first(s.persist(ctx, at.server, search, heard, again)) })
	}
	return all.Wait()
}

// persist listens by RFC 4533. Each search has a connection of its own: slapd begins no more of them
// on one than half its threads, and lets the others wait for ever.
func (s *source) persist(ctx context.Context, server string, search synced, heard func(), again bool) error {
	c, err := wire.Dial(ctx, &s.wire, server)
	if err != nil {
		return err
	}
	defer c.Close()
	if again {
		heard()
	}
	return c.Listen(ctx, search.Search, search.cookie, heard)
}

// notify listens to Active Directory.
func (s *source) notify(ctx context.Context, server, head string, heard func(), again bool) error {
	c, err := wire.Dial(ctx, &s.wire, server)
	if err != nil {
		return err
	}
	defer c.Close()
	if !c.Supports(wire.ControlNotify) {
		return ErrUnwatched
	}
	if again {
		heard()
	}
	return c.Notify(ctx, head, heard)
}
