package plan

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Link ties a person to an account, for ever or until an administrator decides otherwise.
type Link struct {
	Person  access.PersonID
	Account string
	Created bool // we created the account; false: it existed before us

	Suspended bool          // by us, and not unsuspended by us since
	Deleted   bool          // by us: who returns gets an account anew
	Name      string        // that we have given it; "": none
	Heirs     []access.Heir // as the directory had them when the person was last active
}

// GrantKey identifies a grant: one account on one folder.
type GrantKey struct{ Account, Folder string }

// Memory is what the ledger remembers: which account is whose, what we gave,
// and which folder or group a name in the rules once meant.
type Memory struct {
	Links   map[access.PersonID]Link
	Owned   map[GrantKey]access.Owned
	Folders map[access.Place]string   // pins: identity and path as in the rule -> folder id
	Groups  map[string]access.GroupID // pins: group as in the rule -> id
	Leaving map[access.PersonID]Leaving
	// Full is when the last run that judged everybody began; zero: nobody has said.
	Full time.Time
}

// Scope says of whom something is asked. A nil *Scope means everybody, an empty one nobody.
type Scope struct {
	People []access.PersonID
	Emails []access.Email // the accounts that have these addresses
}

// NewMemory is the memory of a first run.
func NewMemory() Memory {
	return Memory{
		Links:   map[access.PersonID]Link{},
		Owned:   map[GrantKey]access.Owned{},
		Folders: map[access.Place]string{},
		Groups:  map[string]access.GroupID{},
		Leaving: map[access.PersonID]Leaving{},
	}
}

// Empty says that nothing is remembered: a first run, or a ledger that was lost.
func (m Memory) Empty() bool {
	return len(m.Links)+len(m.Owned)+len(m.Folders)+len(m.Groups) == 0
}

// Learned is what a run found out without changing anything at Kiteworks; it
// is remembered with the run.
type Learned struct {
	Links   []Link                    // accounts that existed, found by e-mail
	Folders map[access.Place]string   // newly resolved paths
	Groups  map[string]access.GroupID // newly resolved groups
	Lost    map[GrantKey]string       // what is no longer ours, and why

	Causes   map[GrantKey][]access.Cause       // why we give by now what is ours
	Heirs    map[access.PersonID][]access.Heir // of linked people, where others than before
	Leaving  []Leaving                         // who has left, or in another way than before
	Returned []access.PersonID                 // who has not left after all
	// Lifted are those whose account somebody else has switched on or restored: that we had
	// suspended or deleted it is over.
	Lifted []access.PersonID
}
