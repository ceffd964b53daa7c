package sync_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// weather is what goes wrong in one run: each decision follows from the key or
// the number of the call, so that it does not depend on who comes first.
type weather struct {
	seed     uint64
	bad      uint64 // of ten requests, how many fail
	intendAt int    // which commit of intents fails; 0: none
	settleAt int
	stopAt   int32 // behind which request the run is told to stop; 0: none
}

func drawWeather(t *rapid.T) weather {
	return weather{
		seed: rapid.Uint64().Draw(t, "seed"), bad: rapid.Uint64Range(0, 5).Draw(t, "bad"),
		intendAt: rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "intendAt"),
		settleAt: rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "settleAt"),
		stopAt:   rapid.SampledFrom([]int32{0, 0, 0, 1, 3, 5}).Draw(t, "stopAt"),
	}
}

func (w weather) result(key plan.Key) plan.Result {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", w.seed, key)
	n := h.Sum64()
	if n%10 >= w.bad {
		return []plan.Result{plan.Done, plan.Already}[n/10%2]
	}
	return []plan.Result{plan.Refused, plan.Unknown}[n/10%2]
}

// over makes the stage live through it.
func (w weather) over(s *stage, stop func()) {
	var intends, settles int
	var applies atomic.Int32
	s.journal.intend = func(ctx context.Context, run int64, c []plan.Change) error {
		if intends++; intends == w.intendAt {
			return errDisk
		}
		return s.intend(ctx, run, c)
	}
	s.journal.settle = func(ctx context.Context, o []plan.Outcome) error {
		if settles++; settles == w.settleAt {
			return errDisk
		}
		return s.settle(ctx, o)
	}
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		if applies.Add(1) == w.stopAt {
			stop()
		}
		out := s.apply(ctx, step)
		for i := range out {
			if out[i].Result = w.result(out[i].Key); !out[i].Changed() {
				out[i] = plan.Outcome{Key: out[i].Key, Result: out[i].Result, Why: "bad weather"}
			}
		}
		return out
	}
}

func drawStage(t *rapid.T) *stage {
	s := newStage()
	for i := range rapid.IntRange(0, 150).Draw(t, "people") {
		name := fmt.Sprintf("p%03d", i)
		s.person(name, rapid.SampledFrom([]string{"Fin", "IT", "Law"}).Draw(t, "department"))
		if rapid.Bool().Draw(t, "account") {
			s.account(name)
		}
	}
	if rapid.Bool().Draw(t, "deep") {
		s.deep()
	}
	if rapid.Bool().Draw(t, "folder") {
		s.folder("f-fin", "/Dep/Fin")
	}
	return s
}

// Whatever fails: each change of the plan ends once or, behind an error, not at
// all; nothing is sent without an intent, or whose need did not come to be.
func TestEveryChangeEndsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, w := drawStage(rt), drawWeather(rt)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		w.over(s, stop)
		rep, err := s.runner(t).Run(ctx, kwsync.Trigger{Name: "test", Full: true})

		ended := map[plan.Key]plan.Outcome{}
		for _, o := range rep.Outcomes {
			if _, twice := ended[o.Key]; twice {
				rt.Errorf("%s ended twice", o.Key)
			}
			if o.Why == "" && !o.Changed() {
				rt.Errorf("%s is %s without a reason", o.Key, o.Result)
			}
			ended[o.Key] = o
		}
		sent := keys(s.sent)
		for _, c := range rep.Plan.Changes {
			o, ok := ended[c.Key]
			if !ok && (err == nil || slices.Contains(sent, string(c.Key))) {
				rt.Errorf("%s has no outcome; the run's error is %v", c.Key, err)
			}
			delete(ended, c.Key)
			if !slices.Contains(sent, string(c.Key)) {
				continue
			}
			if o.Result == plan.Skipped {
				rt.Errorf("%s was sent and is reported as skipped", c.Key)
			}
			for _, need := range c.Needs {
				if !slices.Contains(sent, string(need)) || !(plan.Outcome{Result: w.result(need)}).Changed() {
					rt.Errorf("%s was sent, although %s was not made", c.Key, need)
				}
			}
		}
		for key := range ended {
			rt.Errorf("%s ended and was not planned", key)
		}
		if len(s.breaches) > 0 {
			rt.Errorf("sent without an intent: %v", s.breaches)
		}
		if last := s.events[len(s.events)-1]; last != "end done" && last != "end partial" && last != "end failed" {
			rt.Errorf("the last thing was %q, want the end of the run", last)
		}
	})
}
