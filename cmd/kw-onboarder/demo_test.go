package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// A daemon waits until its report is read: one that is not would be its last.
func TestTheDemosDaemonGoesOnAfterItsWaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var out bytes.Buffer
		reports, ended := make(chan *kwsync.Report), make(chan error)
		go func() { ended <- (&demo{command: &command{ctx: ctx, out: &out}, reports: reports}).linger() }()
		for range 2 {
			reports <- &kwsync.Report{}
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(out.String(), "Applied by the daemon."), 2; got != want {
			t.Errorf("%d runs shown, want %d:\n%s", got, want, out.String())
		}
	})
}
