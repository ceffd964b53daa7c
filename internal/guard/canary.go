package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Canary is something that is so in any complete picture of the directory. While it is
// not so, all narrowing waits. One of Person, Group and PeopleMayShrink is set.
type Canary struct {
	Person          access.Email // is there, and active
	Group           string       // by common name or DN: is there,
	AtLeast         int          // and has as many active people; 0: one
	PeopleMayShrink float64      // in per cent, against the last good full run; the first has nothing to compare with
}

// Unmet is a canary that is not so, and why.
type Unmet struct {
	Canary Canary
	Why    string
}

// unmet are the canaries that are not so, in their order. last is how many people
// there were at the last good full run.
func unmet(canaries []Canary, s *access.Snapshot, last int) []Unmet {
	var all []Unmet
	for _, c := range canaries {
		why := ""
		switch {
		case c.Person != "":
			why = c.missesPerson(s)
		case c.Group != "":
			why = c.missesMembers(s)
		default:
			why = c.shrunk(len(s.People), last)
		}
		if why != "" {
			all = append(all, Unmet{c, why})
		}
	}
	return all
}

func (c Canary) missesPerson(s *access.Snapshot) string {
	why := fmt.Sprintf("expected person %s is not in the directory", c.Person)
	for i := range s.People {
		if p := &s.People[i]; p.Email == c.Person {
			if p.Standing == access.Active {
				return ""
			}
			why = fmt.Sprintf("expected person %s is %s in the directory", c.Person, p.Standing)
		}
	}
	return why
}

func (c Canary) missesMembers(s *access.Snapshot) string {
	named := func(g access.Group) bool { return strings.EqualFold(g.DN, c.Group) }
	if !slices.ContainsFunc(s.Groups, named) {
		named = func(g access.Group) bool { return access.FoldName(g.Name) == access.FoldName(c.Group) }
	}
	at := slices.IndexFunc(s.Groups, named)
	switch {
	case at < 0:
		return fmt.Sprintf("expected group %s is not in the directory", c.Group)
	case slices.ContainsFunc(s.Groups[at+1:], named):
		return fmt.Sprintf("expected group %s is there more than once: name it by its DN", c.Group)
	}
	n := 0
	for i := range s.People {
		_, in := slices.BinarySearch(s.People[i].Groups, int32(at))
		if in && s.People[i].Standing == access.Active {
			n++
		}
	}
	if want := max(1, c.AtLeast); n < want {
		return fmt.Sprintf("expected group %s has %d active people, and should have at least %d", c.Group, n, want)
	}
	return ""
}

// shrunk compares in whole people: what may be lost is rounded down.
func (c Canary) shrunk(now, last int) string {
	if last-now <= share(c.PeopleMayShrink, last) {
		return ""
	}
	return fmt.Sprintf("the directory has %d people, and had %d at the last good full run: more than %g%% fewer", now, last, c.PeopleMayShrink)
}
