package access

import "time"

// Cause is why a rule asks for something: the rule and the groups that led to it.
type Cause struct {
	Rule  string
	Via   []GroupID // the groups that the condition named and the person is in
	Since time.Time // in the directory: the start of the access lag
}

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
	Skipped string  // why the person as a whole is not acted on; "" if it is

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
	Rules    []string // the rules that asked for it
	Lost     string   // why it is no longer ours, a human having changed or removed it; "": it is ours
}
