package sync

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// naming is how an administrator names a person: by e-mail, id or DN.
type naming struct {
	text string
	dn   string // folded; "": it is none
}

func newNaming(text string) naming { return naming{text, rules.FoldDN(text)} }

// means says whether the person is one of that name. Each spelling of a DN is as good
// as the server's.
func (n naming) means(p *access.Person) bool {
	for _, candidate := range []string{string(p.Email), p.ID.ID, p.ID.String(), p.DN} {
		if candidate != "" && strings.EqualFold(candidate, n.text) {
			return true
		}
	}
	return n.dn != "" && n.dn == rules.FoldDN(p.DN) || n.refused(p)
}

// id is the id that was typed, whoever has it; is: it looks like one.
func (n naming) id() (id access.PersonID, is bool) {
	source, text, is := strings.Cut(n.text, ":")
	return access.PersonID{Source: source, ID: text}, is && n.dn == "" && source != "" && text != ""
}

// refused says whether it is the address in an entry that is not taken for one, such
// as one outside the allowed domains: the reason names it.
func (n naming) refused(p *access.Person) bool {
	if p.Email != "" || !strings.Contains(n.text, "@") {
		return false
	}
	words := strings.FieldsFunc(p.NoEmail, func(r rune) bool { return strings.ContainsRune(" ,;:\"", r) })
	return slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, n.text) })
}

// nobody is the error that nobody is meant. It names a few who may have been.
func (n naming) nobody(people []access.Person) error {
	text := ""
	if near := n.near(people); len(near) > 0 {
		text = ": did you mean " + strings.Join(near, " or ") + "?"
	}
	return unknown{fmt.Errorf("nobody in the directory has the e-mail, id or DN %q%s", n.text, text)}
}

// unknown is the error that nobody is meant.
type unknown struct{ error }

const (
	mostNear   = 3 // people who are suggested
	leastTyped = 3 // letters, with which a word can be near another
	mostWrong  = 2 // letters in which two words may differ
)

// near are the people of nearly that name, the nearest first, with the address to
// type; who has none, with the id.
func (n naming) near(people []access.Person) []string {
	type found struct {
		person   *access.Person
		distance int
	}
	var all []found
	for i := range people {
		if d := n.distance(&people[i]); d <= mostWrong {
			all = append(all, found{&people[i], d})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, f := range all[:min(len(all), mostNear)] {
		names = append(names, strings.TrimSpace(fmt.Sprintf("%s (%s)", f.person.Name, cmp.Or(string(f.person.Email), f.person.ID.String()))))
	}
	return names
}

// distance is how far the typed name is from what a person is called: the address,
// the part before its @, the display name, the first value of the DN.
func (n naming) distance(p *access.Person) int {
	local, _, _ := strings.Cut(string(p.Email), "@")
	typed, words := n.text, []string{local, p.Name, rules.FirstOf(p.DN)}
	switch {
	case n.dn != "":
		typed, words = rules.FirstOf(n.text), words[2:]
	case strings.Contains(n.text, "@"):
		words = []string{string(p.Email)}
	}
	typed = access.FoldName(typed)
	least := mostWrong + 1
	for _, word := range words {
		least = min(least, apart(typed, access.FoldName(word)))
	}
	return least
}

// apart is how far two words are from one another; more than mostWrong: they are not near.
func apart(typed, word string) int {
	local, _, _ := strings.Cut(typed, "@")
	if len(local) < leastTyped || word == "" {
		return mostWrong + 1
	}
	if more := len(word) - len(typed); max(more, -more) <= 4*mostWrong { // bytes: a letter may have four
		if d := access.Distance(typed, word); 2*d < len(local) {
			return d
		}
	}
	if strings.HasPrefix(word, typed) {
		return mostWrong
	}
	return mostWrong + 1
}
