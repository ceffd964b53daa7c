package firsthour

import (
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

// Bases proposes, below a context, where to look: the branches right below it that hold
// entries, or the context where they hold nothing in particular. counts are entries by the place they lie in.
func Bases(counts map[string]int, context string) []string {
	branches := map[string]int{}
	for place, n := range counts {
		branches[branch(place, context)] += n
	}
	if len(branches) > 1 { // where Active Directory puts what nobody has put elsewhere
		maps.DeleteFunc(branches, func(dn string, _ int) bool {
			name := strings.ToLower(dn)
			return strings.HasPrefix(name, "cn=users,") || strings.HasPrefix(name, "cn=builtin,") || strings.HasPrefix(name, "cn=managed service accounts,")
		})
	}
	if _, right := branches[context]; right || len(branches) == 0 {
		return []string{context}
	}
	return slices.SortedFunc(maps.Keys(branches), byCount(branches))
}

// branch is the entry right below the context under which a place lies, or the context itself.
func branch(place, context string) string {
	for place != "" && !strings.EqualFold(place, context) {
		above := directory.Parent(place)
		if strings.EqualFold(above, context) {
			return place
		}
		place = above
	}
	return context
}

// byCount puts what is more first, and the rest in order.
func byCount(counts map[string]int) func(a, b string) int {
	return func(a, b string) int {
		if d := counts[b] - counts[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	}
}

// Lie counts groups by the place they lie in. Empty groups count too.
func Lie(groups []directory.Tribe) map[string]int {
	counts := map[string]int{}
	for _, g := range groups {
		counts[directory.Parent(g.DN)]++
	}
	return counts
}

// Domains proposes those of at least one address in twenty: an address elsewhere is a
// slip, or a guest's, and must be allowed on purpose.
func Domains(counts map[string]int) []string {
	total := 0
	for _, n := range counts {
		total += n
	}
	var common []string
	for _, d := range slices.SortedFunc(maps.Keys(counts), byCount(counts)) {
		if counts[d]*20 >= total {
			common = append(common, d)
		}
	}
	return common
}
