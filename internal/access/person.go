package access

import "time"

// PersonID is a person for ever: the configured directory and the entry's
// immutable id there (entryUUID, objectGUID, nsUniqueId). E-mail and DN change, this does not.
type PersonID struct{ Source, ID string }

// GroupID is a group for ever, alike.
type GroupID struct{ Source, ID string }

// String is the form in reports and in the ledger: source:id.
func (id PersonID) String() string { return id.Source + ":" + id.ID }

// String is the form in reports and in the ledger: source:id.
func (id GroupID) String() string { return id.Source + ":" + id.ID }

// Standing is what the directory says of a person's employment.
type Standing int

// The standings. Only an Active person is given anything; Unknown decides nothing.
const (
	Active Standing = iota + 1
	Disabled
	Expired
	OutOfScope
	Gone
	Unknown
)

func (s Standing) String() string {
	return name(int(s), "active", "disabled", "expired", "out of scope", "gone", "unknown")
}

// Person is what the directory says of one person.
type Person struct {
	ID       PersonID
	DN       string
	Email    Email  // "" if there is none; NoEmail then says why
	NoEmail  string // why Email is empty: none at all, malformed, outside the allowed domains
	Name     string // display name
	Standing Standing
	Changed  time.Time           // the entry's own last change
	Attrs    map[string][]string // as read, by lower-case attribute name
	Groups   []int32             // effective (nested) memberships: ascending indices into Snapshot.Groups
}

// Group is what the directory says of one group, less its members: those are on the people.
type Group struct {
	ID   GroupID
	DN   string
	Name string // its common name
	// Changed is the entry's own last change, its members included. It makes no difference to anybody.
	Changed time.Time
	// Hidden: it, or a group in it, does not show its members. Whom it lacks may be in it.
	Hidden bool
	// Within are the groups that list this one themselves: ascending indices into
	// Snapshot.Groups. No rule looks at it; it says how somebody came into a group.
	Within []int32
	// Attrs are those of the group that rules look at, by lower-case attribute name.
	Attrs map[string][]string
}

// Unit is an organisational unit, or whatever else has people below it and a name of its own: a container, a
// locality. Its id is as immutable as that of a group.
type Unit struct {
	ID GroupID
	DN string
}

// Match is how the values of an attribute are compared (RFC 4517).
type Match int

// The ways of comparing. CaseIgnore is the rule for an attribute of which nothing is known.
const (
	CaseIgnore Match = iota + 1
	CaseExact
	Integer
	Time
	NumericString // spaces do not count
	Telephone     // spaces and hyphens do not count
	DN            // each spelling of a DN is equal to the others; no part of it is looked for, nor an order
)

func (m Match) String() string {
	return name(int(m), "case-ignore", "case-exact", "integer", "generalized-time", "numeric-string", "telephone", "dn")
}

// Snapshot is a directory at one moment. It exists only if it is complete
// (promise P1): whoever holds one may trust that nobody is missing from it
// whom the server would have shown. People and Groups are sorted by id.
type Snapshot struct {
	Taken  time.Time
	People []Person
	Groups []Group
	Match  map[string]Match // by lower-case attribute name; absent: CaseIgnore
	// Units are those below the bases of people, and above them, sorted by id; nil: they were not read.
	Units []Unit
	// Unknown are the attributes, of those that rules look at, that no directory's schema has: nobody can have a value.
	Unknown []string
}

// Touched is what a snapshot has of new, compared with the one before it.
type Touched struct {
	Everyone bool       // nothing is known of before
	People   []PersonID // sorted: who came, who went, and of whom anything differs, memberships included
	How      []string   // how it was read, a line for each directory, for the report
}

// Nobody says that there is nothing new.
func (t Touched) Nobody() bool { return !t.Everyone && len(t.People) == 0 }

// name is the n-th of names, counted from one: the String of every enum here.
func name(n int, names ...string) string {
	if n < 1 || n > len(names) {
		return "invalid"
	}
	return names[n-1]
}
