package rules

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// IfEmpty is what an entry without the date means.
type IfEmpty int

// The meanings. There is no default: an empty date is the rule for some
// directories and a mistake in others.
const (
	Deny  IfEmpty = iota + 1 // the grant is not given
	Never                    // the moment never comes: the grant has no end
	Hold                     // the rule is held for the person
)

func (e IfEmpty) String() string {
	if e < Deny || e > Hold {
		return "unset"
	}
	return [...]string{Deny: "deny", Never: "never", Hold: "hold"}[e]
}

// MarshalText writes the choice as the file has it.
func (e IfEmpty) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the choice.
func (e *IfEmpty) UnmarshalText(text []byte) error {
	for _, choice := range []IfEmpty{Deny, Never, Hold} {
		if string(text) == choice.String() {
			*e = choice
			return nil
		}
	}
	return errors.New("want deny, never, hold")
}

// date is a Date that has passed every check.
type date struct {
	written   string // attribute, as in the rule
	attribute string // in lower case
	ifEmpty   IfEmpty
	wholeDay  bool // a day without a time of day means its end
}

// reading is what an entry says of a date.
type reading struct {
	at     time.Time // zero: never
	denied bool      // there is none, and the grant is not given without
}

// read finds the moment. An error holds the rule: which of several dates is
// meant, or what a text means that is none, is not ours to guess.
func (d *date) read(values []string, zone *time.Location) (reading, error) {
	o := operand{of: d.written}
	for _, value := range values {
		if strings.TrimSpace(value) != "" {
			o.values = append(o.values, strings.TrimSpace(value))
		}
	}
	if len(o.values) == 0 && d.ifEmpty != Hold {
		return reading{denied: d.ifEmpty == Deny}, nil
	}
	text, err := o.one()
	if err != nil {
		return reading{}, err
	}
	at, ok := d.moment(text, zone)
	if !ok {
		return reading{}, fmt.Errorf("%s: %q is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns", d.written, text)
	}
	return reading{at: at}, nil
}

// moment reads a date in any form that directories have.
func (d *date) moment(text string, zone *time.Location) (time.Time, bool) {
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		if d.wholeDay {
			return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone), true
		}
		return day, true
	}
	if at, ok := access.ParseTime(text); ok {
		return at, true
	}
	at, ok := access.ParseFileTime(text)
	return at, ok && (at.IsZero() || at.Year() >= firstYear)
}

// firstYear is where counts of 100 ns begin to be believed: a smaller number is a
// date in another form, such as 20261231, and would be a day in 1601.
const firstYear = 1900

// Phase is where a grant's dates stand at a moment.
type Phase int

// The phases. Only an Open grant is given.
const (
	Open   Phase = iota + 1
	Early        // before `from`
	Over         // behind `until`
	NoDate       // the entry has none, and the rule says deny
)

func (p Phase) String() string {
	if p < Open || p > NoDate {
		return "invalid"
	}
	return [...]string{Open: "open", Early: "not yet", Over: "over", NoDate: "no date"}[p]
}

// Term is the time for which a grant is given to one person.
type Term struct {
	Phase       Phase
	From, Until time.Time // zero: no such limit, or one that never comes
}

// term is a grant's time for one person, and when it may change by itself (zero: never).
func (g *grant) term(p *access.Person, zone *time.Location, now time.Time) (t Term, next time.Time, err error) {
	t.Phase = Open
	if g.from == nil && g.until == nil {
		return t, next, nil
	}
	var from, until reading
	if g.from != nil {
		if from, err = g.from.read(p.Attrs[g.from.attribute], zone); err != nil {
			return t, next, err
		}
	}
	if g.until != nil {
		if until, err = g.until.read(p.Attrs[g.until.attribute], zone); err != nil {
			return t, next, err
		}
	}
	t.From, t.Until = from.at, until.at
	switch {
	case from.denied || until.denied:
		t.Phase = NoDate
	case !until.at.IsZero() && !now.Before(until.at):
		t.Phase = Over
	case g.from != nil && (from.at.IsZero() || now.Before(from.at)):
		t.Phase, next = Early, from.at
	default:
		next = until.at
	}
	return t, next, nil
}
