package drill

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// without are the people but for n of them, whom the salt chooses: each has the same
// chance, and who is chosen does not depend on who else there is.
func without(people []access.Person, n int, salt string) []access.Person {
	type ticket struct {
		at  int
		lot [sha256.Size]byte
	}
	tickets := make([]ticket, len(people))
	for i := range people {
		tickets[i] = ticket{i, sha256.Sum256([]byte(salt + "\x00" + people[i].ID.String()))}
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return bytes.Compare(a.lot[:], b.lot[:]) })
	stay := make([]int, 0, len(people)-n)
	for _, t := range tickets[n:] {
		stay = append(stay, t.at)
	}
	slices.Sort(stay)
	left := make([]access.Person, len(stay))
	for i, at := range stay {
		left[i] = people[at]
	}
	return left
}

// departments are the attributes in which directories keep a department, the usual first.
var departments = []string{"department", "departmentnumber", "ou", "division", "company"}

// renamed gives the largest department another name. It is found in an attribute that
// rules look at, else nothing would come of it.
func renamed(s *access.Snapshot, attributes []string) Exercise {
	e := Exercise{Name: "department-renamed", What: "A department is renamed"}
	for _, attribute := range departments {
		if !slices.Contains(attributes, attribute) {
			continue
		}
		old, n := commonest(s.People, attribute)
		if n == 0 {
			continue
		}
		name := "Renamed " + old
		e.What = fmt.Sprintf("A department is renamed: %s %q becomes %q (people: %d)", attribute, old, name, n)
		e.Snapshot = with(s, slices.Clone(s.People), s.Groups)
		for i := range e.Snapshot.People {
			rename(&e.Snapshot.People[i], attribute, old, name)
		}
		return e
	}
	e.Why = fmt.Sprintf("the rules look at no attribute in which departments are kept: %q", departments)
	return e
}

// commonest is the value that most people have, the first of several, and how many have it.
func commonest(people []access.Person, attribute string) (value string, n int) {
	have := map[string]int{}
	for i := range people {
		for _, v := range people[i].Attrs[attribute] {
			have[v]++
		}
	}
	for _, v := range slices.Sorted(maps.Keys(have)) {
		if have[v] > n {
			value, n = v, have[v]
		}
	}
	return value, n
}

// rename replaces a value of a person whose attributes others may share.
func rename(p *access.Person, attribute, old, name string) {
	at := slices.Index(p.Attrs[attribute], old)
	if at < 0 {
		return
	}
	values := slices.Clone(p.Attrs[attribute])
	values[at] = name
	p.Attrs = maps.Clone(p.Attrs)
	p.Attrs[attribute] = values
}
