package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// watcher is a directory that tells when something in it may have changed.
type watcher interface {
	// Watch calls wake for that, until ctx ends. report is told of each failure, and nil
	// when a directory is watched again.
	Watch(ctx context.Context, wake func(), report func(directory string, err error))
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
	last  map[string]string // of each directory the failure that came last and has not passed
}

// watch begins to watch; the lookout has to be ended, and waited for.
func (d *Daemon) watch(ctx context.Context, w watcher) *lookout {
	ctx, cancel := context.WithCancel(ctx)
	l := &lookout{daemon: d, cancel: cancel, done: make(chan struct{}), last: map[string]string{}}
	go func() {
		defer close(l.done)
		defer func() {
			if p := recover(); p != nil { // the schedules go on
				l.report("", fmt.Errorf("internal error: %v\n%s", p, debug.Stack()))
			}
		}()
		w.Watch(ctx, l.wake, l.report)
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

// wake asks for a delta, which ends at once unless somebody was touched.
func (l *lookout) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.daemon.Trigger(kwsync.Trigger{Name: watch})
	}
}

// report counts a failure and says what it is, unless it is what came last of that directory: an
// outage would fill the log. It says too when the outage has passed.
func (l *lookout) report(directory string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	log := l.daemon.options.Log.With(zap.String("directory", directory))
	if err == nil {
		delete(l.last, directory)
		log.Info("the directory is watched again")
		return
	}
	l.daemon.board.WatchFailed()
	if l.last[directory] != err.Error() {
		log.Warn("the directory cannot be watched; the schedules go on", zap.Error(err))
	}
	l.last[directory] = err.Error()
}
