package kwsim

import (
	"cmp"
	"slices"
	"strings"
)

// wireMember is Member of the vendor's document.
type wireMember struct {
	ObjectID string `json:"objectId"`
	RoleID   int    `json:"roleId"`
	UserID   string `json:"userId"`
	Email    string `json:"email"`
	*memberDetail
	User *basicUser `json:"user,omitempty"` // only if asked for
	Role *wireRole  `json:"role,omitempty"` // only if asked for
}

// memberDetail is what compact mode leaves out.
type memberDetail struct {
	InheritRoleID int        `json:"inheritRoleId"`
	Rank          int        `json:"rank"`
	SharedBy      *basicUser `json:"sharedBy"`
	Created       string     `json:"created"`
	OriginFolder  any        `json:"originFolder,omitempty"`
}

type origin struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (c *call) wireMember(f *folder, h holding) wireMember {
	g := c.world.effective(h)
	does := c.world.does()
	out := wireMember{ObjectID: f.ID, RoleID: does.wireRoleID(g.role), UserID: h.user.ID, Email: h.user.Email}
	if !c.query.compact() {
		out.memberDetail = &memberDetail{
			InheritRoleID: does.wireRoleID(h.inherited.role), Rank: c.world.ranks[g.role],
			SharedBy: newBasicUser(g.by), Created: wireTime(g.at),
		}
		if h.direct.role == 0 {
			out.OriginFolder = c.originFolder(h.origin)
		}
	}
	if c.query.wants("user") {
		out.User = newBasicUser(h.user)
	}
	if c.query.wants("role") {
		role, _ := c.world.role(g.role)
		out.Role = does.wireRole(role)
	}
	return out
}

// originFolder names where an inherited role comes from; nil if the server does not say.
func (c *call) originFolder(f *folder) any {
	switch c.world.does().InheritedOrigin {
	case onlyID:
		return f.ID
	case absent:
		return nil
	}
	return origin{f.ID, f.Name}
}

func listMembers(c *call) (answer, error) {
	f, err := c.folder()
	if err != nil {
		return answer{}, err
	}
	rows := c.namedMembers(f)
	if rows == nil {
		rows = c.world.effectiveMembers(f)
	}
	field, descending := c.query.order("id")
	if field != "id" && field != "userId" || descending {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b holding) int {
			return directed(c.world.compareMembers(field, a, b), descending)
		})
	}
	keep := every(c.byRole(), c.shownMembers())
	return page(c, rows, keep, func(h holding) any { return c.wireMember(f, h) }), nil
}

func (c *call) byRole() filter[holding] {
	role := c.query.number("roleId")
	if role == nil {
		return nil
	}
	named := c.world.does().roleID(*role)
	return func(h holding) bool { return c.world.effective(h).role == named }
}

// shownMembers keeps those of whom a list of members speaks, however they are asked for.
func (c *call) shownMembers() filter[holding] {
	if c.world.does().BlockedMember == listed {
		return nil
	}
	return func(h holding) bool { return !h.user.blocked() }
}

// namedMembers returns the members that the filters by user and e-mail leave, sorted by user id; nil without such a
// filter.
func (c *call) namedMembers(f *folder) []holding {
	if !c.query.has("userId") && !c.query.has("userId:in") && !c.query.has("email") {
		return nil
	}
	named := map[*user]int{} // to the number of filters passed
	filters := 0
	for _, name := range []string{"userId", "userId:in"} {
		if !c.query.has(name) {
			continue
		}
		filters++
		for _, id := range slices.Compact(slices.Sorted(slices.Values(c.query.all(name)))) {
			named[c.world.users[id]]++
		}
	}
	if c.query.has("email") {
		filters++
		named[c.userByEmailFilter()]++
	}
	delete(named, nil)
	rows := []holding{}
	for u, passed := range named {
		if h := c.world.holding(f, u); passed == filters && c.world.effective(h).role != 0 {
			rows = append(rows, h)
		}
	}
	slices.SortFunc(rows, func(a, b holding) int { return strings.Compare(a.user.ID, b.user.ID) })
	return rows
}

// compareMembers compares by a field of orderBy. No member is an LDAP group, so all have the same groupId.
func (w *World) compareMembers(field string, a, b holding) int {
	roleA, roleB := w.effective(a).role, w.effective(b).role
	switch field {
	case "email":
		return strings.Compare(a.user.Email, b.user.Email)
	case "roleId":
		return cmp.Compare(roleA, roleB)
	case "rank":
		return cmp.Compare(w.ranks[roleA], w.ranks[roleB])
	case "id", "userId":
		return strings.Compare(a.user.ID, b.user.ID)
	}
	return 0
}
