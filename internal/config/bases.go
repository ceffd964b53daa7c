package config

import (
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"
)

// checkLeavers refuses a place for leavers that holds people at work as well.
func (f *findings) checkLeavers(path string, p *People) {
	for i, leavers := range p.LeaversIn {
		for j, base := range p.Bases {
			if holds(leavers, base) {
				f.report(fmt.Sprintf("%s.leavers_in[%d]", path, i),
					fmt.Sprintf("holds the whole of %s.bases[%d]: everybody there would count as having left", path, j),
					"name the place to which an entry is moved when somebody leaves; it may lie below a base")
				break
			}
		}
	}
}

// checkOverlap refuses that two directories read the same people.
func (f *findings) checkOverlap(all []Directory) {
	for i := range all {
		for j := range all[:i] {
			f.checkPair(&all[j], &all[i])
		}
	}
}

func (f *findings) checkPair(first, second *Directory) {
	if !slices.ContainsFunc(second.services(), func(s string) bool { return slices.Contains(first.services(), s) }) {
		return
	}
	for i, base := range second.People.Bases {
		for j, other := range first.People.Bases {
			if overlap(base, other, first.People.Filter == second.People.Filter) {
				f.report(fmt.Sprintf("%s.people.bases[%d]", second.path, i),
					fmt.Sprintf("is read from the same server by %s.people.bases[%d]: each person there would be two", first.path, j),
					"leave it to one of the two directories")
				break
			}
		}
	}
}

// overlap says whether two searches find the same people: below one base, or
// with one filter where one base lies below the other.
func overlap(a, b string, sameFilter bool) bool {
	inAB, inBA := holds(a, b), holds(b, a)
	return inAB && inBA || sameFilter && (inAB || inBA)
}

// holds says whether the entry inner is outer or lies below it.
func holds(outer, inner string) bool {
	o, err := ldap.ParseDN(outer)
	i, bad := ldap.ParseDN(inner)
	return err == nil && bad == nil && (o.EqualFold(i) || o.AncestorOfFold(i))
}
