package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Split divides a plan into what may go and what may not. A change that needs one that
// does not go does not go either; a cause that does not fit what is left of its budget is
// parked whole, and those after it go on if they fit. The result is the same for the same
// input, whatever the order of the changes.
func Split(p plan.Plan, w World, l Limits, u Usage, h []Hold, now time.Time) Decision {
	s := newSplitter(p.Changes, w, l, u)
	d := Decision{Allowed: p, Canaries: unmet(l.Expect, w.Snapshot, u.People), Violations: s.walls.violations(l.Identities)}
	s.exempt = s.walls.exempt(d.Violations)
	s.excluded = w.Excluded
	s.screen(newHolds(h, now), d.Canaries)
	s.seat(w)
	s.countLosses()
	for _, c := range causes(s.changes, s.stopped) {
		s.judge(c)
	}
	s.settleNeeds()
	s.report(&d)
	return d
}

// fate is what becomes of a change; the zero fate is that it goes.
type fate struct {
	brake Brake
	why   string
	items []int // the parked items that it belongs to

	failing bool // by a hold for which nobody has asked
}

// splitter is one plan on its way through the brakes.
type splitter struct {
	changes []plan.Change
	fates   []fate // of each change
	limits  Limits
	usage   Usage
	walls   *walls
	purse   purse
	exempt  map[plan.GrantKey]bool

	excluded map[string]int // by rule
	losses   map[string]int // by rule
	needed   map[plan.Key]int
	parked   []Parked
}

func newSplitter(changes []plan.Change, w World, l Limits, u Usage) *splitter {
	if !slices.IsSortedFunc(changes, plan.Change.Compare) {
		changes = slices.Clone(changes)
		slices.SortFunc(changes, plan.Change.Compare)
	}
	s := &splitter{
		changes: changes, fates: make([]fate, len(changes)), limits: l, usage: u, walls: newWalls(l.Walls, w),
		purse: purse{limits: l, usage: u, taken: map[Kind]int{}}, losses: map[string]int{}, needed: map[plan.Key]int{},
	}
	wanted := map[plan.Key]bool{}
	for i := range changes {
		for _, k := range bonds(&changes[i]) {
			wanted[k] = true
		}
	}
	for i := range changes {
		if k := changes[i].Key; wanted[k] {
			s.needed[k] = i
		}
	}
	return s
}

func (s *splitter) stopped(i int) bool { return s.fates[i].brake != "" }

// stop gives a change its fate if there is a reason.
func (s *splitter) stop(i int, by Brake, why string) bool {
	if why != "" {
		s.fates[i] = fate{brake: by, why: why}
	}
	return why != ""
}

// screen holds each change to the brakes that look at nothing but it.
func (s *splitter) screen(h holds, canaries []Unmet) {
	var waits []string
	for _, u := range canaries {
		waits = append(waits, u.Why)
	}
	for i := range s.changes {
		c := &s.changes[i]
		if s.stop(i, ByMode, s.limits.Mode.forbids(c)) {
			continue
		}
		if hold, held := h.stops(c); held {
			s.fates[i] = fate{brake: ByHold, why: hold.String(), failing: hold.Failing}
			continue
		}
		if len(waits) > 0 && KindOf(*c).Narrows() && !c.Ordered {
			s.stop(i, ByCanary, "all that takes access away waits: "+strings.Join(waits, "; "))
		}
	}
}

// free says whether a change goes past the budgets.
func (s *splitter) free(c *plan.Change) bool {
	ends := c.Op == plan.Revoke && s.exempt[plan.GrantKey{Account: c.Account, Folder: c.Folder}]
	return ends || c.Ordered || s.usage.approved(c)
}

// loses says whether a change takes a grant from a rule by surprise.
func (s *splitter) loses(c *plan.Change) bool {
	kind := KindOf(*c)
	return (kind == Revoke || kind == Lower) && !s.free(c) && !left(c)
}

// left says whether a change concerns somebody who has left for good, which says nothing
// about a rule.
func left(c *plan.Change) bool { return c.Exit != "" && c.Exit != plan.ExitUnmatched }

