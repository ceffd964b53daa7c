package kwsim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
)

// injector decides which fault strikes which request.
type injector struct {
	mu     sync.Mutex
	faults Faults
	sent   map[uint64]int // by request, how often it was sent
	met    []int          // by rule, how many requests it could have struck
}

// set replaces the faults and forgets all counts.
func (i *injector) set(f Faults) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults, i.sent, i.met = f, map[uint64]int{}, make([]int, len(f.Rules))
}

func (i *injector) get() Faults {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.faults
}

// strike returns the fault of this request; one without a kind if it is spared.
func (i *injector) strike(r *request) Fault {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.faults.Rules) == 0 {
		return Fault{}
	}
	key := r.key()
	i.sent[key]++
	var struck Fault
	for n, rule := range i.faults.Rules {
		if !rule.fits(r) {
			continue
		}
		i.met[n]++
		if struck.Kind == "" && rule.strikes(i.faults.Seed, n, key, i.sent[key], i.met[n]) {
			struck = rule
		}
	}
	return struck
}

// fits reports whether the rule speaks of such requests.
func (f Fault) fits(r *request) bool {
	if f.Operation != anyOperation && f.Operation != r.Method+" "+r.Path {
		return false
	}
	return f.Kind != RowAdded && f.Kind != RowRemoved || r.laterPage()
}

// strikes decides about the sent-th of equal requests, which is the met-th that the rule fits.
func (f Fault) strikes(seed uint64, rule int, key uint64, sent, met int) bool {
	begins, count := f.begins, met
	if f.Probability > 0 {
		count = sent
		begins = func(n int) bool {
			return (f.Until == 0 || n <= f.Until) && chance(seed, rule, key, n) < f.Probability
		}
	}
	for n := max(1, count-max(1, f.Run)+1); n <= count; n++ {
		if begins(n) {
			return true
		}
	}
	return false
}

// begins reports whether a run of strikes begins at the n-th request.
func (f Fault) begins(n int) bool {
	return n == f.Nth || f.Every > 0 && n%f.Every == 0
}

// chance draws a number from 0 to 1, equal for equal arguments.
func chance(seed uint64, rule int, key uint64, n int) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, rule, " ", key, " ", n)
	return rand.New(rand.NewPCG(seed, h.Sum64())).Float64()
}
