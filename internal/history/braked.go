package history

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Brakes is what holds changes back at a moment, as far as the ledger tells.
type Brakes struct {
	Pauses      []ledger.Hold    // of everything or of what narrows, the oldest first
	Parked      []ledger.Parked  // that wait for a decision, the oldest first, without their changes
	Expired     []ledger.Parked  // of which nobody has decided in time: they stay back
	Quarantined []ledger.Failing // left alone now, the oldest first
}

func (b *Brakes) gather(ctx context.Context, book Book, now time.Time) error {
	holds, err := book.Ledger.Holds(ctx, now)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if h.Scope == ledger.HoldAll || h.Scope == ledger.HoldNarrowing {
			b.Pauses = append(b.Pauses, h)
		}
	}
	items, err := book.Ledger.ParkedItems(ctx, false)
	if err != nil {
		return err
	}
	for _, i := range items {
		switch i.State(now) {
		case ledger.Waiting:
			b.Parked = append(b.Parked, i)
		case ledger.Expired:
			b.Expired = append(b.Expired, i)
		}
	}
	failing, err := book.Ledger.Failing(ctx)
	for _, f := range failing {
		if f.Until.After(now) {
			b.Quarantined = append(b.Quarantined, f)
		}
	}
	return err
}

// Paused is the pause that stops most, of these the one that lasts longest; nil: there is none.
func (b *Brakes) Paused() *ledger.Hold {
	var most *ledger.Hold
	for i := range b.Pauses {
		h := &b.Pauses[i]
		switch all := h.Scope == ledger.HoldAll; {
		case most == nil, all && most.Scope != h.Scope, most.Scope == h.Scope && h.Until.After(most.Until):
			most = h
		}
	}
	return most
}

// stopped says whether somebody has stopped every change.
func (s *Standing) stopped() bool {
	p := s.Paused()
	return s.HoldFile != "" || p != nil && p.Scope == ledger.HoldAll
}

// braked says what holds changes back, the widest first; OK: nothing does.
func (s *Standing) braked() Judgement {
	hold := func(do, why string, args ...any) Judgement { return Judgement{Holding, fmt.Sprintf(why, args...), do} }
	pause := s.Paused()
	switch unmet, against := s.Unmet(), s.against(); {
	case s.HoldFile != "":
		return hold("remove it to go on", "nothing is changed while the file %s is there", s.HoldFile)
	case pause != nil:
		return hold("`kw-onboarder resume` ends that", "%s", Pause(pause, s.Now.Location()))
	case len(unmet) > 0:
		return hold("look at the directory; the next run looks again", "all that takes access away waits: %s", strings.Join(unmet, "; "))
	case len(s.Parked) > 0:
		return hold("look at `kw-onboarder parked`, then approve or reject", "%d parked, waiting for a decision, the oldest for %s",
			len(s.Parked), s.Now.Sub(s.Parked[0].Opened).Round(time.Second))
	case len(s.Expired) > 0:
		return hold("look at `kw-onboarder plan --out FILE`, then `apply --plan FILE`", "of %d parked nobody has decided within %gh, and they stay back",
			len(s.Expired), ledger.OpenFor.Hours())
	case len(s.Quarantined) > 0:
		return hold("look at `kw-onboarder quarantine`; `quarantine retry` tries again", "%d in quarantine, because whatever is tried there fails",
			len(s.Quarantined))
	case against > 0:
		return hold("`kw-onboarder plan` names them: take away what a human gave, or change the wall", "%d have access against a wall", against)
	}
	return Judgement{State: OK}
}

// Unmet is why what is expected of the directory is not so, by the last run that did not
// fail: each has looked at the whole directory.
func (s *Standing) Unmet() []string {
	if s.Success == nil {
		return nil
	}
	return s.Success.Unmet
}

// against is how much access is against walls, by the last run that looked at everybody.
func (s *Standing) against() int {
	if s.FullLast == nil {
		return 0
	}
	return s.FullLast.Violations
}

// Pause says what a pause stops, for how long, who asked for it and why.
func Pause(h *ledger.Hold, zone *time.Location) string {
	what := "nothing is changed"
	if h.Scope == ledger.HoldNarrowing {
		what = "nothing is taken away"
	}
	return fmt.Sprintf("paused until %s, by %s: %s (%s)", Clock(h.Until.In(zone)), h.By.Who(), what, h.By.Reason)
}
