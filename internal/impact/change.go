package impact

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// What says what of a person is different.
type What int

// The matters, in the order of a report.
const (
	Account What = iota + 1
	Profile      // of an account that both sides ask for
	Name         // what it is called, alike
	Mail         // whether its owner gets one, alike
	Folder       // a role on a folder
	Hold         // a rule that cannot be decided
)

func (w What) String() string {
	return word(int(w), "account", "profile", "name", "mail", "folder", "hold")
}

// Way says how it is different.
type Way int

// The ways. Only a folder is Stronger or Weaker.
const (
	Gains Way = iota + 1 // of a Hold: newly held
	Stronger
	Differs // neither more nor less, or nobody can tell
	Weaker
	Loses // of a Hold: held no longer
	Waits // is not asked for any more, only because a rule is held: what was given stays
)

func (w Way) String() string {
	return word(int(w), "gains", "stronger", "differs", "weaker", "loses", "waits")
}

func word(n int, words ...string) string {
	if n < 1 || n > len(words) {
		return "invalid"
	}
	return words[n-1]
}

// Person is somebody of whom something is different.
type Person struct {
	ID    access.PersonID
	DN    string
	Email access.Email // "": has none
	Name  string       // in the directory, or by the newer rules
}

// Change is one difference, with everybody for whom it is the same.
type Change struct {
	What     What
	Way      Way
	Key      string        // of a Folder: two with one key are one folder
	Folder   access.Folder // of a Folder; without an ID it is not known
	From, To string        // role, profile or name; "": none
	Rules    []string      // that give what is gained, or gave what is lost
	Note     string        // why a Hold is one, and what speaks against what is gained or lost
	Common   bool          // of a Hold: it lies with the rule, not with the person
	People   []Person      // in the order of the snapshot
}

// id tells two changes apart; people aside.
func (c *Change) id() string {
	parts := []string{c.What.String(), c.Way.String(), c.Key, c.From, c.To, c.Note}
	return strings.Join(append(parts, c.Rules...), "\x00")
}

// compareChanges is the order of a report: by matter, folders by path, gains first.
func compareChanges(a, b Change) int {
	return cmp.Or(
		cmp.Compare(a.What, b.What), cmp.Compare(a.Folder.Path.Fold(), b.Folder.Path.Fold()), cmp.Compare(a.Key, b.Key),
		cmp.Compare(a.Way, b.Way), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To),
		slices.Compare(a.Rules, b.Rules), cmp.Compare(a.Note, b.Note),
	)
}
