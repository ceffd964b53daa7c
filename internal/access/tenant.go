package access

import "time"

// Role is a folder role as the server names and ranks it; a higher rank may do
// more (GET /rest/roles). Ids are not ordered by power, ranks are.
type Role struct {
	ID   string
	Name string
	Rank int
}

// Profile is a user type of Kiteworks (GET /rest/admin/profiles).
type Profile struct{ ID, Name string }

// Place is a folder as a rule names it: by path or by id, seen by one identity.
// With both, FolderID decides and Path is what the rule said.
type Place struct {
	As       string // the identity that sees and changes it
	Path     Path
	FolderID string
}

// Folder is a folder that exists, as the identity As sees it.
type Folder struct {
	ID       string
	Parent   string // id of the folder above; "" at the top
	As       string
	Path     Path
	Inherits bool // members of the folder above reach it
}

// OriginUnknown stands for the origin of a role that comes from above, of which
// the server does not say where, and which may as well have been given here.
const OriginUnknown = "?"

// Unusable is a place that exists, or existed, and cannot be used, and why:
// deleted, invisible, ambiguous, outside the roots. A place that is in neither
// Folders nor Unusable does not exist.
type Unusable struct {
	Place Place
	Why   string
}

// Catalog is what the server offers of all that the rules speak of. Roles,
// Profiles and Folders are sorted by id.
type Catalog struct {
	Roles    []Role
	Profiles []Profile
	Folders  []Folder
	Unusable []Unusable
}

// Kind tells a person's account from the other rows of the user list.
type Kind int

// The kinds. Only a User is ever changed; a Recipient has received mail but has
// no account yet, and becomes a User by creation.
const (
	User Kind = iota + 1
	Recipient
	Admin
	SharedMailbox
	DistributionList
)

func (k Kind) String() string {
	return name(int(k), "user", "recipient", "administrator", "shared mailbox", "distribution list")
}

// Status is whether an account can be used.
type Status int

// The statuses of an account.
const (
	Live Status = iota + 1
	Unverified
	Suspended
	Deactivated
	Deleted // soft-deleted: still listed
)

func (s Status) String() string {
	return name(int(s), "live", "unverified", "suspended", "deactivated", "deleted")
}

// Account is one row of the user list (GET /rest/admin/users).
type Account struct {
	ID      string
	Email   Email
	Name    string
	Profile string // name; "profile 7" if the server's list does not have it
	Kind    Kind
	Status  Status
}

// Grant is one account's role on one folder, as observed (GET /rest/folders/{id}/members).
type Grant struct {
	Account  string
	Folder   string
	Role     string    // name; "role 9" if the server's list does not have it
	Origin   string    // the folder it is inherited from, or OriginUnknown; "" if it was given here
	SharedBy string    // account that gave it
	Created  time.Time // when it was given
}

// Scope is what State looked at.
type Scope struct {
	Accounts bool     // all accounts
	Folders  []string // ids of the folders whose members were all read
	// Fresh: it was read just now. What was last known says nothing about what
	// somebody has done since.
	Fresh bool
}

// State is what Kiteworks says. It says what it looked at: silence about
// anything else is no proof of absence. Accounts are sorted by id, Grants by
// folder, then account.
type State struct {
	Of       Scope
	Accounts []Account
	Grants   []Grant
}
