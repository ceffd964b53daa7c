package status

import (
	"errors"
	"fmt"
	"time"
)

// Readiness is what decides whether the program is ready.
type Readiness struct {
	Configured  time.Time // when a configuration was first in force; zero: none is
	LastSuccess time.Time // when the last run ended that did not fail; zero: none did
}

// Check says, by an error, why the program is not ready at the moment now: no
// configuration is in force, or no run has succeeded within the allowance. A
// program that has just begun has the allowance for its first run.
func (r Readiness) Check(now time.Time, allowance time.Duration) error {
	switch {
	case r.Configured.IsZero():
		return errors.New("no configuration is loaded: read the log, correct the file and reload")
	case now.Sub(r.LastSuccess) <= allowance, now.Sub(r.Configured) <= allowance:
		return nil
	case r.LastSuccess.IsZero():
		return fmt.Errorf("no run has succeeded in the %s since the start: read the log",
			now.Sub(r.Configured).Round(time.Second))
	}
	return fmt.Errorf("the last run that succeeded ended %s ago, more than %s: read the log",
		now.Sub(r.LastSuccess).Round(time.Second), allowance)
}
