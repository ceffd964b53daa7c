package kiteworks

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	firstPause = time.Second      // after a refusal that names no time
	maxPause   = 10 * time.Minute // whatever the server asks for
)

// throttle is the one gate through which every request of the process goes: a
// steady rate, and a pause for all when the server asks one of them to wait.
type throttle struct {
	limiter *rate.Limiter
	shrink  time.Duration // divides every pause; 1, except in tests

	mu    sync.Mutex
	until time.Time
}

// newThrottle spaces requests evenly. At real rates nothing goes in bursts, which
// a server without a queue would refuse; at higher ones the timer needs some room.
func newThrottle(perSecond float64) *throttle {
	return &throttle{shrink: 1, limiter: rate.NewLimiter(rate.Limit(perSecond), 1+int(perSecond/50))}
}

// wait returns when a request may go, or with ctx's error.
func (t *throttle) wait(ctx context.Context) error {
	if err := t.limiter.Wait(ctx); err != nil {
		return err
	}
	for {
		t.mu.Lock()
		pause := time.Until(t.until)
		t.mu.Unlock()
		if pause <= 0 {
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// pause holds all requests back for a while; a longer pause stays.
func (t *throttle) pause(d time.Duration) {
	until := time.Now().Add(min(d, maxPause) / t.shrink)
	t.mu.Lock()
	defer t.mu.Unlock()
	if until.After(t.until) {
		t.until = until
	}
}

// retryAfter reads the header of that name, seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return firstPause
}
