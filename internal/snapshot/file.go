package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Format is the version of the file's form. Read takes no other.
const Format = 1

// File is all that it takes to judge rules without a directory and without
// Kiteworks.
type File struct {
	Made        time.Time // by whose clock the file was made; Snapshot.Taken is when the directory was read
	Redacted    bool      // people have pseudonyms: see Redact
	Tenant      string    // URL of the Kiteworks server
	Directories []string  // names of the directories that were read, as configured
	Attributes  []string  // of people, lower-case and sorted: what was read; silence about any other means nothing
	// GroupAttributes are those of groups, alike.
	GroupAttributes []string
	Snapshot        *access.Snapshot
	Catalog         *access.Catalog
	Pins            Pins
}

// Pins say which group and which folder a name in the rules once meant. Without
// them a group that was renamed since, or a folder that was moved, is another.
type Pins struct {
	Groups  map[string]access.GroupID // by the name as the rule writes it
	Folders map[access.Place]string   // by identity and path: id
}

// The limits keep a hostile file from filling the memory. The largest person
// that rules look at, with every membership as an attribute, has some 100 KiB,
// and a million people fit into the whole.
const (
	maxValue = 4 << 20   // bytes of JSON in one person, group or folder
	maxTotal = 512 << 20 // bytes of JSON in all
)

// order checks, one by one, what everybody who holds a snapshot relies on.
type order struct {
	groups int // how many there are: what memberships may point at
	group  access.GroupID
	unit   access.GroupID
	person access.PersonID
}

// nextGroup checks a group against the one before it.
func (o *order) nextGroup(g *access.Group) error {
	err := ascending(o.group.Source, o.group.ID, g.ID.Source, g.ID.ID)
	if err != nil {
		return fmt.Errorf("group %q: %w", g.ID, err)
	}
	o.group = g.ID
	o.groups++
	return nil
}

// nested checks which groups list which, once all have been seen: a group may be
// in one that comes behind it, and cycles are no mistake. Files of before have none of it.
func (o *order) nested(groups []access.Group) error {
	for i := range groups {
		if err := o.memberships(groups[i].Within); err != nil {
			return fmt.Errorf("group %q: %w", groups[i].ID, err)
		}
	}
	return nil
}

// nextUnit checks a unit against the one before it.
func (o *order) nextUnit(u *access.Unit) error {
	err := ascending(o.unit.Source, o.unit.ID, u.ID.Source, u.ID.ID)
	if err != nil {
		return fmt.Errorf("unit %q: %w", u.ID, err)
	}
	o.unit = u.ID
	return nil
}

// nextPerson checks a person against the one before, and the memberships
// against the groups, all of which have been seen.
func (o *order) nextPerson(p *access.Person) error {
	err := ascending(o.person.Source, o.person.ID, p.ID.Source, p.ID.ID)
	if err == nil {
		err = o.memberships(p.Groups)
	}
	if err != nil {
		return fmt.Errorf("person %q: %w", p.ID, err)
	}
	o.person = p.ID
	return nil
}

func (o *order) memberships(groups []int32) error {
	last := int32(-1)
	for _, g := range groups {
		if g <= last {
			return fmt.Errorf("group %d stands behind group %d: memberships ascend", g, last)
		}
		last = g
	}
	if int(last) >= o.groups {
		return fmt.Errorf("is in group %d, counted from 0, of %d", last, o.groups)
	}
	return nil
}

// ascending checks an id against the one before it, which is empty for the first.
func ascending(beforeSource, beforeID, source, id string) error {
	switch by := cmp.Or(cmp.Compare(beforeSource, source), cmp.Compare(beforeID, id)); {
	case source == "" || id == "":
		return errors.New("has no id")
	case !utf8.ValidString(source + id):
		return errors.New("has an id that is no text")
	case by == 0:
		return errors.New("is there twice")
	case by > 0:
		return errors.New("stands behind a greater id: they are sorted")
	}
	return nil
}
