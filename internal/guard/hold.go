package guard

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Scope is how far a hold reaches.
type Scope string

// The scopes, and what the key of a hold is.
const (
	HoldAll       Scope = "all"       // no key
	HoldNarrowing Scope = "narrowing" // no key
	HoldPerson    Scope = "person"    // access.PersonID as a string
	HoldFolder    Scope = "folder"    // id, or path: of one that is still to be made
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

	Failing bool // nobody asked for it: what it reaches keeps failing
}

// active says whether a hold has not ended.
func (h Hold) active(now time.Time) bool { return h.Until.IsZero() || now.Before(h.Until) }

// String says what it is and how long it lasts, for a report.
func (h Hold) String() string {
	text := "on hold"
	if h.By != "" {
		text += " by " + h.By
	}
	if !h.Until.IsZero() {
		text += " until " + h.Until.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s: %s", text, h.Why)
}

// reach is what one hold reaches.
type reach struct {
	scope Scope
	key   string
}

// holds are the active ones by what they reach; of several on one thing the first counts.
type holds map[reach]Hold

func newHolds(all []Hold, now time.Time) holds {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Hold) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), a.Until.Compare(b.Until), cmp.Compare(a.Why, b.Why), cmp.Compare(a.By, b.By))
	})
	by := holds{}
	for _, h := range all {
		at := reach{h.Scope, h.Key}
		if h.Scope == HoldFolder {
			at.key = access.FoldName(h.Key)
		}
		if _, taken := by[at]; h.active(now) && !taken {
			by[at] = h
		}
	}
	return by
}

// stops says which hold stops a change, if one does.
func (by holds) stops(c *plan.Change) (h Hold, held bool) {
	if len(by) == 0 {
		return h, false
	}
	for _, at := range reachesOf(c) {
		if h, held = by[at]; held {
			return h, true
		}
	}
	return h, false
}

// reachesOf is what a hold may have that reaches a change.
func reachesOf(c *plan.Change) []reach {
	all := []reach{{scope: HoldAll}, {HoldChange, string(c.Key)}}
	if KindOf(*c).Narrows() {
		all = append(all, reach{scope: HoldNarrowing})
	}
	if c.Person != (access.PersonID{}) {
		all = append(all, reach{HoldPerson, c.Person.String()})
	}
	if c.Folder != "" {
		all = append(all, reach{HoldFolder, access.FoldName(c.Folder)})
	}
	if c.Path != "" {
		all = append(all, reach{HoldFolder, c.Path.Fold()})
	}
	for _, rule := range c.Rules() {
		all = append(all, reach{HoldRule, rule})
	}
	return all
}
