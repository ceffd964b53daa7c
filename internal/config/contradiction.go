package config

import (
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const contradictionHint = "change the rules or the wall: as they are, whoever matches never gets all that the rules ask for"

// checkContradiction finds rules that a wall would stop for everybody whom they are about.
func (f *findings) checkContradiction(path string, w *Wall, list []rules.Rule) {
	for _, certain := range rules.Certainties(list) {
		if a, b, ok := w.parted(slices.Concat(certain.Gifts, certain.Shared)); ok {
			f.report(path+".never_both", togetherBy(a, b), contradictionHint)
		}
		if w.Deny == nil || w.Deny.Folded() != certain.When && !w.Deny.Everyone {
			continue
		}
		if gift, ok := w.denied(certain.Gifts); ok {
			f.report(path+".deny", fmt.Sprintf("rule %q gives %s to nobody but those who are denied it", gift.Rule, gift.Path), contradictionHint)
		}
	}
}

// parted are the first two gifts that lie on two sides of the wall.
func (w *Wall) parted(gifts []rules.CertainGift) (a, b rules.CertainGift, ok bool) {
	side := -1
	for _, gift := range gifts {
		for i, area := range w.NeverBoth {
			switch {
			case !area.holds(gift.Path):
			case side < 0:
				a, side = gift, i
			case side != i:
				return a, gift, true
			}
		}
	}
	return a, b, false
}

// denied is the first gift behind the wall.
func (w *Wall) denied(gifts []rules.CertainGift) (rules.CertainGift, bool) {
	for _, gift := range gifts {
		for _, area := range w.Folders {
			if area.holds(gift.Path) {
				return gift, true
			}
		}
	}
	return rules.CertainGift{}, false
}

func togetherBy(a, b rules.CertainGift) string {
	if a.Rule == b.Rule {
		return fmt.Sprintf("rule %q gives both %s and %s", a.Rule, a.Path, b.Path)
	}
	return fmt.Sprintf("rule %q gives %s, and to the same people rule %q gives %s", a.Rule, a.Path, b.Rule, b.Path)
}
