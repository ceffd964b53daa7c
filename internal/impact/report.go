package impact

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Report is all that is different, and how many people it is about.
type Report struct {
	People  int      // that both sides were asked about
	Changes []Change // sorted: by matter, by folder
	Totals  Counts
	Rules   []Rule // that changes name or that only one side has: those of the newer side in its order, then the others
}

// Counts is people, each once in each: one person may gain here and lose there.
type Counts struct {
	Touched  int // anything is different
	Gain     int // an account, a folder, or a stronger role
	Lose     int // alike
	Doubt    int // gain or lose an account or a folder against which something is known
	Change   int // what is neither more nor less
	Anew     int // what counts when an account is made, and changes none that is there: its profile, its name, the mail
	Wait     int // keep what they have while a rule is held
	Held     int // a rule is held newly
	Released int // a rule is held no longer
}

// Rule is what is different because of one rule. A rule that gives what is gained
// counts those who gain, one that gave what is lost those who lose.
type Rule struct {
	Name   string
	Added  bool // only the newer side has it
	Gone   bool // only the older side has it
	Counts Counts
}

// Different says whether there is anything to look at.
func (r *Report) Different() bool { return len(r.Changes) > 0 }

// Of are the changes of one matter, in their order.
func (r *Report) Of(w What) []Change {
	return slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool { return c.What != w })
}

// count counts people, in all and by rule.
func (r *Report) count(older, newer []string) {
	all, byRule := census{}, map[string]census{}
	for i := range r.Changes {
		c := &r.Changes[i]
		all.add(c)
		for _, name := range c.Rules {
			if byRule[name] == nil {
				byRule[name] = census{}
			}
			byRule[name].add(c)
		}
	}
	r.Totals = all.counts()
	for i, name := range slices.Concat(newer, older) {
		rule := Rule{
			Name: name, Added: !slices.Contains(older, name), Gone: !slices.Contains(newer, name),
			Counts: byRule[name].counts(),
		}
		twice := i >= len(newer) && !rule.Gone
		if !twice && (rule.Added || rule.Gone || rule.Counts != (Counts{})) {
			r.Rules = append(r.Rules, rule)
		}
	}
}

// census is who is in which column.
type census map[column]map[access.PersonID]bool

type column int

const (
	touched column = iota
	gain
	doubt
	lose
	differ
	anew
	wait
	held
	released
)

// columnOf is where a change is counted.
func columnOf(c *Change) column {
	switch {
	case c.What == Hold && c.Way == Gains:
		return held
	case c.What == Hold:
		return released
	case c.Way == Waits:
		return wait
	case c.What == Profile, c.What == Name, c.What == Mail:
		return anew
	case c.Way == Differs:
		return differ
	case (c.Way == Gains || c.Way == Loses) && c.Note != "":
		return doubt
	case c.Way == Gains, c.Way == Stronger:
		return gain
	}
	return lose
}

func (s census) add(c *Change) {
	for _, col := range []column{touched, columnOf(c)} {
		if s[col] == nil {
			s[col] = map[access.PersonID]bool{}
		}
		for _, p := range c.People {
			s[col][p.ID] = true
		}
	}
}

func (s census) counts() Counts {
	return Counts{
		Touched: len(s[touched]), Gain: len(s[gain]), Doubt: len(s[doubt]), Lose: len(s[lose]), Change: len(s[differ]), Anew: len(s[anew]),
		Wait: len(s[wait]), Held: len(s[held]), Released: len(s[released]),
	}
}