// countLosses counts the grants that each rule would lose.
func (s *splitter) countLosses() {
	for i := range s.changes {
		if c := &s.changes[i]; !s.stopped(i) && s.loses(c) {
			for _, rule := range c.Rules() {
				s.losses[rule]++
			}
		}
	}
}

// judge lets a cause go or parks it, without those of its changes that are against a
// wall or need what does not go.
func (s *splitter) judge(x cause) {
	var bound []int // what has to fit
	s.walls.attempt()
	for _, i := range x.at {
		c := &s.changes[i]
		if s.stop(i, ByWall, s.walls.against(c)) || s.needs(i) {
			continue
		}
		s.walls.try(c)
		if !s.free(c) {
			bound = append(bound, i)
		}
	}
	if by, why := s.refuse(x, bound); why != "" {
		s.park(x, bound, by, why)
	}
	for _, i := range x.at {
		if !s.stopped(i) {
			s.walls.give(&s.changes[i])
		}
	}
}

// refuse says why the bound changes of a cause wait for approval; "": they do not.
func (s *splitter) refuse(x cause, bound []int) (Brake, string) {
	for _, i := range bound {
		c := &s.changes[i]
		for _, rule := range c.Rules() {
			if s.limits.ParkRuleChanges && x.kind.Narrows() && s.usage.Changed[rule] && !left(c) {
				return ByRuleChange, fmt.Sprintf("rule %s has changed since it gave this, or is gone: look at what ends, then approve", rule)
			}
			if why := s.opened(x.kind, rule); why != "" {
				return ByBudget, why
			}
			if s.loses(c) {
				if why := s.limits.shrunk(rule, s.losses[rule], s.usage.OwnedByRule[rule]); why != "" {
					return ByBudget, why
				}
			}
		}
	}
	return ByBudget, s.purse.take(x.kind, len(bound))
}

func (s *splitter) park(x cause, bound []int, by Brake, why string) {
	item := len(s.parked)
	s.parked = append(s.parked, Parked{Key: x.key, Kind: x.kind, Rule: x.rule, Exit: x.exit, Brake: by, Why: why})
	for _, i := range bound {
		s.fates[i] = fate{brake: by, why: why, items: []int{item}}
	}
}

// bonds are the changes without which one does not go: what it needs, and what it is done for.
func bonds(c *plan.Change) []plan.Key {
	if c.For == "" {
		return c.Needs
	}
	return append(slices.Clone(c.Needs), c.For)
}

// needs stops a change that needs a stopped one, and says whether its fate is another now.
// It waits with what it needs if approval would let that go.
func (s *splitter) needs(i int) bool {
	f := fate{}
	for _, k := range bonds(&s.changes[i]) {
		j, planned := s.needed[k]
		if !planned || !s.stopped(j) {
			continue
		}
		if len(s.fates[j].items) == 0 {
			f = fate{brake: ByNeeds, why: "needs a change that is withheld"}
			break
		}
		f.brake, f.why = ByNeeds, "needs a change that waits for approval"
		f.items = append(f.items, s.fates[j].items...)
	}
	slices.Sort(f.items)
	f.items = slices.Compact(f.items)
	other := f.brake != s.fates[i].brake || !slices.Equal(f.items, s.fates[i].items)
	s.fates[i] = f
	return other
}

// settleNeeds stops what needs a change that was stopped after it was judged.
func (s *splitter) settleNeeds() {
	for again := true; again; {
		again = false
		for i := range s.changes {
			if by := s.fates[i].brake; by == "" || by == ByNeeds {
				again = s.needs(i) || again
			}
		}
	}
}

// report writes the fates into a decision.
func (s *splitter) report(d *Decision) {
	d.Allowed.Changes = nil
	for i, c := range s.changes {
		f := s.fates[i]
		if f.brake == "" {
			c.Approved = s.usage.approved(&c)
			d.Allowed.Changes = append(d.Allowed.Changes, c)
			continue
		}
		d.Withheld = append(d.Withheld, Withheld{Change: c, Brake: f.brake, Why: f.why, Failing: f.failing})
		for _, item := range f.items {
			s.parked[item].Changes = append(s.parked[item].Changes, c)
		}
	}
	d.Parked = s.parked
}
