package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// unheard finds the roles and the profile of a rule that the server does not have.
// Of a list that is empty nothing is known.
func (l *linter) unheard(g gift, r Rule) {
	if r.Account != nil && r.Account.Profile != "" {
		l.lacking(g, g.at+".account.profile", "profile", r.Account.Profile, l.profiles)
	}
	for n, grant := range r.Grants {
		l.lacking(g, fmt.Sprintf("%s.grants[%d].role", g.at, n), "role", grant.Role, l.roles)
	}
}

func (l *linter) lacking(g gift, path, kind, name string, there []string) {
	name = strings.TrimSpace(name)
	is := func(other string) bool { return access.FoldName(other) == access.FoldName(name) }
	if len(there) == 0 || slices.ContainsFunc(there, is) {
		return
	}
	hint := "it offers " + strings.Join(there, ", ")
	if like := nearest(name, there); like != "" {
		hint = fmt.Sprintf("did you mean %q? %s", like, hint)
	}
	l.report(g.index, path, fmt.Sprintf("the server had no %s %q when the snapshot was made", kind, name), hint)
}
