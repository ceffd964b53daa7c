package rules

import "math/bits"

// candidates tells which rules can concern whom, so that a person costs what
// their groups cost, not what all rules do: most rules are about one group.
type candidates struct {
	always  ruleSet             // whatever the groups are
	byGroup map[int32][]ruleBit // what a membership adds
}

// ruleSet is a set of rules: one bit for each, in their order.
type ruleSet []uint64

// ruleBit is one rule in a ruleSet.
type ruleBit struct {
	word int32
	bit  uint64
}

// usualWords is room for 1,024 rules on the stack.
const usualWords = 16

func newCandidates(rules []boundRule) candidates {
	c := candidates{always: make(ruleSet, (len(rules)+63)/64), byGroup: map[int32][]ruleBit{}}
	for i := range rules {
		bit := ruleBit{word: int32(i / 64), bit: 1 << (i % 64)}
		groups, bounded := rules[i].groupsNeeded()
		if !bounded {
			c.always[bit.word] |= bit.bit
		}
		for _, g := range groups {
			c.byGroup[g] = append(c.byGroup[g], bit)
		}
	}
	return c
}

// groupsNeeded are those of which a person must be in one for the rule to give
// or hold anything; bounded is false if there is no such need.
func (r *boundRule) groupsNeeded() (groups []int32, bounded bool) {
	if r.frozen != "" {
		return nil, false
	}
	for _, t := range r.tests {
		if t.kind == testGroup {
			return []int32{t.group}, true
		}
	}
	if r.pattern == nil || r.unseen != "" {
		return nil, false
	}
	for _, i := range r.instances {
		groups = append(groups, i.at)
	}
	return groups, true
}

// of are the rules that can concern somebody with these groups; room is used if
// it is enough.
func (c *candidates) of(groups []int32, room ruleSet) ruleSet {
	set := append(room[:0], c.always...)
	for _, g := range groups {
		for _, b := range c.byGroup[g] {
			set[b.word] |= b.bit
		}
	}
	return set
}

// each calls do with the rules of the set, in their order.
func (s ruleSet) each(do func(rule int)) {
	for word, left := range s {
		for ; left != 0; left &= left - 1 {
			do(word*64 + bits.TrailingZeros64(left))
		}
	}
}
