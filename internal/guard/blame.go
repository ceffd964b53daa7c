package guard

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// blame finds what failures have in common.
type blame struct {
	known     map[reach]Failing
	failed    []Attempt
	succeeded map[reach]bool
	parts     map[reach][]int // of each thing, its failures
}

// newBlame sorts out what was tried. What was not sent, and what lacks a licence,
// says nothing about anybody.
func newBlame(tried []Attempt, known map[reach]Failing) blame {
	b := blame{known: known, succeeded: map[reach]bool{}, parts: map[reach][]int{}}
	for _, a := range tried {
		switch {
		case a.Outcome.Changed():
			for _, at := range things(&a.Change) {
				b.succeeded[at] = true
			}
		case a.Outcome.NoSeat || a.Outcome.Result == plan.Skipped:
		default:
			b.failed = append(b.failed, a)
		}
	}
	slices.SortFunc(b.failed, func(x, y Attempt) int { return x.Change.Compare(y.Change) })
	for i := range b.failed {
		for _, at := range things(&b.failed[i].Change) {
			b.parts[at] = append(b.parts[at], i)
		}
	}
	return b
}

// things are what may be at fault if a change fails.
func things(c *plan.Change) []reach {
	all := []reach{{HoldChange, string(c.Key)}}
	if c.Person != (access.PersonID{}) {
		all = append(all, reach{HoldPerson, c.Person.String()})
	}
	if folder := place(c); folder != "" {
		all = append(all, reach{HoldFolder, folder})
	}
	for _, rule := range c.Rules() {
		all = append(all, reach{HoldRule, rule})
	}
	return all
}

// place is the folder of a change as a hold names it; "" for one of an account.
func place(c *plan.Change) string { return cmp.Or(c.Folder, string(c.Path)) }

// crowd is of how many people something must fail before they have it from something else.
const crowd = 3

// faults are what is at fault, and how it failed last. What a folder explains nobody
// else is accused of, and so on to the rules. What remains, one person on one folder, is a
// change: to hold either of the two would delay others.
func (b blame) faults() map[reach]string {
	found := map[reach]string{}
	if b.outage() {
		return found
	}
	explained := make([]bool, len(b.failed))
	for _, scope := range []Scope{HoldFolder, HoldPerson, HoldRule, HoldChange} {
		var now []int
		for at, failures := range b.parts {
			open := slices.DeleteFunc(slices.Clone(failures), func(i int) bool { return explained[i] })
			if at.scope == scope && len(open) > 0 && b.guilty(at, open) {
				found[at] = b.failed[open[len(open)-1]].Outcome.Why
				now = append(now, open...)
			}
		}
		for _, i := range now {
			explained[i] = true
		}
	}
	return found
}

// guilty says whether failures are to be put down to one thing: all of it failed, and it
// did before, or these have nothing else in common.
func (b blame) guilty(at reach, failures []int) bool {
	if b.succeeded[at] {
		return false
	}
	if _, again := b.known[at]; again {
		return true
	}
	e := b.extent(failures)
	switch at.scope {
	case HoldFolder:
		made := b.failed[failures[0]].Change.Op == plan.CreateFolder
		return made || e.people >= crowd && e.reasons == 1
	case HoldPerson:
		return e.scattered
	case HoldRule:
		return e.people >= crowd
	}
	return true
}

// extent is how far failures reach.
type extent struct {
	people, reasons int
	scattered       bool // they are not all on one folder
}

func (b blame) extent(failures []int) extent {
	people, folders, reasons := map[access.PersonID]bool{}, map[string]bool{}, map[string]bool{}
	for _, i := range failures {
		c := &b.failed[i].Change
		people[c.Person], folders[place(c)], reasons[b.failed[i].Outcome.Why] = true, true, true
	}
	return extent{len(people), len(reasons), len(folders) > 1 || folders[""]}
}

// outage says that Kiteworks itself did not answer: nothing came through, to whomever it was.
func (b blame) outage() bool {
	refused := func(a Attempt) bool { return a.Outcome.Result == plan.Refused }
	if len(b.succeeded) > 0 || slices.ContainsFunc(b.failed, refused) {
		return false
	}
	everything := make([]int, len(b.failed))
	for i := range everything {
		everything[i] = i
	}
	e := b.extent(everything)
	return e.people >= crowd && e.scattered
}
