package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// seat is where the unit that a rule means is by now, in one directory.
type seat struct{ source, dn, spelt string } // dn: folded

// seat is the folded DN below which people of a directory must be; moved: it is not the one that the rule has.
func (t *test) seat(source string) (dn string, moved bool) {
	for i := range t.seats {
		if t.seats[i].source == source {
			return t.seats[i].dn, true
		}
	}
	return t.under, false
}

// unitRef is the key of the pin of a unit in one directory, by the DN as the rule writes it. Written otherwise
// it has another key, and so means what bears that DN now.
func unitRef(source, text string) string { return "under " + source + ":" + text }

// unitIndex finds units by DN and by id. Two directories may have the same DNs.
type unitIndex struct {
	read bool // false: nobody has read them, and the DNs decide alone
	byDN map[string][]access.Unit
	byID map[access.GroupID]access.Unit
}

func newUnitIndex(units []access.Unit) unitIndex {
	x := unitIndex{read: units != nil, byDN: make(map[string][]access.Unit, len(units)), byID: make(map[access.GroupID]access.Unit, len(units))}
	for _, u := range units {
		key := FoldDN(u.DN)
		x.byDN[key] = append(x.byDN[key], u)
		x.byID[u.ID] = u
	}
	return x
}

// gap says whether something is missing between a folded DN and a unit above it. 389-DS goes on to show what lies below a
// unit that was moved under the DN of before.
func (x unitIndex) gap(source, dn string) bool {
	missing := false
	for _, above, more := strings.Cut(dn, rdnEnd); more && above != ""; _, above, more = strings.Cut(above, rdnEnd) {
		there := slices.ContainsFunc(x.byDN[above], func(u access.Unit) bool { return u.ID.Source == source })
		if there && missing {
			return true
		}
		missing = missing || !there
	}
	return false
}

// seats finds the units that a rule names, or meant when it was met first, one in each directory. It says why the rule is frozen.
// A DN that is no unit's needs none.
func (b *Bound) seats(r *rule, t *test, f finder) (why string) {
	if !f.units.read {
		return ""
	}
	here := map[string]access.Unit{} // those that bear the DN, by directory
	for _, u := range f.units.byDN[t.under] {
		here[u.ID.Source] = u
		if _, pinned := f.pins[unitRef(u.ID.Source, t.text)]; !pinned {
			b.resolved[unitRef(u.ID.Source, t.text)] = u.ID
		}
	}
	for _, id := range pinsOf(t.text, f.pins) {
		now, err := f.units.follow(t.text, id, here[id.Source])
		if err != nil {
			t.lost = true
			return err.Error()
		}
		if key := FoldDN(now.DN); key != t.under {
			t.seats = append(t.seats, seat{id.Source, key, now.DN})
			b.rename(r, fmt.Sprintf("the unit %q is %q by now: write that", t.text, now.DN))
		}
	}
	return ""
}

// pinsOf are the units that the DN of a rule once meant, sorted.
func pinsOf(text string, pins map[string]access.GroupID) []access.GroupID {
	var ids []access.GroupID
	for ref, id := range pins {
		if strings.HasSuffix(ref, text) && ref == unitRef(id.Source, text) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, access.GroupID.Compare)
	return ids
}

// follow finds a pinned unit. It decides as long as nobody else bears the DN (here; zero: nobody does); the error says what to do.
func (x unitIndex) follow(text string, id access.GroupID, here access.Unit) (access.Unit, error) {
	now, exists := x.byID[id]
	switch {
	case exists && (here == access.Unit{} || here == now):
		return now, nil
	case exists:
		return now, fmt.Errorf("the unit %q is %q by now, and another (id %s) bears its name: write the DN of the first if you mean that, and the name as it stands, spelt anew, if you mean the second", text, now.DN, here.ID)
	case here != access.Unit{}:
		return now, fmt.Errorf("the unit %q was deleted and made again (id %s is gone, the one that is there has %s): write its DN, spelt anew, into the rule once you have looked at who is below it", text, id, here.ID)
	}
	return now, fmt.Errorf("the unit %q (id %s) is gone from the directory, or from below directory.people.bases: restore it, or remove the rule", text, id)
}

// Renaming is a group or a unit that a rule names by what it is not called any more.
type Renaming struct {
	Rule string // "": it is a wall, and Why says which
	Why  string
}

func (b *Bound) rename(r *rule, why string) {
	if r.name == "" {
		why = r.at + ": " + why
	}
	if n := (Renaming{Rule: r.name, Why: why}); !slices.Contains(b.renamed, n) {
		b.renamed = append(b.renamed, n)
	}
}

// Renamed are the groups and units that are followed under another name, in the order of the rules, with what to write.
func (b *Bound) Renamed() []Renaming { return slices.Clone(b.renamed) }
