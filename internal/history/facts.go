package history

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Fact is one line of how things stand.
type Fact struct{ Name, Value string }

// Facts are the lines of how things stand, but for what only the configuration knows.
func (s *Standing) Facts(zone *time.Location) (lines []Fact) {
	row := func(name, value string) { lines = append(lines, Fact{name, value}) }
	if s.Err != nil {
		return nil
	}
	row("last run", s.ago(s.Last, zone))
	row("last success", s.ago(s.Success, zone))
	row("last full run", s.ago(s.FullLast, zone))
	row("undecided", s.undecidedSince(zone))
	row("waiting", s.requests(zone))
	row("due", s.dates(zone))
	lines = append(lines, s.brakes(zone)...)
	row("accounts", fmt.Sprintf("%d linked, %d of them made by us", s.Links, s.Created))
	row("grants", fmt.Sprintf("%d ours, %d no longer, because somebody changed them", s.Owned, s.Lost))
	row("folders", strconv.Itoa(s.Folders)+" observed")
	return lines
}

// Acts is who has the right to act.
func (s *Standing) Acts() string {
	if !s.Acting {
		return "nobody"
	}
	return cmp.Or(s.Holder, "a process")
}

// ago is a run and how old it is.
func (s *Standing) ago(r *Run, zone *time.Location) string {
	if r == nil {
		return "none"
	}
	at := r.Ended
	if at.IsZero() {
		at = r.Started
	}
	return fmt.Sprintf("%d, %s, started by %s, %s, %s ago", r.ID, r.Outcome(), r.StartedBy(), Clock(at.In(zone)), Roughly(s.Now.Sub(at)))
}

func (s *Standing) undecidedSince(zone *time.Location) string {
	n, since := 0, s.Now
	for _, o := range s.Open {
		n += o.Changes
		if o.Since.Before(since) {
			since = o.Since
		}
	}
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%s, the oldest since %s", Count(n, "change"), Clock(since.In(zone)))
}

func (s *Standing) requests(zone *time.Location) string {
	if len(s.Waiting) == 0 {
		return "no request"
	}
	q := s.Waiting[0]
	return fmt.Sprintf("%s, the oldest of %s since %s: %s", Count(len(s.Waiting), "request"), q.User, Clock(q.Filed.In(zone)), q.Verb)
}

func (s *Standing) dates(zone *time.Location) string {
	text := Headcount(s.Due)
	if !s.NextDue.IsZero() {
		text += ", the next date is " + Clock(s.NextDue.In(zone))
	}
	return text
}

// brakes are the lines about brakes that hold something back: all of them, while the first
// line of status names one.
func (s *Standing) brakes(zone *time.Location) (lines []Fact) {
	line := func(name, format string, args ...any) {
		lines = append(lines, Fact{name, fmt.Sprintf(format, args...)})
	}
	if s.HoldFile != "" {
		line("stopped", "by the file %s", s.HoldFile)
	}
	for i := range s.Pauses {
		line("paused", "%s", strings.TrimPrefix(Pause(&s.Pauses[i], zone), "paused "))
	}
	if n := len(s.Parked); n > 0 {
		line("parked", "%s: `kw-onboarder parked`", oldest(n, "item", s.Now.Sub(s.Parked[0].Opened)))
	}
	if n := len(s.Expired); n > 0 {
		line("expired", "%s: `kw-onboarder parked`", oldest(n, "parked item", s.Now.Sub(s.Expired[0].Until())))
	}
	if n := len(s.Quarantined); n > 0 {
		line("quarantine", "%s: `kw-onboarder quarantine`", oldest(n, "thing", s.Now.Sub(s.Quarantined[0].Since)))
	}
	for _, why := range s.Unmet() {
		line("expected", "%s", why)
	}
	if n := s.against(); n > 0 {
		line("walls", "%s against one: `kw-onboarder plan`", Count(n, "account"))
	}
	return lines
}

// oldest is how many, and since when the oldest of them.
func oldest(n int, what string, age time.Duration) string {
	return fmt.Sprintf("%s, the oldest for %s", Count(n, what), age.Round(time.Second))
}
