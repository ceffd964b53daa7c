package status

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Labelled says which rules are shown by name, and under which: the label that the
// configuration gives them. Several rules may share one.
func (b *Board) Labelled(rules map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.labels = rules
	b.metrics.ruleHeld.Reset() // until the next full run nobody knows
	for _, name := range rules {
		for _, op := range operations() {
			for _, result := range []plan.Result{plan.Done, plan.Refused} {
				b.metrics.ruleChanges.WithLabelValues(name, label(op), label(result))
			}
		}
	}
}

// labelsOf are the labels of the rules that ask for a change, each once.
func (b *Board) labelsOf(c plan.Change) []string {
	if len(b.labels) == 0 {
		return nil
	}
	var names []string
	for _, rule := range c.Rules() {
		if name := b.labels[rule]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// freeze shows which of the labelled rules are frozen as a whole.
func (b *Board) freeze(rules []string) {
	frozen := map[string]bool{}
	for rule, name := range b.labels {
		frozen[name] = frozen[name] || slices.Contains(rules, rule)
	}
	for name, is := range frozen {
		b.metrics.ruleHeld.WithLabelValues(name).Set(number(is))
	}
}
