package impact

import (
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Compare finds what is different between two sides that were asked about the same
// people, in an order that depends on nothing else. Rules that give the same by
// another name, or as another identity, are no difference.
func Compare(older, newer Side) Report {
	c := comparer{older: older, newer: newer, found: map[string]*Change{}}
	before := byID(older.verdicts)
	for i := range newer.verdicts {
		now := &newer.verdicts[i]
		if was, known := before[now.Person]; known {
			c.person(was, now)
		}
	}
	r := Report{People: len(newer.verdicts)}
	for _, change := range c.found {
		r.Changes = append(r.Changes, *change)
	}
	slices.SortFunc(r.Changes, compareChanges)
	r.count(older.names, newer.names)
	return r
}

func byID(verdicts []access.Verdict) map[access.PersonID]*access.Verdict {
	found := make(map[access.PersonID]*access.Verdict, len(verdicts))
	for i := range verdicts {
		found[verdicts[i].Person] = &verdicts[i]
	}
	return found
}

type comparer struct {
	older, newer Side
	found        map[string]*Change // by id
}

// add notes a difference for one person.
func (c *comparer) add(v *access.Verdict, change Change) {
	id := change.id()
	if c.found[id] == nil {
		c.found[id] = &change
	}
	c.found[id].People = append(c.found[id].People, Person{ID: v.Person, DN: v.DN, Email: v.Email, Name: v.Name})
}

func (c *comparer) person(was, now *access.Verdict) {
	c.account(was, now)
	c.folders(was, now)
	for _, h := range now.Held {
		if !slices.Contains(was.Held, h) {
			c.add(now, Change{What: Hold, Way: Gains, Rules: []string{h.Rule}, Note: h.Why, Common: h.Common})
		}
	}
	for _, h := range was.Held {
		if !slices.Contains(now.Held, h) {
			c.add(now, Change{What: Hold, Way: Loses, Rules: []string{h.Rule}, Note: h.Why, Common: h.Common})
		}
	}
}

func (c *comparer) account(was, now *access.Verdict) {
	asked, ask := ruleNames(was.Causes), ruleNames(now.Causes)
	switch {
	case !was.Account && !now.Account:
	case !was.Account:
		c.add(now, Change{What: Account, Way: Gains, To: now.Profile, Rules: ask, Note: c.newer.aimer.Profile(now.Profile)})
	case now.Account:
		c.settings(was, now)
	case holds(now, asked):
		c.add(now, Change{What: Account, Way: Waits, From: was.Profile, Rules: asked})
	default:
		c.add(now, Change{What: Account, Way: Loses, From: was.Profile, Rules: asked, Note: c.older.aimer.Profile(was.Profile)})
	}
}

// settings compares an account that both sides ask for.
func (c *comparer) settings(was, now *access.Verdict) {
	rules := ruleNames(now.Causes)
	if !sameName(was.Profile, now.Profile) {
		c.add(now, Change{What: Profile, Way: Differs, From: was.Profile, To: now.Profile, Rules: rules, Note: c.newer.aimer.Profile(now.Profile)})
	}
	if was.Name != now.Name {
		c.add(now, Change{What: Name, Way: Differs, From: was.Name, To: now.Name, Rules: rules})
	}
	switch {
	case now.Notify && !was.Notify:
		c.add(now, Change{What: Mail, Way: Gains, Rules: rules})
	case was.Notify && !now.Notify:
		c.add(now, Change{What: Mail, Way: Loses, Rules: ruleNames(was.Causes)})
	}
}

func sameName(a, b string) bool { return access.FoldName(a) == access.FoldName(b) }

func (c *comparer) folders(was, now *access.Verdict) {
	left := map[string]plan.Aim{}
	for _, a := range c.older.aimer.Aims(was) {
		left[a.Key] = a
	}
	for _, a := range c.newer.aimer.Aims(now) {
		old, had := left[a.Key]
		delete(left, a.Key)
		switch {
		case !had:
			c.add(now, Change{What: Folder, Way: Gains, Key: a.Key, Folder: a.Folder, To: a.Role.Name, Rules: a.Rules, Note: a.Doubt})
		case !sameName(old.Role.Name, a.Role.Name) || old.Doubt != a.Doubt:
			c.role(now, old, a)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		old, way := left[key], Loses
		if holds(now, old.Rules) {
			way = Waits
		}
		c.add(now, Change{What: Folder, Way: way, Key: key, Folder: old.Folder, From: old.Role.Name, Rules: old.Rules, Note: old.Doubt})
	}
}

// role compares two roles on one folder.
func (c *comparer) role(v *access.Verdict, old, now plan.Aim) {
	change := Change{What: Folder, Key: now.Key, Folder: now.Folder, From: old.Role.Name, To: now.Role.Name, Rules: now.Rules, Note: now.Doubt}
	known := old.Role.ID != "" && now.Role.ID != ""
	switch {
	case known && now.Role.Rank > old.Role.Rank:
		change.Way = Stronger
	case known && now.Role.Rank < old.Role.Rank && holds(v, old.Rules):
		change.Way, change.Rules = Waits, old.Rules
	case known && now.Role.Rank < old.Role.Rank:
		change.Way, change.Rules = Weaker, old.Rules
	default:
		change.Way = Differs
	}
	c.add(v, change)
}
