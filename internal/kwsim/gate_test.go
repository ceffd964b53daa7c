package kwsim

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name             string
		perSecond, queue int
		at               []time.Duration // of each request, after the first
		want             []bool
		took             time.Duration // until the last one has passed
	}{
		{"no limit", 0, 0, []time.Duration{0, 0, 0}, []bool{true, true, true}, 0},
		{"even pace", 10, 0, []time.Duration{0, 100, 200}, []bool{true, true, true}, 200},
		{"too close", 10, 0, []time.Duration{0, 99, 100}, []bool{true, false, true}, 100},
		{"queued", 10, 2, []time.Duration{0, 0, 0}, []bool{true, true, true}, 200},
		{"queue full", 10, 2, []time.Duration{0, 0, 0, 0, 101}, []bool{true, true, true, false, true}, 300},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, start := newGate(c.perSecond, c.queue, time.Now), time.Now()
				passed := make([]atomic.Bool, len(c.at))
				for i, at := range c.at {
					time.Sleep(at*time.Millisecond - time.Since(start))
					go func() { passed[i].Store(g.pass(t.Context(), false)) }()
					synctest.Wait()
				}
				time.Sleep(c.took*time.Millisecond - time.Since(start))
				synctest.Wait()
				for i, want := range c.want {
					if got := passed[i].Load(); got != want {
						t.Errorf("request %d passed is %v, want %v", i+1, got, want)
					}
				}
			})
		})
	}
}

func TestGateClientGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 5, time.Now)
		g.pass(t.Context(), false)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan bool)
		go func() { done <- g.pass(ctx, false) }()
		synctest.Wait()
		cancel()
		if <-done {
			t.Error("request of a client that has gone passed")
		}
	})
}
