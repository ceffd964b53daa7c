package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// MaxPerStep is how many people one request may carry: the vendor advises at
// most 100 ids for a list.
const MaxPerStep = 100

// Plan is what must change, in the order in which it is applied, and what was
// asked for and is left alone.
type Plan struct {
	Changes []Change
	Notes   []Note
	Learned Learned `json:"-"` // it is remembered by itself
	Unasked []Leftover
	Rivals  Rivals `json:"-"`
	// Next is when a step of a ladder is due, for people who have left.
	Next map[access.PersonID]time.Time `json:"-"`
}

// Steps cuts the plan into requests of at most limit people each.
func (p Plan) Steps(limit int) []Step {
	var steps []Step
	for _, c := range p.Changes {
		if n := len(steps); n > 0 && steps[n-1].takes(c, limit) {
			steps[n-1].Changes = append(steps[n-1].Changes, c)
			continue
		}
		steps = append(steps, Step{Op: c.Op, As: c.As, Folder: c.Folder, Role: c.To, Changes: []Change{c}})
	}
	return steps
}

// Requests is how many requests carry out the plan, in steps of at most limit
// people each, if no answer is doubtful: one for each step, and those that read
// beside it.
func (p Plan) Requests(limit int) int {
	n := 0
	for _, s := range p.Steps(limit) {
		n += 1 + s.reads()
	}
	return n
}

// reads is how many requests of a step read: what is not to be overwritten is looked at
// before, an heir too, and that an account is deleted is read afterwards.
func (s Step) reads() int {
	n := 0
	switch s.Op {
	case Raise, Lower, Revoke, Suspend, Unsuspend, Rename, SetName:
		return 1
	case SetProfile:
		n = len(s.Changes)
	case Delete:
		n = 2
	default:
		return 0
	}
	if retain := s.Changes[0].Retain; retain != nil && retain.Heir != "" {
		n++
	}
	return n
}

// takes says whether c fits into the same request as the changes before it.
func (s Step) takes(c Change, limit int) bool {
	if s.Op != c.Op || !c.Op.shared() || len(s.Changes) >= limit {
		return false
	}
	if s.Op == SetProfile {
		return s.Role == c.To && sameRetention(s.Changes[0].Retain, c.Retain)
	}
	return s.As == c.As && s.Role == c.To && s.Folder == c.Folder && s.Changes[0].Path == c.Path
}

// shared says whether one request can carry the operation for many people.
func (o Op) shared() bool { return o == Grant || o == Raise || o == SetProfile }

func sameRetention(a, b *Retention) bool {
	return a == b || (a != nil && b != nil && *a == *b)
}

// Digest names the plan's changes: equal digests, equal changes.
func (p Plan) Digest() string {
	h := sha256.New()
	for _, c := range p.Changes {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%s\n", c.Key, c.From, c.To, c.Profile, c.Account)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Count is the number of changes of one operation.
func (p Plan) Count(op Op) int {
	n := 0
	for _, c := range p.Changes {
		if c.Op == op {
			n++
		}
	}
	return n
}

// sort puts the plan into its one order: folders from the top down, accounts,
// then grants together by request; notes by what they concern.
func (p *Plan) sort() {
	slices.SortFunc(p.Changes, Change.Compare)
	slices.SortFunc(p.Notes, func(a, b Note) int {
		return cmp.Or(
			cmp.Compare(b.Kind, a.Kind),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Email, b.Email),
			cmp.Compare(a.Person.String(), b.Person.String()),
			cmp.Compare(a.Why, b.Why),
		)
	})
}

// Compare orders changes as a plan has them.
func (c Change) Compare(o Change) int {
	return cmp.Or(
		cmp.Compare(c.phase(), o.phase()),
		cmp.Compare(c.Op, o.Op),
		cmp.Compare(c.depth(), o.depth()),
		cmp.Compare(c.Turn, o.Turn),
		cmp.Compare(c.As, o.As),
		cmp.Compare(c.Path, o.Path),
		cmp.Compare(c.Folder, o.Folder),
		cmp.Compare(c.To, o.To),
		cmp.Compare(c.Email, o.Email),
		cmp.Compare(c.Key, o.Key),
	)
}

// phase is whose turn it is (promise P4): those who have left come before all; what is given
// anew because an inherited role has ended comes after that has; what cannot be undone comes last.
func (c Change) phase() int {
	switch {
	case c.Op == Delete:
		return 3
	case c.Exit != "":
		return 0
	case c.Late:
		return 2
	}
	return 1
}

// depth orders the creation of folders: what is above comes first.
func (c Change) depth() int {
	if c.Op != CreateFolder {
		return 0
	}
	return strings.Count(string(c.Path), "/")
}
