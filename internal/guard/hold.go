package guard

import "time"

// Scope is how far a hold reaches.
type Scope string

// The scopes, and what the key of a hold is.
const (
	HoldAll       Scope = "all"       // no key
	HoldNarrowing Scope = "narrowing" // no key
	HoldPerson    Scope = "person"    // access.PersonID as a string
	HoldFolder    Scope = "folder"    // id; of one that is still to be made its path
	HoldRule      Scope = "rule"      // name
	HoldChange    Scope = "change"    // plan.Key
)

// Hold stops what it reaches until it ends or is taken away: a pause, something that
// was rejected or undone, something that keeps failing.
type Hold struct {
	ID    int64 // in the ledger; 0: it is in none
	Scope Scope
	Key   string
	Why   string
	Until time.Time // zero: until it is taken away
	By    string    // who asked for it
}
