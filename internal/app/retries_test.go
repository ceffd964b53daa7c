package app

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRetriesComeFurtherAndFurtherApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r retries
		for _, minutes := range []int{1, 2, 4, 8, 15, 15} {
			r.note(true)
			began := time.Now()
			<-r.due
			if got, want := time.Since(began), time.Duration(minutes)*time.Minute; got != want {
				t.Errorf("a retry after %v, want %v", got, want)
			}
		}
		r.note(false)
		if r.due != nil {
			t.Error("behind a run that came through something is to be retried")
		}
		r.note(true)
		began := time.Now()
		<-r.due
		if got := time.Since(began); got != firstRetry {
			t.Errorf("the next failure is retried after %v, want %v", got, firstRetry)
		}
	})
}
