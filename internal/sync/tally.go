package sync

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Tally counts grants on the folders that were looked at.
type Tally struct {
	Owned   int // ours
	Human   int // given on the folder itself by somebody else
	Missing int // asked for by a rule, and not there
	Extra   int // ours, and not asked for any more
}

// account writes into the report of whom it knows everything, and of a whole run how the
// grants stand.
func (v *view) account(m plan.Memory) {
	r := v.report
	reviewed := v.trigger.Approved != nil || v.trigger.Undo != 0
	if r.Whole = v.about == nil && !reviewed; !reviewed {
		r.Judged = v.judged()
	}
	if !r.Whole {
		return
	}
	for _, o := range m.Owned {
		if o.Lost == "" {
			r.Grants.Owned++
		}
	}
	for _, g := range v.state.Grants {
		if o, known := m.Owned[plan.GrantKey{Account: g.Account, Folder: g.Folder}]; g.Origin == "" && (!known || o.Lost != "") {
			r.Grants.Human++
		}
	}
	for _, c := range r.all() {
		switch c.Op {
		case plan.Grant:
			r.Grants.Missing++
		case plan.Revoke:
			r.Grants.Extra++
		}
	}
}

// all are the changes that were planned, those that were withheld included.
func (r *Report) all() []plan.Change {
	all := slices.Clone(r.Plan.Changes)
	for _, w := range r.Withheld {
		all = append(all, w.Change)
	}
	return all
}

// Tallied is how the grants stand now, as far as the outcomes are known.
func (r *Report) Tallied() Tally {
	ops := make(map[plan.Key]plan.Change, len(r.Plan.Changes))
	for _, c := range r.Plan.Changes {
		ops[c.Key] = c
	}
	now := r.Grants
	for _, o := range r.Outcomes {
		if !o.Changed() {
			continue
		}
		switch c := ops[o.Key]; c.Op {
		case plan.Grant:
			now.Missing--
			if o.Result == plan.Done { // what was there already is somebody else's
				now.Owned++
			}
		case plan.Revoke:
			now.Extra--
			now.Owned--
		}
	}
	return now
}
