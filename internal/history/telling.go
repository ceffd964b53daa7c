package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Roughly is a duration with as many digits as somebody reads.
func Roughly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// StartedBy is what started a run, and who asked for it, if somebody did.
func (r Run) StartedBy() string {
	if r.User == "" {
		return r.Trigger
	}
	return r.Trigger + " of " + r.User
}

// Changed counts what a run did, by result.
func (r Run) Changed() string {
	switch {
	case r.Decree:
		return fmt.Sprintf("%s, %s", Count(len(r.Grants), "grant"), Count(len(r.Accounts), "account"))
	case r.Ended.IsZero():
		return "-"
	case len(r.WouldBe) > 0:
		return "would: " + Counted(r.WouldBe)
	case len(r.Results) == 0 && r.Withheld == 0:
		return "none"
	}
	var parts []string
	if len(r.Results) > 0 {
		parts = append(parts, Counted(r.Results))
	}
	if r.Withheld > 0 {
		parts = append(parts, fmt.Sprintf("%d withheld", r.Withheld))
	}
	return strings.Join(parts, ", ")
}

// Requested compares the requests made with those planned.
func (r Run) Requested() string {
	if r.Ended.IsZero() || r.Decree {
		return "-"
	}
	return fmt.Sprintf("%d of %d", r.Requests["made"], r.Requests["planned"])
}

// Head is a run in one sentence.
func (r Run) Head(now time.Time, zone *time.Location) string {
	kind := r.Kind()
	if kind != "" {
		kind += ", "
	}
	ended := ", started"
	if took := r.Took(now); took > 0 {
		ended = fmt.Sprintf(", took %s, started", Roughly(took))
	}
	return fmt.Sprintf("Run %d, %s%s%s by %s at %s.", r.ID, kind, r.Outcome(), ended, r.StartedBy(), Clock(r.Started.In(zone)))
}

// About are sentences on what a run looked at and did in all.
func (s Story) About(zone *time.Location) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if s.Reason != "" {
		say("Reason: %s", s.Reason)
	}
	if len(s.Named) > 0 {
		say("About %s only.", List(s.Named))
	}
	for _, q := range s.Answered {
		say("It answered request %d of %s, filed at %s%s.", q.ID, q.User, Clock(q.Filed.In(zone)), Reasoned(q.Reason))
	}
	for _, id := range s.Detours {
		say("Run %d, which could not wait, was made meanwhile.", id)
	}
	if !s.Ended.IsZero() && !s.Decree {
		say("Mode %s; %s and %s; %d touched, %d due.", s.Mode, Headcount(s.People), Count(s.Groups, "group"), s.Touched, s.Due)
		say("Changes: %s. Requests: %d made, %d planned.", s.Changed(), s.Requests["made"], s.Requests["planned"])
	}
	if s.Decree {
		say("It was about %s.", s.Changed())
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Notes)) {
		say("Left alone: %d %s.", s.Notes[kind], kind)
	}
	return lines
}

// Counted is how many there are of each, sorted by name.
func Counted(n map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[name], name))
	}
	return strings.Join(parts, ", ")
}

// Decided is when the outcome of a change was known, or, if it is not, when it was intended.
func Decided(r Change) time.Time {
	if r.Settled.IsZero() {
		return r.Intended
	}
	return r.Settled
}

// Whom names the person of a change, also one whose names are forgotten; "": it is about nobody.
func Whom(c plan.Change) string {
	switch {
	case c.Email != "":
		return string(c.Email)
	case c.Person.ID != "":
		return c.Person.String()
	case c.Account != "":
		return "account " + c.Account
	}
	return ""
}

// Target is what a change leads to.
func Target(c plan.Change) string {
	if c.Op == plan.CreateAccount {
		return cmp.Or(c.Profile, "profile by Kiteworks")
	}
	return c.To
}

// Result is how a change ended and what Kiteworks said to it.
func Result(r Change) string {
	text := cmp.Or(r.Result, "not known yet")
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// Status is whether the account could be used: one that is suspended reads nothing.
func (r Reader) Status() string {
	if r.Account.Status == 0 {
		return "not listed"
	}
	return r.Account.Status.String()
}
