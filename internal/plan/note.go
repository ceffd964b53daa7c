package plan

import (
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// NoteKind tells how far a note reaches.
type NoteKind int

// The kinds of note. NoteBlocked concerns a rule for everybody and waits for an
// administrator; the others concern one person and are no failure. NoteDrift is
// told when it is found, of a folder that vanished in each full run. NoteRenamed
// concerns a rule and is told in each full run, until the rule has the name of now.
const (
	NoteSkipped NoteKind = iota + 1 // a person is not acted on at all
	NoteHeld                        // a rule is undecided for a person, or a change is left alone
	NoteBlocked
	NoteDrift   // what was ours, somebody else has changed
	NoteRenamed // what a rule names, and has another name by now
)

var noteNames = [...]string{"invalid", "skipped", "held", "blocked", "drift", "renamed"}

func (k NoteKind) String() string {
	if k < 1 || int(k) >= len(noteNames) {
		return noteNames[0]
	}
	return noteNames[k]
}

// MarshalText writes the kind's name, in JSON output.
func (k NoteKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the kind's name.
func (k *NoteKind) UnmarshalText(text []byte) error {
	i := slices.Index(noteNames[:], string(text))
	if i < 1 {
		return fmt.Errorf("unknown kind of note %q", text)
	}
	*k = NoteKind(i)
	return nil
}

// Note is something that was asked for and is left alone, or is no longer ours,
// and why (promise P11).
type Note struct {
	Kind   NoteKind
	Person access.PersonID // zero when blocked, and when a folder vanished
	DN     string
	Email  access.Email
	Rule   string // "" if it concerns the person as a whole
	Folder string // that vanished: its last known path, or its id
	Why    string
	People int // when blocked: how many people wait for it; when a folder vanished: how many had a role of ours on it
}

func (d *differ) skip(v *access.Verdict, why string) {
	d.stick(v, "")
	d.plan.Notes = append(d.plan.Notes, Note{Kind: NoteSkipped, Person: v.Person, DN: v.DN, Email: v.Email, Why: why})
}

func (d *differ) hold(v *access.Verdict, rule, why string) {
	d.stick(v, rule)
	d.plan.Notes = append(d.plan.Notes, Note{Kind: NoteHeld, Person: v.Person, DN: v.DN, Email: v.Email, Rule: rule, Why: why})
}

// letBe says that one grant which a rule asks for is not given. What else the rule gave is decided.
func (d *differ) letBe(v *access.Verdict, rule, why string) {
	d.plan.Notes = append(d.plan.Notes, Note{Kind: NoteHeld, Person: v.Person, DN: v.DN, Email: v.Email, Rule: rule, Why: why})
}

// holdRule holds a rule for a person. One that is held for everybody is told once, by whoever
// has bound the rules.
func (d *differ) holdRule(v *access.Verdict, h access.Held) {
	if h.Common {
		d.stick(v, h.Rule)
		return
	}
	d.hold(v, h.Rule, h.Why)
}

// stick keeps what a rule gave a person, for it is not decided what it asks for; without a
// rule, whatever we gave them.
func (d *differ) stick(v *access.Verdict, rule string) {
	if !slices.Contains(d.stuck[v.Person], rule) {
		d.stuck[v.Person] = append(d.stuck[v.Person], rule)
	}
}

// block counts one more person for whom a rule waits for an administrator.
func (d *differ) block(v *access.Verdict, rule, why string) {
	d.stick(v, rule)
	d.blocked[Note{Kind: NoteBlocked, Rule: rule, Why: why}]++
}
