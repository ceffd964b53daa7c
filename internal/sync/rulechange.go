package sync

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// keepRules remembers what the rules mean by now, behind a run that has judged everybody by
// them: what they take away from here on, they do not because they have changed.
func (r *Runner) keepRules(ctx context.Context, v *view) error {
	if r.Parking == nil || !v.whole() {
		return nil
	}
	digests := r.Rules.Digests()
	for rule := range v.unsettled() {
		delete(digests, rule)
	}
	if err := r.Parking.KeepRules(ctx, digests, v.shutOut()); err != nil {
		return fmt.Errorf("remember what the rules mean: %w", err)
	}
	return nil
}

// unsettled are the rules of which something still waits that would take access away,
// whatever holds it back: once it goes, the change of the rule may be the reason. So it is with
// a rule that could not be judged.
func (v *view) unsettled() map[string]bool {
	waiting := map[string]bool{}
	for i := range v.report.Withheld {
		c := &v.report.Withheld[i].Change
		if !guard.KindOf(*c).Narrows() {
			continue
		}
		for _, rule := range c.Rules() {
			waiting[rule] = true
		}
	}
	for _, n := range v.blocked {
		waiting[n.Rule] = true
	}
	return waiting
}

// excluded is how many people the groups of each rule's not_group shut out.
func (v *view) excluded() map[string]int { return v.bound.Excluded(v.snapshot.People) }

// shutOut is that, but for rules of which something waits that they would give: what has led
// to that must not be taken for how it is until somebody has looked at it.
func (v *view) shutOut() map[string]int {
	excluded := v.excluded()
	for i := range v.report.Withheld {
		w := &v.report.Withheld[i]
		if kind := guard.KindOf(w.Change); w.Brake == guard.ByBudget && !kind.Narrows() {
			for _, rule := range w.Change.Rules() {
				delete(excluded, rule)
			}
		}
	}
	return excluded
}
