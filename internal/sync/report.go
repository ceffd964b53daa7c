package sync

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Report is one run, as it is shown, counted and remembered.
type Report struct {
	Run        int64 // number in the ledger; 0 for a dry run
	Trigger    string
	Full       bool     // it looked at directory and Kiteworks anew and judged everybody, or those named
	Named      []string // whom it was narrowed to; none: it was not
	Mode       string
	Started    time.Time
	Took       time.Duration
	People     int
	Groups     int
	Touched    int               // people of whom something differs since the refresh before
	Due        int               // people for whom a date had come
	Directory  []string          // how each directory was read
	AsOf       time.Time         // when the directory was read, if that was earlier; zero: it was read now
	Idle       bool              // nobody was touched or due, and Kiteworks was not asked
	Plan       plan.Plan         // what may go, and the notes
	Withheld   []guard.Withheld  // what was planned and may not
	Parked     []guard.Parked    // of it, what waits for approval
	Leavers    []plan.Leaving    // those of whom something of that, or a note, says how they have left
	Canaries   []guard.Unmet     // what was expected of the directory and is not so
	Violations []guard.Violation // access that is against a wall
	Fresh      bool              // the ledger remembers nothing yet
	Caveat     string            // what the mode does not do in this version; "" if it does all
	Lapsed     []plan.Change     // of a reviewed plan, what no longer holds
	Overtaken  []plan.Change     // planned, and then planned anew by a run that could not wait
	Detours    []int64           // those runs
	Settled    []plan.Outcome    // open intents of an earlier run, decided by reading
	Outcomes   []plan.Outcome    // of the changes in Plan; empty for a dry run
	Requests   Requests
	Phases     []Phase
	Err        string // why the run as a whole failed; "" if it did not
}

// Phase is one part of a run and the time it took.
type Phase struct {
	Name string
	Took time.Duration
}

// Requests compares the HTTP requests foretold with those made.
type Requests struct {
	Read  int // made to observe Kiteworks, tokens included
	Write int // what the plan takes
	Made  int // in the whole run; 0 for a dry run

	Elsewhere int // made meanwhile by runs that could not wait
}

// Planned is what the whole run should take.
func (r Requests) Planned() int { return r.Read + r.Write }

// foretell counts the requests that the plan takes.
func (r *Report) foretell() { r.Requests.Write = r.Plan.Requests(plan.MaxPerStep) }

// Result is how a run ended.
type Result int

// The results of a run. Partial means done, but something that was asked for
// could not be: a change was refused, or a rule waits for an administrator.
const (
	Done Result = iota + 1
	Partial
	Failed
)

func (r Result) String() string {
	switch r {
	case Done:
		return "done"
	case Partial:
		return "partial"
	case Failed:
		return "failed"
	}
	return "invalid"
}

// Result says how the run ended.
func (r *Report) Result() Result {
	switch {
	case r.Err != "":
		return Failed
	case len(r.Unfinished()) > 0 || r.Notes(plan.NoteBlocked) > 0:
		return Partial
	}
	return Done
}

// Unfinished lists the outcomes that did not bring what the plan wanted.
func (r *Report) Unfinished() []plan.Outcome {
	var bad []plan.Outcome
	for _, o := range r.Outcomes {
		if !o.Changed() {
			bad = append(bad, o)
		}
	}
	return bad
}

// Refused says whether a hold, a canary or a wall has stopped something.
func (r *Report) Refused() bool {
	return slices.ContainsFunc(r.Withheld, func(w guard.Withheld) bool {
		return w.Brake == guard.ByHold || w.Brake == guard.ByCanary || w.Brake == guard.ByWall
	})
}

// Notes counts the notes of one kind.
func (r *Report) Notes(kind plan.NoteKind) int {
	n := 0
	for _, note := range r.Plan.Notes {
		if note.Kind == kind {
			n++
		}
	}
	return n
}
