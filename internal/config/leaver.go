package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Leaver is what happens, step by step, to those who have left in one of some ways.
type Leaver struct {
	Who   []Exit `yaml:"who"`   // in which ways; each of them stands in one item only
	Steps []Step `yaml:"steps"` // in the order in which they happen
}

// Step is one thing that happens to whoever has left.
type Step struct {
	After  Span   `yaml:"after"` // since the person was first seen to have left; 0h: at once
	Do     Deed   `yaml:"do"`
	DataTo string `yaml:"data_to"` // needed with delete: who gets the data of the account. Write manager, an address, or a template
	OrTo   string `yaml:"or_to"`   // who gets it if that one cannot have it; left out: then the deletion waits
}

// Exit is a way in which somebody has left. The one that an administrator orders is
// none of these: whoever is offboarded goes the way of those who are disabled.
type Exit int

// The exits that a ladder may be for.
const (
	ExitDisabled Exit = iota + 1
	ExitExpired
	ExitGone
	ExitUnmatched
)

const exitHint = "disabled: the directory says so of the account; expired: its date there has come; " +
	"gone: the entry was deleted, or is in leavers_in; unmatched: the entry is there, and no rule applies to it, or bases and filter leave it out"

func (e Exit) String() string { return choice(int(e), "disabled", "expired", "gone", "unmatched") }

// MarshalText writes the way as the file has it.
func (e Exit) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the way.
func (e *Exit) UnmarshalText(text []byte) error {
	if string(text) == string(plan.ExitOffboarded) {
		return mistake{
			"offboarded has no steps of its own",
			"leave it out: whoever is offboarded by command is suspended at once, and then goes the way of those who are disabled",
		}
	}
	return choose(e, string(text), exitHint, ExitDisabled, ExitExpired, ExitGone, ExitUnmatched)
}

// Deed is what a step does.
type Deed int

// The deeds, in the order in which they may follow one another.
const (
	SuspendAccount Deed = iota + 1
	RevokeGrants
	DeleteAccount
)

const deedHint = "suspend: the account can do nothing any more, and that can be undone; revoke: all that this program gave is taken away; " +
	"delete: the account is deleted, and its data goes to data_to"

func (d Deed) String() string { return choice(int(d), "suspend", "revoke", "delete") }

// MarshalText writes the deed as the file has it.
func (d Deed) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the deed.
func (d *Deed) UnmarshalText(text []byte) error {
	return choose(d, string(text), deedHint, SuspendAccount, RevokeGrants, DeleteAccount)
}

func (d Deed) op() plan.Op {
	return map[Deed]plan.Op{SuspendAccount: plan.Suspend, RevokeGrants: plan.Revoke, DeleteAccount: plan.Delete}[d]
}

// Ladders is what happens to those who have left in each of the ways that the file
// names. None is there for those who were offboarded: plan knows what becomes of them.
func (c *Config) Ladders() map[plan.Exit]plan.Ladder {
	all := map[plan.Exit]plan.Ladder{}
	for _, l := range c.Leavers {
		var ladder plan.Ladder
		for _, s := range l.Steps {
			ladder = append(ladder, plan.Rung{After: time.Duration(s.After), Do: s.Do.op(), DataTo: s.DataTo, OrTo: s.OrTo})
		}
		for _, way := range l.Who {
			all[plan.Exit(way.String())] = ladder
		}
	}
	return all
}

// theManager is whom the directory names as somebody's manager.
const theManager = "manager"

// heirs are the manager and the templates that ladders name, each once, in the order of
// the file. Addresses are not among them: there is nothing to find out.
func (c *Config) heirs() []rules.HeirExpression {
	var all []rules.HeirExpression
	for i, l := range c.Leavers {
		for n, s := range l.Steps {
			path := fmt.Sprintf("leavers[%d].steps[%d]", i, n)
			for _, h := range []rules.HeirExpression{{Text: s.DataTo, Path: path + ".data_to"}, {Text: s.OrTo, Path: path + ".or_to"}} {
				again := slices.ContainsFunc(all, func(o rules.HeirExpression) bool { return o.Text == h.Text })
				if isFoundOut(h.Text) && !again {
					all = append(all, h)
				}
			}
		}
	}
	return all
}

// isFoundOut says whether a heir is found by the entry of whoever leaves.
func isFoundOut(expr string) bool { return expr == theManager || strings.Contains(expr, "{{") }
