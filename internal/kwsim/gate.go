package kwsim

import (
	"context"
	"sync"
	"time"
)

// gate is the vendor's rate limit: requests pass at an even rate, some wait in a queue, the rest is turned away. The
// vendor counts per client address; here there is only one.
type gate struct {
	interval time.Duration // between two requests; 0 means no limit
	queue    int           // requests that may wait
	now      func() time.Time

	mu   sync.Mutex
	next time.Time // when the next request may pass
}

func newGate(perSecond, queue int, now func() time.Time) *gate {
	g := &gate{queue: queue, now: now}
	if perSecond > 0 {
		g.interval = time.Second / time.Duration(perSecond)
	}
	return g
}

// pass waits for the request's turn. It returns false if the queue is full, or is to be dropped, or the client has gone.
func (g *gate) pass(ctx context.Context, drop bool) bool {
	queue := g.queue
	if drop {
		queue = 0
	}
	wait, ok := g.reserve(queue)
	if !ok || wait == 0 {
		return ok
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reserve takes the next turn and returns how long it is away, or false if more requests wait than the queue holds.
func (g *gate) reserve(queue int) (time.Duration, bool) {
	if g.interval == 0 {
		return 0, true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	wait := max(0, g.next.Sub(now))
	if wait > time.Duration(queue)*g.interval {
		return 0, false
	}
	g.next = now.Add(wait + g.interval)
	return wait, true
}
