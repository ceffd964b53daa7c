package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// namesakes are the people who share one address, in the order of their ids. An
// account is found by its address once, and is that person's from then on: a
// newcomer with the same address must not hinder whose it is, nor get it.
type namesakes struct {
	email  access.Email
	people []namesake
	linked int // how many of them have an account
}

type namesake struct {
	id     access.PersonID
	name   string // DN, behind the directory's name if the people are of several
	linked bool

	standing access.Standing
}

// left says whether the directory says that somebody has left.
func (n *namesake) left() bool { return n.standing != access.Active && n.standing != access.Unknown }

// namesakesOf finds the addresses that more than one person has.
func namesakesOf(people []access.Person, linked func(access.PersonID) bool) map[access.Email]*namesakes {
	first := make(map[access.Email]int, len(people))
	shared := map[access.Email]*namesakes{}
	for i := range people {
		email := people[i].Email
		if email == "" {
			continue
		}
		at, seen := first[email]
		if !seen {
			first[email] = i
			continue
		}
		if shared[email] == nil {
			shared[email] = &namesakes{email: email}
			shared[email].add(&people[at], linked)
		}
		shared[email].add(&people[i], linked)
	}
	for _, n := range shared {
		n.sort()
	}
	return shared
}

func (n *namesakes) add(p *access.Person, linked func(access.PersonID) bool) {
	has := linked != nil && linked(p.ID)
	n.people = append(n.people, namesake{id: p.ID, name: p.DN, linked: has, standing: p.Standing})
	if has {
		n.linked++
	}
}

// sort orders the people by their ids, and puts their directories before their
// DNs if these differ.
func (n *namesakes) sort() {
	slices.SortFunc(n.people, func(a, b namesake) int { return compareIDs(a.id, b.id) })
	if n.people[0].id.Source == n.people[len(n.people)-1].id.Source {
		return
	}
	for i := range n.people {
		n.people[i].name = n.people[i].id.Source + ":" + n.people[i].name
	}
}

func compareIDs(a, b access.PersonID) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// find is the place of one of the people.
func (n *namesakes) find(id access.PersonID) int {
	at, _ := slices.BinarySearchFunc(n.people, id, func(a namesake, id access.PersonID) int { return compareIDs(a.id, id) })
	return at
}

// owned says whether the address is that of one of the people: of all of them,
// they alone have an account.
func (n *namesakes) owned(id access.PersonID) bool {
	return n.linked == 1 && n.people[n.find(id)].linked
}

// against says why one of the people is not acted on; "" if the address is theirs.
func (n *namesakes) against(id access.PersonID) string {
	self := n.find(id)
	switch {
	case n.owned(id):
		return ""
	case n.linked == 1:
		return n.taken(self)
	case n.linked > 1:
		return fmt.Sprintf("%s is also the address of %s, and %d of these people have accounts: give all but one of them another", n.email, n.others(self), n.linked)
	}
	way := "give one of them another"
	if slices.ContainsFunc(n.people, func(a namesake) bool { return a.left() }) {
		way += ", or decide with " + byLink + " whose the account is"
	}
	return fmt.Sprintf("%s is also the address of %s: %s", n.email, n.others(self), way)
}

// byLink is how somebody says whose an account is where the directory does not.
const byLink = "`kw-onboarder link PERSON ACCOUNT`"

// unfound is said of somebody who has left and whose account is not known. Its address
// may have been given to another since, and would lead to theirs.
func (n *namesakes) unfound(id access.PersonID) string {
	self := n.find(id)
	if n.people[self].linked {
		return ""
	}
	return fmt.Sprintf("; %s is also the address of %s, so that no account is looked for by it: decide with %s whether one is that of %s",
		n.email, n.others(self), byLink, n.people[self].name)
}

// taken is said to a newcomer. Whether somebody has come back under another id, or
// bears by chance the name of one who has left, is not ours to guess.
func (n *namesakes) taken(self int) string {
	newcomer := n.people[self].name
	incumbent := n.people[slices.IndexFunc(n.people, func(a namesake) bool { return a.linked })]
	if incumbent.left() {
		return fmt.Sprintf("%s is the address of %s, who has the account and is %s in the directory: decide with %s whether the account is now that of %s",
			n.email, incumbent.name, incumbent.standing, byLink, newcomer)
	}
	return fmt.Sprintf("%s is the address of %s, who has the account: give %s another", n.email, incumbent.name, newcomer)
}

// othersShown is how many people a reason names: an address that stands for "none"
// may be on thousands of entries, each of which has its reason.
const othersShown = 10

func (n *namesakes) others(self int) string {
	var names []string
	for i, a := range n.people[:min(len(n.people), othersShown+1)] {
		if i != self && len(names) < othersShown {
			names = append(names, a.name)
		}
	}
	slices.Sort(names)
	text := strings.Join(names, "; ")
	if more := len(n.people) - 1 - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
