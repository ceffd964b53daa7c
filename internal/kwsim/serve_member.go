package kwsim

import "net/http"

// getMember shows one member, also one whom lists leave out.
func getMember(c *call) (answer, error) {
	f, err := c.folder()
	if err != nil {
		return answer{}, err
	}
	u := c.world.users[c.ids["userId"]]
	if u == nil || u.blocked() && c.world.does().BlockedMember == unseen {
		return answer{}, c.world.unknown()
	}
	h := c.world.holding(f, u)
	if c.world.effective(h).role == 0 {
		return answer{}, c.world.unknown()
	}
	return answer{body: c.wireMember(f, h)}, nil
}

// memberPut is Member.Put of the vendor's document.
type memberPut struct {
	RoleID          *int  `json:"roleId"`
	NotifyFileAdded *bool `json:"notifyFileAdded"`
	AddLinks        *bool `json:"addLinks"`
	Notify          *bool `json:"notify"`
}

// putMember changes the role granted on the folder itself. The same role again is no error here.
func putMember(c *call) (answer, error) {
	in, err := decode[memberPut](c)
	if err != nil {
		return answer{}, err
	}
	f, h, err := c.modifiableMember()
	if err != nil {
		return answer{}, err
	}
	if in.RoleID == nil {
		return answer{}, refuseField(errInputRequired, "roleId")
	}
	role := c.world.does().roleID(*in.RoleID)
	if err := c.world.checkGrantable(role); err != nil {
		return answer{}, err
	}
	if c.world.ranks[h.inherited.role] >= c.world.ranks[role] {
		return answer{}, refuseAs(http.StatusForbidden, errParentMemberExists)
	}
	c.regrant(f, h, role)
	if !c.query.isTrue("returnEntity") {
		return answer{}, nil
	}
	rows := []holding{c.world.holding(f, h.user)}
	return c.folderList(page(c, rows, nil, func(h holding) any { return c.wireMember(f, h) })), nil
}

// regrant gives the member another role on the folder itself.
func (c *call) regrant(f *folder, h holding, role int) {
	if h.direct.role != role {
		c.world.setGrant(f, h.user, grant{role: role, by: c.actor, at: c.world.now()})
	}
	if c.query.isTrue("downgradeNested") {
		c.world.lowerNested(f, h.user, role)
	}
}

func deleteMember(c *call) (answer, error) {
	f, h, err := c.modifiableMember()
	if err != nil {
		return answer{}, err
	}
	c.world.removeGrant(f, h.user)
	if c.query.isTrue("downgradeNested") {
		c.world.lowerNested(f, h.user, h.inherited.role)
	}
	return answer{status: http.StatusNoContent}, nil
}

// modifiableMember returns the member that the path names if the acting user may change what is granted on the folder
// itself.
func (c *call) modifiableMember() (*folder, holding, error) {
	f, err := c.managedFolder()
	if err != nil {
		return nil, holding{}, err
	}
	u := c.world.users[c.ids["userId"]]
	if u == nil {
		return nil, holding{}, c.world.unknown()
	}
	h := c.world.holding(f, u)
	switch {
	case h.direct.role == c.world.ownerRole().ID:
		return nil, h, refuse(errOwnerRole)
	case h.direct.role == 0 && h.inherited.role != 0:
		return nil, h, refuse(errInheritedMember)
	case h.direct.role == 0:
		return nil, h, refuse(errAccessUser)
	}
	return f, h, nil
}

// checkGrantable refuses unknown roles and ownership.
func (w *World) checkGrantable(roleID int) error {
	if _, ok := w.role(roleID); !ok {
		return refuseField(errInputNotInList, "roleId")
	}
	if roleID == w.ownerRole().ID {
		return refuseField(errOwnerRole, "roleId")
	}
	return nil
}
