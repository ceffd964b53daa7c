package drill

import (
	"fmt"
	"strconv"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Exercise is one accident.
type Exercise struct {
	Name     string           // for scripts
	What     string           // has happened, in a sentence
	Snapshot *access.Snapshot // what is left of the directory; nil: Why
	Why      string           // the accident cannot be tried
	First    bool             // nothing is remembered: the first run on this tenant
}

// Options say where an accident hits.
type Options struct {
	Seed       uint64   // decides who goes
	Groups     []string // that rules and brakes name, by common name or DN; none: any may be hit
	Attributes []string // that rules look at, lower-case
}

// Exercises are all accidents that may befall a directory, behind the picture as it is.
func Exercises(s *access.Snapshot, o Options) []Exercise {
	return []Exercise{
		{Name: "as-it-is", What: "Nothing has happened", Snapshot: s},
		halved(s, o.Seed),
		emptied(s, o.Groups),
		recreated(s, o.Groups),
		{
			Name: "filter-mistyped", What: "people.filter is mistyped, and nobody matches it",
			Snapshot: with(s, nil, s.Groups),
		},
		renamed(s, o.Attributes),
		{Name: "first-run", What: "The ledger is new: this is the first run on this tenant", Snapshot: s, First: true},
	}
}

// with is a snapshot with others in it.
func with(s *access.Snapshot, people []access.Person, groups []access.Group) *access.Snapshot {
	changed := *s
	changed.People, changed.Groups = people, groups
	return &changed
}

func halved(s *access.Snapshot, seed uint64) Exercise {
	e := Exercise{Name: "half-gone"}
	gone := len(s.People) / 2
	if gone == 0 {
		e.What, e.Why = "Half of the people are gone", "there are fewer than two"
		return e
	}
	left := without(s.People, gone, "person "+strconv.FormatUint(seed, 10))
	e.What = fmt.Sprintf("Half of the people are gone: %d of %d", gone, len(s.People))
	e.Snapshot = with(s, left, s.Groups)
	return e
}
