package history

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Standing is how things stand at a moment, as far as the ledger tells.
type Standing struct {
	Now      time.Time
	Patience time.Duration // how old the last success may be
	Acting   bool          // some process has the right to act
	Holder   string        // which one; "": that is not known
	HoldFile string        // the file that stops every change; "": it is not there
	Err      error         // why the ledger cannot be read; all below is then zero

	ledger.Overview
	Brakes
	Restored string    // why the ledger may have forgotten what was done; "": it has not
	Sure     time.Time // the last moment that it surely remembers, if so; zero: there is none

	Last     *Run // nil: there is none
	Success  *Run // the last that did not fail
	FullLast *Run // the last of those that looked at everything
}

// Look fills in what the ledger holds.
func (s *Standing) Look(ctx context.Context, b Book) error {
	var err error
	if s.Overview, err = b.Ledger.Overview(ctx, s.Now); err != nil {
		return err
	}
	if s.Sure, s.Restored, err = b.Ledger.Restored(ctx); err != nil {
		return err
	}
	if err := s.gather(ctx, b, s.Now); err != nil {
		return err
	}
	return b.walk(ctx, func(r Run) bool {
		if r.Decree {
			return false
		}
		if s.Last == nil {
			s.Last = &r
		}
		done := !r.Ended.IsZero() && r.Error == ""
		if done && s.Success == nil {
			s.Success = &r
		}
		if done && r.Full && len(r.Named) == 0 {
			s.FullLast = &r
		}
		return s.FullLast != nil
	})
}

// State is how well things stand.
type State string

// The states. Holding means that something waits for a human, or for a run.
const (
	OK      State = "OK"
	Holding State = "holding"
	Broken  State = "broken"
)

// Judgement is how things stand in one line: why, and what to do about it.
type Judgement struct {
	State   State
	Why, Do string // "" for OK
}

func (j Judgement) String() string {
	if j.State == OK {
		return string(OK)
	}
	return fmt.Sprintf("%s: %s - %s", j.State, j.Why, j.Do)
}

// Judge says of all that is wrong what has to be seen to first.
func (s *Standing) Judge() Judgement {
	switch undecided := s.undecided(); {
	case s.Err != nil:
		return Judgement{Broken, "the ledger cannot be read: " + s.Err.Error(), "nothing is done until that is mended"}
	case !s.Acting:
		return s.unattended()
	case s.failing():
		return Judgement{Broken, s.failure(), "mend that; the next run tries again, `kw-onboarder apply` at once"}
	case s.Restored != "":
		return Judgement{Holding, "the ledger was restored: " + s.Restored, s.review()}
	case undecided > 0 && !s.stopped():
		return Judgement{
			Holding, undecidedOf(undecided),
			"the next full run reads and decides; `kw-onboarder apply` is one",
		}
	}
	return s.braked()
}

// unattended is said where nobody has the right to act, whyever: a daemon that cannot use the
// ledger has it as little as one that does not run.
func (s *Standing) unattended() Judgement {
	j := Judgement{
		Broken, "nobody has the right to act: no daemon runs, or the one that runs cannot use the ledger",
		"start it: `kw-onboarder run`, or your service; if it runs, read its log",
	}
	if s.Restored != "" {
		j.Why += "; and the ledger was restored: " + s.Restored
		j.Do += "; of the ledger, " + s.review()
	}
	return j
}

// review is what to do about a ledger that was restored.
func (s *Standing) review() string {
	since := ""
	if !s.Sure.IsZero() {
		since = " since " + Clock(s.Sure)
	}
	return "what we gave" + since + " counts as given by hand: review it with `kw-onboarder adopt --all`, " +
		"and take it over with --all --yes, or leave it to others with --trust --yes"
}

// failing says whether the last run failed, and the last success is too old.
func (s *Standing) failing() bool {
	failed := s.Last != nil && !s.Last.Ended.IsZero() && s.Last.Error != ""
	return failed && (s.Success == nil || s.Now.Sub(s.Success.Ended) > s.Patience)
}

func (s *Standing) failure() string {
	if s.Success == nil {
		return fmt.Sprintf("run %d failed, and none has succeeded yet: %s", s.Last.ID, s.Last.Error)
	}
	return fmt.Sprintf("run %d failed, and none has succeeded for %s: %s",
		s.Last.ID, s.Now.Sub(s.Success.Ended).Round(time.Second), s.Last.Error)
}

// undecided counts the open intents, but for those of a run that is under way.
func (s *Standing) undecided() int {
	n := 0
	for _, i := range s.Open {
		if s.Last == nil || !s.Last.UnderWay || i.Run < s.Last.ID {
			n += i.Changes
		}
	}
	return n
}

func undecidedOf(n int) string {
	if n == 1 {
		return "of 1 change nobody knows yet whether it happened"
	}
	return fmt.Sprintf("of %d changes nobody knows yet whether they happened", n)
}
