package kwsim

import (
	"slices"
	"strings"
	"time"
)

// wireProfile is Profile of the vendor's document. The prototype is null for built-in profiles, as in its example.
type wireProfile struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	Prototype *int   `json:"prototype"`
	BuiltIn   int    `json:"builtIn"`
	Cloneable int    `json:"cloneable"`
}

func listProfiles(c *call) (answer, error) {
	rows := slices.Clone(c.world.profiles)
	field, descending := c.query.order("id")
	slices.SortFunc(rows, func(a, b Profile) int {
		order := a.ID - b.ID
		if field == "name" {
			order = strings.Compare(a.Name, b.Name)
		}
		return directed(order, descending)
	})
	keep := byText(c.query, "name", func(p Profile) string { return p.Name })
	standard := c.world.profileOf(Standard).ID
	return page(c, rows, keep, func(p Profile) any {
		if p.Kind == Custom {
			return wireProfile{ID: p.ID, Name: p.Name, Prototype: &standard}
		}
		return wireProfile{ID: p.ID, Name: p.Name, BuiltIn: 1, Cloneable: 1}
	}), nil
}

// directed turns a comparison round for descending order.
func directed(order int, descending bool) int {
	if descending {
		return -order
	}
	return order
}

// wireRole is Role of the vendor's document.
type wireRole struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Rank int    `json:"rank"`
	Type string `json:"type"`
}

func (b *Behaviour) wireRole(r Role) *wireRole {
	return &wireRole{b.wireRoleID(r.ID), r.Name, r.Rank, "d"}
}

// otherRoleIDs is what ids of roles are moved by, to show who looks them up.
const otherRoleIDs = 10

// wireRoleID returns the id under which clients know the role; 0 stays none.
func (b *Behaviour) wireRoleID(id int) int {
	if b.RoleIDs == other && id != 0 {
		return id + otherRoleIDs
	}
	return id
}

// roleID is the inverse of wireRoleID.
func (b *Behaviour) roleID(wireID int) int {
	if b.RoleIDs == other {
		return wireID - otherRoleIDs
	}
	return wireID
}

// listRoles serves the roles for folders, of which none is disabled. The list is not paged and has no metadata.
func listRoles(c *call) (answer, error) {
	rows := slices.Clone(c.world.roles)
	field, descending := c.query.order("id")
	slices.SortFunc(rows, func(a, b Role) int {
		order := a.ID - b.ID
		switch field {
		case "name":
			order = strings.Compare(a.Name, b.Name)
		case "rank":
			order = a.Rank - b.Rank
		}
		return directed(order, descending)
	})
	keep := every(
		byText(c.query, "name", func(r Role) string { return r.Name }),
		byFlag(c.query, "disabled", func(Role) bool { return false }),
		func(Role) bool { return c.query.text("type") != "f" },
	)
	data := []*wireRole{}
	for _, r := range rows {
		if keep(r) {
			data = append(data, c.world.does().wireRole(r))
		}
	}
	return answer{body: map[string]any{"data": data}}, nil
}

// getClient serves the application's own registration. Its lifetime is in hours.
func getClient(c *call) (answer, error) {
	return answer{body: map[string]any{
		"id": c.clientID, "name": c.clientID, "scope": c.world.does().told(c.scopes), "flag": 0,
		"accessTokenLifetime": max(1, int(c.tokenLifetime/time.Hour)),
	}}, nil
}
