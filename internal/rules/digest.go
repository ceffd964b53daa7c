package rules

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
)

// evaluation is the version of what rules mean. Raise it with each change of this package,
// or of package filter, after which a rule may give somebody less than before.
const evaluation = 1

// Digests are, by the names of the rules, digests of all that their evaluation depends on
// besides the directory: two that are equal give the same people the same.
func (s *Set) Digests() map[string]string {
	digests := make(map[string]string, len(s.rules))
	for i := range s.rules {
		digests[s.rules[i].name] = s.digest(&s.rules[i])
	}
	return digests
}

func (s *Set) digest(r *rule) string {
	parts := []string{strconv.Itoa(evaluation), "group_like", r.groupLike}
	for _, t := range r.tests {
		parts = append(parts, t.kind.String(), cmp.Or(t.under, t.text))
	}
	if a := r.account; a != nil {
		parts = append(parts, "account", a.profile, a.name.digest(), strconv.FormatBool(a.notify))
	}
	var grants []string
	for i := range r.grants {
		grants = append(grants, s.grantDigest(&r.grants[i]))
	}
	slices.Sort(grants)
	return digest(append(parts, grants...)...)
}

// grantDigest is that of one grant: the time zone counts where there are dates, the
// roots where a template may leave them.
func (s *Set) grantDigest(g *grant) string {
	parts := []string{g.place.As, g.place.FolderID, string(g.place.Path), g.template.digest(), g.role, strconv.FormatBool(g.create)}
	if g.template != nil && !g.proven {
		roots := slices.Clone(s.roots)
		slices.Sort(roots)
		parts = append(parts, fmt.Sprintf("%q", roots))
	}
	for _, d := range []*date{g.from, g.until} {
		if d == nil {
			parts = append(parts, "")
			continue
		}
		parts = append(parts, d.attribute, d.ifEmpty.String(), s.zone.String())
	}
	return digest(parts...)
}

// digest is that of the text and of the tables that it looks up; "": there is none.
func (t *template) digest() string {
	if t == nil {
		return ""
	}
	parts := []string{t.written}
	for _, name := range sorted(slices.Clone(t.lookedUp)) {
		parts = append(parts, name, fmt.Sprintf("%q", t.tables[name])) // its keys are printed in order
	}
	return digest(parts...)
}

// digest tells any two lists apart, also where they only divide the same text otherwise.
func digest(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:])
}
