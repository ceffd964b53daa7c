package history

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Book is a ledger that is asked about the past.
type Book struct {
	Ledger   *ledger.Reader
	Acting   bool           // some process has the right to act: a run without an end may be under way
	Location *time.Location // in which moments are told
}

// Change is one change of a run.
type Change = ledger.Record

// Run is one run, with what it said of itself when it ended.
type Run struct {
	ledger.Run
	Summary
	UnderWay bool // it has not ended, and may yet; else a run without an end was killed
	Decree   bool // no run, but a decision of a human: grants or accounts taken over, or given up
}

// Outcome is how a run ended, in one word or two.
func (r Run) Outcome() string {
	switch {
	case r.UnderWay:
		return "under way"
	case r.Ended.IsZero():
		return "was killed"
	}
	return r.Result
}

// Kind says how much the run looked at.
func (r Run) Kind() string {
	switch {
	case r.Decree:
		return "decision"
	case r.Ended.IsZero():
		return ""
	case len(r.Named) > 0: // also in a daemon, which looks only at what it lacks
		return "named"
	case r.Full:
		return "full"
	}
	return "delta"
}

// Took is how long it took, up to now if it is under way; 0: nobody knows.
func (r Run) Took(now time.Time) time.Duration {
	switch {
	case r.UnderWay:
		return now.Sub(r.Started)
	case r.Ended.IsZero():
		return 0
	}
	return r.Ended.Sub(r.Started)
}

// adopt is the trigger of the runs that keep the decision that something is ours.
const adopt = "adopt"

// overtaking are the triggers of the runs that may begin within another one.
var overtaking = []string{"apply", "offboard", "undo", "leavers"}

// reading turns runs, the newest first, into what they mean.
type reading struct {
	acting    bool
	overtaken bool // every newer run may have begun within this one
}

func (b Book) reading() *reading { return &reading{acting: b.Acting, overtaken: true} }

// next reads a run that is older than all before. A run without an end is under way
// only if somebody acts, and nothing newer has begun but what may overtake it.
func (g *reading) next(stored ledger.Run) (Run, error) {
	r := Run{Run: stored, Decree: stored.Decree()}
	if len(stored.Summary) > 0 {
		if err := json.Unmarshal(stored.Summary, &r.Summary); err != nil {
			return r, fmt.Errorf("read the summary of run %d: %w", stored.ID, err)
		}
	}
	r.UnderWay = g.acting && g.overtaken && stored.Ended.IsZero()
	g.overtaken = g.overtaken && (r.Decree || slices.Contains(overtaking, stored.Trigger) && (stored.Ended.IsZero() || !r.Full))
	return r, nil
}

// Runs returns the newest runs, the newest first.
func (b Book) Runs(ctx context.Context, limit int) ([]Run, error) {
	var runs []Run
	return runs, b.walk(ctx, func(r Run) bool {
		runs = append(runs, r)
		return len(runs) == limit
	})
}

// walk calls enough for each run, the newest first, until it says true.
func (b Book) walk(ctx context.Context, enough func(Run) bool) error {
	g := b.reading()
	var broken error
	err := b.Ledger.Newest(ctx, func(stored ledger.Run) bool {
		r, err := g.next(stored)
		if err != nil {
			broken = err
			return true
		}
		return enough(r)
	})
	if err != nil {
		return err
	}
	return broken
}

// Story is one run with all that it did.
type Story struct {
	Run
	Did      []Change         // in the order in which it was intended
	Answered []ledger.Request // requests that it was the answer to
}

// Run returns one run.
func (b Book) Run(ctx context.Context, id int64) (s Story, err error) {
	if _, s.Did, err = b.Ledger.Run(ctx, id); err != nil {
		return s, err
	}
	if s.Answered, err = b.Ledger.RequestsOf(ctx, id); err != nil {
		return s, err
	}
	err = b.walk(ctx, func(r Run) bool {
		s.Run = r
		return r.ID <= id
	})
	return s, err
}
