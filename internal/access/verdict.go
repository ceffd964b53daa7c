package access

import (
	"slices"
	"time"
)

// Cause is why a rule asks for something: the rule and the groups that led to it.
type Cause struct {
	Rule  string
	Via   []GroupID // the groups that the condition named and the person is in
	Since time.Time // in the directory: the start of the access lag
}

// Same says whether two causes are the same rule through the same groups.
func (c Cause) Same(o Cause) bool { return c.Rule == o.Rule && slices.Equal(c.Via, o.Via) }

// Wish is what one rule asks for: a role on a place.
type Wish struct {
	Place  Place
	Role   string // name, as the rule writes it
	Create bool   // the folder may be made, below a root
	Cause  Cause
}

// Held is a rule that could not be decided for a person: what the rule gave
// stays as it is, and nothing new is given.
type Held struct {
	Rule, Why string
	// Common: it lies not with the person but with a group of the rule, and is the
	// same for everybody of whom it is so. A run reports it once.
	Common bool
}

// Verdict is one person, decided by the rules.
type Verdict struct {
	Person  PersonID
	DN      string // for reports
	Email   Email
	Name    string  // display name of the account
	Notify  bool    // the owner of a new account gets a mail from Kiteworks
	Account bool    // an account is wanted
	Causes  []Cause // the rules that want it, in their order
	Profile string  // its profile by name; "": Kiteworks chooses
	Wishes  []Wish  // in the order of the rules
	Held    []Held  // in the order of the rules
	Skipped string  // why the person as a whole is given nothing; "" if they are
	// Standing is what the directory says of the person: whoever is not Active is
	// skipped by the rules, and may be a leaver. Zero: it says nothing.
	Standing Standing
	Lapsed   []Wish // what rules that apply gave, and whose `until` has come
	Heirs    []Heir // who would get the account's data, by what the ladders ask for

	// Next is when a date may change this verdict although nothing changes in the
	// directory; zero: never.
	Next time.Time
}

// Owned is a grant that the program gave and may therefore take back (promise P3).
type Owned struct {
	Person   PersonID
	Account  string
	Folder   string
	As       string
	Role     string
	Floor    string // the role before us; "": none
	SharedBy string
	Created  time.Time
	Causes   []Cause // why: the rules that asked for it, and the groups that led to it
	Lost     string  // why it is no longer ours, a human having changed or removed it; "": it is ours
}

// Rules are the rules that asked for the grant, each once, in their order.
func (o *Owned) Rules() []string { return RulesOf(o.Causes) }

// RulesOf are the rules of causes, each once, in their order.
func RulesOf(causes []Cause) []string {
	names := make([]string, 0, len(causes))
	for _, c := range causes {
		if !slices.Contains(names, c.Rule) {
			names = append(names, c.Rule)
		}
	}
	return names
}

// Heir is who gets the data of an account that is deleted, found while its owner was
// still employed: a person of the directory, or an address.
type Heir struct {
	As     string   // how a ladder asks for it: manager, a template, or an address
	Person PersonID // zero: it is an address
	Email  Email
}
