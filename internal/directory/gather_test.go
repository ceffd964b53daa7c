package directory

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGatherMakesOneWakeUpOfABurst(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pauses []time.Duration // before each sound
		want   []time.Duration // of each wake-up
	}{
		"one sound":          {[]time.Duration{0}, []time.Duration{quiet}},
		"a burst":            {[]time.Duration{0, quiet / 2, quiet / 2}, []time.Duration{2 * quiet}},
		"two sounds, apart":  {[]time.Duration{0, 3 * quiet}, []time.Duration{quiet, 4 * quiet}},
		"it never gets calm": {everySound(quiet/2, 120), []time.Duration{soon, 2 * soon, 120*quiet/2 + quiet}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				sounds := make(chan struct{}, 1)
				began := time.Now()
				var got []time.Duration
				go gather(ctx, sounds, func() { got = append(got, time.Since(began)) })
				for _, pause := range test.pauses {
					time.Sleep(pause) // of the test's own clock
					ring(sounds)
				}
				time.Sleep(2 * soon)
				cancel()
				synctest.Wait()
				if len(got) != len(test.want) {
					t.Fatalf("got wake-ups after %v, want %v", got, test.want)
				}
				for i := range got {
					if d := got[i] - test.want[i]; d < -quiet || d > quiet {
						t.Errorf("got wake-ups after %v, want %v", got, test.want)
					}
				}
			})
		})
	}
}

func everySound(pause time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = pause
	}
	return all
}
