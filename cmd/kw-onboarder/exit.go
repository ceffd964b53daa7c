package main

import (
	"errors"
	"fmt"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The exit codes are a contract with scripts. Where several apply, the order
// is usage, error, refused, failed, parked, changes.
const (
	exitDone    = 0  // done; for plan --detailed-exitcode: nothing to do
	exitError   = 1  // also where a case of test does not pass, or status finds something broken
	exitChanges = 2  // plan --detailed-exitcode: there are changes; diff: something differs
	exitRefused = 3  // apply: a hold, a canary or a wall has stopped something
	exitFailed  = 4  // done, but something that was asked for could not be
	exitParked  = 5  // something waits for approval
	exitUsage   = 64 //
)

// exit carries an exit code to main. Its error, if any, is printed there.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// usage is a mistake in the arguments.
func usage(format string, args ...any) error {
	return &exit{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	var e *exit
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &e):
		return e.code
	}
	return exitError
}

// codeFor is the exit code of a run that came to its end.
func codeFor(r *kwsync.Report) error {
	switch result := r.Result(); {
	case result == kwsync.Failed:
		return &exit{code: exitError}
	case r.Run != 0 && r.Refused():
		return &exit{code: exitRefused}
	case result == kwsync.Partial:
		return &exit{code: exitFailed}
	}
	if len(r.Parked) > 0 {
		return &exit{code: exitParked}
	}
	return nil
}
