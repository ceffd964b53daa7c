package history

import (
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Unobserved says that nobody looked at something at a moment.
type Unobserved struct {
	What         string    // "the accounts", or a folder's path
	At           time.Time // the moment asked for
	Since, Until time.Time // first and last observed; zero: never, and: still observed
}

func (u *Unobserved) Error() string {
	switch {
	case u.Since.IsZero():
		return u.What + " has never been observed: only folders that a rule names are, from the next full run on"
	case u.At.Before(u.Since) && u.Until.IsZero():
		return fmt.Sprintf("%s was not observed at %s: it first was at %s, and is since", u.What, Clock(u.At), Clock(u.Since))
	case u.Until.IsZero():
		return fmt.Sprintf("%s was not observed at %s: it first was at %s, and is now, with a break between", u.What, Clock(u.At), Clock(u.Since))
	case u.At.After(u.Since) && u.At.Before(u.Until):
		return fmt.Sprintf("%s was not observed at %s: it first was at %s and last at %s, with a break between",
			u.What, Clock(u.At), Clock(u.Since), Clock(u.Until))
	}
	return fmt.Sprintf("%s was not observed at %s: it first was at %s and last at %s", u.What, Clock(u.At), Clock(u.Since), Clock(u.Until))
}

// UnknownError says that the ledger has never heard of what was asked about.
type UnknownError struct{ text string }

func (e *UnknownError) Error() string { return e.text }

func unknown(format string, args ...any) *UnknownError {
	return &UnknownError{fmt.Sprintf(format, args...)}
}

// before says whether the moment lies before anybody ever looked.
func (u *Unobserved) before() bool { return u.Since.IsZero() || u.At.Before(u.Since) }

// Clock is how moments are told: to the second, with their zone.
func Clock(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") }

// unobserved is the ledger's word that nobody looked, in words for humans; nil: it is
// another error, or none.
func (b Book) unobserved(err error, what string) *Unobserved {
	var e *ledger.UnobservedError
	if !errors.As(err, &e) {
		return nil
	}
	u := &Unobserved{What: what, At: e.At.In(b.Location), Since: e.Since, Until: e.Until}
	if !u.Since.IsZero() {
		u.Since = u.Since.In(b.Location)
	}
	if !u.Until.IsZero() {
		u.Until = u.Until.In(b.Location)
	}
	return u
}
