package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// proof looks once more, right before something is taken away, at the people whom that
// concerns and at the groups that led to it (promise P2): the same plan has to come out.
type proof struct {
	view   *view
	groups map[access.GroupID]string // why a group proves nothing; "": it is there
	owned  map[access.PersonID][]plan.GrantKey
	grants map[string][]access.Grant // by account
}

func newProof(v *view) *proof { return &proof{view: v, groups: map[access.GroupID]string{}} }

// bound says whether a change may go only if its reason is confirmed. What a human has ordered
// has its reason in that.
func bound(c *plan.Change) bool { return guard.KindOf(*c).Narrows() && !c.Ordered }

// doubts says of which of these changes the reason is not confirmed, and why.
func (p *proof) doubts(ctx context.Context, changes []plan.Change) map[plan.Key]string {
	doubts := map[plan.Key]string{}
	if p.view.prover == nil {
		for _, c := range changes {
			doubts[c.Key] = "nobody can be looked at afresh in this run"
		}
		return doubts
	}
	unseen := map[access.PersonID]string{}
	var verdicts []access.Verdict
	for _, id := range p.concerned(changes) {
		if _, looked := unseen[id]; looked {
			continue
		}
		verdict, why := p.person(ctx, id)
		if unseen[id] = why; why == "" {
			verdicts = append(verdicts, verdict)
		}
	}
	again := p.again(verdicts)
	for _, c := range changes {
		why := unseen[c.Person]
		if now, planned := again[c.Key]; why == "" && (!planned || !now.SameEnd(c)) {
			why = "looked at afresh, the directory does not ask for it"
		}
		if why == "" && !c.Approved {
			why = p.ways(ctx, c)
		}
		if why != "" {
			doubts[c.Key] = why
		}
	}
	return doubts
}

// concerned are the people of changes, and those who may get the data of an account that is to
// be deleted: whether they can have it depends on whether they are still employed.
func (p *proof) concerned(changes []plan.Change) []access.PersonID {
	var all []access.PersonID
	heirs := map[string]bool{} // by account
	for _, c := range changes {
		all = append(all, c.Person)
		if c.Op == plan.Delete && c.Retain != nil {
			heirs[c.Retain.Heir] = true
			for _, h := range p.view.memory.Links[c.Person].Heirs {
				if h.Person != (access.PersonID{}) {
					all = append(all, h.Person)
				}
			}
		}
	}
	if len(heirs) == 0 {
		return all
	}
	for id, l := range p.view.memory.Links {
		if heirs[l.Account] {
			all = append(all, id)
		}
	}
	return all
}

// person judges somebody anew, by what the directory says of them at this moment.
func (p *proof) person(ctx context.Context, id access.PersonID) (d access.Verdict, why string) {
	v := p.view
	found, err := v.prover.Person(ctx, id)
	if err != nil {
		return d, fmt.Sprintf("could not be looked at afresh: %v", err)
	}
	before, there := v.person(id)
	switch {
	case !there:
		d = lost(id, found, "")
		v.succeed(&d, v.memory)
		return d, ""
	case found.Standing != access.Active || found.Person == nil:
		gone := *before
		gone.Standing = found.Standing
		return v.bound.Evaluate(&gone, v.now), ""
	}
	groups, err := v.prover.Groups(ctx, id)
	if err != nil {
		return d, fmt.Sprintf("the groups could not be looked at afresh: %v", err)
	}
	now := *found.Person
	now.Groups = now.Groups[:0:0]
	for _, g := range groups {
		i, known := slices.BinarySearchFunc(v.snapshot.Groups, g, func(o access.Group, g access.GroupID) int { return o.ID.Compare(g) })
		if !known {
			return d, fmt.Sprintf("looked at afresh, the person is in the group %s, which is new: the next run sees it", g)
		}
		now.Groups = append(now.Groups, int32(i))
	}
	slices.Sort(now.Groups)
	return v.bound.Evaluate(&now, v.now), ""
}

// ways looks whether the groups are still there through which somebody had what ends: a group
// that is gone takes away nothing by itself.
func (p *proof) ways(ctx context.Context, c plan.Change) string {
	if c.Exit != "" && c.Exit != plan.ExitUnmatched {
		return ""
	}
	for _, cause := range c.Causes {
		for _, g := range cause.Via {
			why, asked := p.groups[g]
			if !asked {
				why = p.group(ctx, g)
				p.groups[g] = why
			}
			if why != "" {
				return why
			}
		}
	}
	return ""
}

func (p *proof) group(ctx context.Context, id access.GroupID) string {
	found, err := p.view.prover.Group(ctx, id)
	switch {
	case err != nil:
		return fmt.Sprintf("the group %s could not be looked at afresh: %v", id, err)
	case found.Standing != access.Active:
		return fmt.Sprintf("the group %s, through which it was given, is %s: review what ends with `plan --out`, and apply that plan, if it is meant", id, found.Standing)
	}
	return ""
}

// again is what would be planned for these people alone.
func (p *proof) again(verdicts []access.Verdict) map[plan.Key]plan.Change {
	p.index()
	v := p.view
	st, m := v.state, v.memory
	st.Grants, m.Owned = nil, map[plan.GrantKey]access.Owned{}
	for _, d := range verdicts {
		for _, key := range p.owned[d.Person] {
			m.Owned[key] = v.memory.Owned[key]
		}
		st.Grants = append(st.Grants, p.grants[m.Links[d.Person].Account]...)
	}
	slices.SortFunc(st.Grants, compareGrants)
	changes := map[plan.Key]plan.Change{}
	for _, c := range plan.Diff(verdicts, v.catalog, st, m, v.policy(), v.now).Changes {
		changes[c.Key] = c
	}
	return changes
}

// index finds what is somebody's, once: there may be a million grants.
func (p *proof) index() {
	if p.owned != nil {
		return
	}
	p.owned, p.grants = map[access.PersonID][]plan.GrantKey{}, map[string][]access.Grant{}
	for key, o := range p.view.memory.Owned {
		p.owned[o.Person] = append(p.owned[o.Person], key)
	}
	for _, g := range p.view.state.Grants {
		p.grants[g.Account] = append(p.grants[g.Account], g)
	}
}
