package status

import (
	"cmp"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// skew is how far the clock of a directory may be from ours.
const skew = 5 * time.Minute

// pending is one change that is planned and not done.
type pending struct {
	person  string
	lane    plan.Lane
	narrows bool
	first   time.Time   // when it was first planned
	since   time.Time   // when the directory has asked for it; zero: it is not the directory that has
	held    guard.Brake // "": nothing holds it back
	chosen  bool        // it is somebody's will that it is held back
}

// age is how long a change has waited, from the change in the directory if that is known.
func (p *pending) age(now time.Time) time.Duration {
	if p.since.IsZero() {
		return now.Sub(p.first)
	}
	return now.Sub(p.since)
}

// Decision is what a run has decided, before it applies any of it.
type Decision struct {
	At       time.Time
	Whole    bool     // all others need not be done any more
	Judged   []string // nor those of these people
	Planned  []plan.Change
	Withheld []guard.Withheld
}

// Decided takes over what waits from now on.
func (b *Board) Decided(d Decision) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.pending
	b.pending = make(map[plan.Key]*pending, len(d.Planned)+len(d.Withheld))
	if !d.Whole {
		judged := make(map[string]bool, len(d.Judged))
		for _, person := range d.Judged {
			judged[person] = true
		}
		for key, p := range before {
			if !judged[p.person] {
				b.pending[key] = p
			}
		}
	}
	for i := range d.Planned {
		b.await(&d.Planned[i], before, d.At)
	}
	for i := range d.Withheld {
		b.await(&d.Withheld[i].Change, before, d.At)
	}
	b.hold(d.Withheld)
}

// await lets a change wait, from when it began to. Folders are made for the sake of what
// waits by itself.
func (b *Board) await(c *plan.Change, before map[plan.Key]*pending, now time.Time) {
	if c.Op == plan.CreateFolder {
		return
	}
	p := &pending{person: c.Person.String(), lane: c.Lane(), narrows: guard.KindOf(*c).Narrows(), first: now}
	if was := before[c.Key]; was != nil {
		p.first, p.since = was.first, was.since
	}
	if p.since.IsZero() && !b.looked.IsZero() && c.Since.After(b.looked.Add(-skew)) {
		p.since = c.Since
	}
	b.pending[c.Key] = p
}

// Withheld shows what of it was held back, also on the way.
func (b *Board) Withheld(all []guard.Withheld) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold(all)
}

func (b *Board) hold(all []guard.Withheld) {
	for _, w := range all {
		if p := b.pending[w.Change.Key]; p != nil {
			p.held, p.chosen = w.Brake, w.Chosen()
		}
	}
}

// Looked says that the directory was read at a moment, and that a run has come through with
// all that it had of new. What it changes later starts an access lag.
func (b *Board) Looked(at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at.After(b.looked) {
		b.looked = at
	}
}

// Settled shows one change that has ended, while its run goes on: the first
// onboarding takes hours, and somebody watches.
func (b *Board) Settled(c plan.Change, o plan.Outcome) {
	m, op, result := &b.metrics, label(c.Op), label(o.Result)
	m.changes.WithLabelValues(op, result).Inc()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range b.labelsOf(c) {
		m.ruleChanges.WithLabelValues(name, op, result).Inc()
	}
	p := b.pending[c.Key]
	switch {
	case p == nil:
	case !o.Changed():
		p.held, p.chosen = "", false
		if o.NoSeat {
			p.held = guard.BySeats
		}
	default:
		if !p.since.IsZero() {
			m.lag.WithLabelValues(string(p.lane)).Observe(max(0, b.now().Sub(p.since).Seconds()))
		}
		delete(b.pending, c.Key)
	}
}

// waits is what of the pending changes is worth a number.
type waits struct {
	oldest         map[plan.Lane]time.Duration
	overdue, seats int
}

func (b *Board) waits(now time.Time) waits {
	w := waits{oldest: map[plan.Lane]time.Duration{}}
	for _, p := range b.pending {
		switch p.held {
		case "":
			w.oldest[p.lane] = max(w.oldest[p.lane], p.age(now))
		case guard.BySeats:
			w.seats++
		}
		if p.narrows && !p.chosen && now.Sub(p.first) > cmp.Or(b.interval, time.Hour) {
			w.overdue++
		}
	}
	return w
}
