package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// watcher is a directory that tells when something in it may have changed.
type watcher interface {
	// Watch calls wake for that and failed for each failure, until ctx ends.
	Watch(ctx context.Context, wake func(), failed func(error))
}

var _ watcher = (*directory.Directory)(nil)

// lookout watches the directory of one instance. Once it has ended nothing comes
// of it any more, not even from a call that was under way.
type lookout struct {
	daemon *Daemon
	cancel context.CancelFunc
	done   chan struct{} // closed when the watch has returned

	mu    sync.Mutex
	ended bool
	last  []string // failures that came last, each once, as many as there are directories
	room  int
}

// watch begins to watch; the lookout has to be ended, and waited for.
func (d *Daemon) watch(ctx context.Context, w watcher, directories int) *lookout {
	ctx, cancel := context.WithCancel(ctx)
	l := &lookout{daemon: d, cancel: cancel, done: make(chan struct{}), room: directories}
	go func() {
		defer close(l.done)
		defer func() {
			if p := recover(); p != nil { // the schedules go on
				l.failed(fmt.Errorf("internal error: %v\n%s", p, debug.Stack()))
			}
		}()
		w.Watch(ctx, l.wake, l.failed)
	}()
	return l
}

// end makes the lookout silent, at once.
func (l *lookout) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.cancel()
}

// wake asks for a run that ends at once unless somebody was touched.
func (l *lookout) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.daemon.Trigger(kwsync.Trigger{Name: watch, OnlyIfTouched: true})
	}
}

// failed counts a failure and says what it is, unless it is what came last: an
// outage would fill the log. Each directory may be down for a reason of its own.
func (l *lookout) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.daemon.board.WatchFailed()
	if l.news(err.Error()) {
		l.daemon.options.Log.Warn("a directory cannot be watched; the schedules go on", zap.Error(err))
	}
}

// news says whether a failure is not among those that came last.
func (l *lookout) news(text string) bool {
	rest := slices.DeleteFunc(slices.Clone(l.last), func(s string) bool { return s == text })
	news := len(rest) == len(l.last)
	l.last = append(rest, text)
	l.last = l.last[max(0, len(l.last)-l.room):]
	return news
}
