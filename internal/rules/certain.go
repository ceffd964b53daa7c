package rules

import (
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Certain is what everybody gets for whom a condition holds, whatever else the
// directory says of them.
type Certain struct {
	When   Condition // folded: equal ones hold for the same people
	Gifts  []CertainGift
	Shared []CertainGift // what rules for everyone add
}

// CertainGift is a folder that depends on no value and no date.
type CertainGift struct {
	Rule string
	Path access.Path
}

// Certainties are what rules with one condition give together, in the order of the rules. Rules with mistakes give what can be read of them.
func Certainties(list []Rule) []Certain {
	var all []Certain
	at := map[Condition]int{}
	for _, r := range list {
		when := r.When.Folded()
		if _, met := at[when]; !met {
			at[when] = len(all)
			all = append(all, Certain{When: when})
		}
		all[at[when]].Gifts = append(all[at[when]].Gifts, r.certain()...)
	}
	everyone := Condition{Everyone: true}
	n, met := at[everyone]
	if !met {
		return all
	}
	for i := range all {
		if i != n {
			all[i].Shared = all[n].Gifts
		}
	}
	return all
}

// certain is empty for a rule with a pattern: it is about whichever groups there are.
func (r Rule) certain() []CertainGift {
	var gifts []CertainGift
	for _, g := range r.Grants {
		path, err := access.ParsePath(g.Folder)
		if err != nil || strings.Contains(g.Folder, "{{") || g.From != nil || g.Until != nil || r.When.GroupLike != "" {
			continue
		}
		gifts = append(gifts, CertainGift{Rule: strings.TrimSpace(r.Name), Path: path})
	}
	return gifts
}
