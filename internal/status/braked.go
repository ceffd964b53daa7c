package status

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// Why all that takes access away waits.
const (
	canary   = "canary"
	paused   = "paused"
	restored = "restored"
)

// Brakes is what holds changes back at a moment, as the ledger knows it.
type Brakes struct {
	Parked      map[guard.Kind]Parked
	Paused      bool // everything, or what narrows
	Restored    bool // the ledger may have forgotten what was done
	Quarantined map[guard.Scope]int
}

// Parked are the parked items of one kind of which nobody has decided.
type Parked struct {
	Items  int
	Oldest time.Time // when the first of them was parked
}

// Braked shows what holds changes back.
func (b *Board) Braked(s Brakes) {
	m := &b.metrics
	m.parkedSince.Reset()
	oldest := map[guard.Kind]time.Time{}
	for _, kind := range guard.Kinds() {
		p := s.Parked[kind]
		m.parked.WithLabelValues(string(kind)).Set(float64(p.Items))
		if p.Items > 0 {
			m.parkedSince.WithLabelValues(string(kind)).Set(seconds(p.Oldest))
			oldest[kind] = p.Oldest
		}
	}
	b.mu.Lock()
	b.parkedSince = oldest
	b.mu.Unlock()
	m.block(paused, s.Paused)
	m.block(restored, s.Restored)
	for _, scope := range quarantinable() {
		m.quarantined.WithLabelValues(string(scope)).Set(float64(s.Quarantined[scope]))
	}
}

// Spent shows which part of each budget was used; one that is unlimited is left out.
func (b *Board) Spent(parts map[guard.Kind]float64) {
	m := &b.metrics
	m.spent.Reset() // a budget may have become unlimited
	for kind, part := range parts {
		m.spent.WithLabelValues(string(kind)).Set(part)
	}
}

// block shows whether narrowing waits for a reason.
func (m *metrics) block(reason string, yes bool) {
	m.blocked.WithLabelValues(reason).Set(number(yes))
}

// broken shows how many accounts have access against each wall.
func (m *metrics) broken(walls map[string]int) {
	m.violations.Reset() // a wall may have gone
	for wall, n := range walls {
		m.violations.WithLabelValues(wall).Set(float64(n))
	}
}

// quarantinable are the scopes of what may be in quarantine.
func quarantinable() []guard.Scope {
	return []guard.Scope{guard.HoldPerson, guard.HoldFolder, guard.HoldRule, guard.HoldChange}
}
