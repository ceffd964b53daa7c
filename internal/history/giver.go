package history

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Giver is where a role came from.
type Giver int

// The givers. Of Somebody no more is known than that it was not us.
const (
	Somebody  Giver = iota + 1
	Us              // a run gave it
	Adopted         // a human gave it, and another made it ours
	Disowned        // a run gave it, and a human gave it up: it counts as given by hand
	Inherited       // it was held on a folder above
)

// Held is a role that was held at a moment, and where it came from.
type Held struct {
	ledger.Stretch
	Giver  Giver
	Begun  time.Time        // since when the same role was held without a break, as far as was observed
	Change *Change          // of ours, that gave it; nil: it was not us, or the change is forgotten
	Rules  []string         // that asked for it, if it is ours
	Via    []access.GroupID // the groups that led to them
	Decree *Run             // the decision that made it ours
	By     access.Account   // who gave it, as Kiteworks says; zero: it does not
}

// ours tells what is ours from what is not, by what we did until a moment.
type ours struct {
	at      time.Time
	changes []Change                       // of one account, the oldest first
	decrees []Run                          // the newest first
	owned   map[plan.GrantKey]access.Owned // as of now: what is left of changes that are forgotten
}

// held says where a role came from. around are the stretches of the same account and
// folder, the oldest first, this one included.
func (o ours) held(s ledger.Stretch, around []ledger.Stretch) Held {
	h := Held{Stretch: s, Giver: Somebody, Begun: begun(s, around)}
	if s.Grant.Origin != "" {
		h.Giver = Inherited
		return h
	}
	key := plan.GrantKey{Account: s.Grant.Account, Folder: s.Grant.Folder}
	decree := o.decree(key, h.Begun)
	if change := o.gave(h); change != nil && (decree == nil || decree.Trigger == adopt || decree.Started.Before(change.Settled)) {
		h.Giver, h.Change, h.Rules = Us, change, change.Change.Rules()
		for _, c := range change.Change.Causes {
			h.Via = append(h.Via, c.Via...)
		}
		return h
	}
	own, isOurs := o.owned[key]
	isOurs = isOurs && own.Lost == "" && own.Role == s.Grant.Role &&
		(own.SharedBy == "" || own.SharedBy == s.Grant.SharedBy)
	switch {
	case decree != nil && decree.Trigger == adopt:
		h.Giver, h.Decree = Adopted, decree
	case decree != nil:
		h.Giver, h.Decree = Disowned, decree
	case decree == nil && isOurs:
		h.Giver = Us
	}
	if isOurs && h.Giver != Somebody {
		h.Rules = own.Rules()
	}
	return h
}

// begun is since when a role was held as it is. That the server tells who gave it
// only later is no break.
func begun(s ledger.Stretch, around []ledger.Stretch) time.Time {
	since := s.Since
	for _, before := range slices.Backward(around) {
		g := before.Grant
		if before.Until.Equal(since) && g.Role == s.Grant.Role && g.Origin == s.Grant.Origin &&
			(g.SharedBy == s.Grant.SharedBy || g.SharedBy == "") {
			since = before.Since
		}
	}
	return since
}

// gave is the change of ours by which a role came to be; nil: there is none.
func (o ours) gave(h Held) *Change {
	for i := range slices.Backward(o.changes) {
		r := &o.changes[i]
		c := r.Change
		fits := c.Account == h.Grant.Account && c.Folder == h.Grant.Folder && (c.Op == plan.Grant || c.Op == plan.Raise) &&
			c.To == h.Grant.Role && r.Result == plan.Done.String()
		if fits && !r.Settled.Before(h.Begun) && (h.Until.IsZero() || r.Settled.Before(h.Until)) {
			return r
		}
	}
	return nil
}

// decree is the last decision about a grant between two moments; nil: there was none.
func (o ours) decree(key plan.GrantKey, since time.Time) *Run {
	for i := range o.decrees {
		d := &o.decrees[i]
		if !d.Started.After(o.at) && !d.Started.Before(since) && slices.Contains(d.Grants, key) {
			return d
		}
	}
	return nil
}
