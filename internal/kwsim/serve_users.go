package kwsim

import (
	"cmp"
	"slices"
)

// wireUser is User of the vendor's document.
type wireUser struct {
	ID          string `json:"id"`
	BaseDirID   string `json:"basedirId"`
	MyDirID     string `json:"mydirId"`
	SyncDirID   string `json:"syncdirId"`
	Email       string `json:"email"`
	Name        string `json:"name"`
	*userDetail        // nil in compact mode
	*userState         // nil in compact mode and for users/me
}

type userDetail struct {
	Created     string `json:"created"`
	UserTypeID  int    `json:"userTypeId"`
	Internal    bool   `json:"internal"`
	ExtDL       bool   `json:"extDL"`
	AdminRoleID int    `json:"adminRoleId"`
}

type userState struct {
	Active      bool `json:"active"`
	Suspended   bool `json:"suspended"`
	Deleted     bool `json:"deleted"`
	Flags       int  `json:"flags"`
	Verified    bool `json:"verified"`
	Deactivated bool `json:"deactivated"`
}

func compactUser(u *user) wireUser {
	return wireUser{
		ID: u.ID, BaseDirID: u.BaseDirID, MyDirID: u.MyDirID, SyncDirID: u.SyncDirID, Email: u.Email, Name: u.Name,
	}
}

func ownUser(u *user) wireUser {
	out := compactUser(u)
	out.userDetail = &userDetail{
		Created: wireTime(u.Created), UserTypeID: u.ProfileID, Internal: !u.External,
		ExtDL: u.DistributionList, AdminRoleID: u.AdminRoleID,
	}
	return out
}

func fullUser(u *user) wireUser {
	out := ownUser(u)
	out.userState = &userState{
		Active: !u.Recipient, Suspended: u.Suspended, Deleted: u.Deleted, Flags: u.AuthFlags,
		Verified: !u.Unverified, Deactivated: u.Deactivated,
	}
	return out
}

// basicUser is UserBasic of the vendor's document.
type basicUser struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

func newBasicUser(u *user) *basicUser { return &basicUser{u.ID, u.Email, u.Name} }

func getMe(c *call) (answer, error) {
	return answer{body: struct {
		wireUser
		ServiceName string `json:"serviceName"`
	}{ownUser(c.actor), "Kiteworks"}}, nil
}

// listUsers serves live and deleted rows alike unless the request filters them.
func listUsers(c *call) (answer, error) {
	field, descending := c.query.order("id")
	rows := c.world.userOrder.by(field)
	if c.query.has("email") {
		rows = nil
		for u := c.world.usersByMail[fold(c.query.text("email"))]; u != nil; u = u.former {
			rows = append(rows, u)
		}
		slices.SortFunc(rows, userComparison(field))
	}
	if descending {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	render := func(u *user) any { return fullUser(u) }
	if c.query.compact() {
		render = func(u *user) any { return compactUser(u) }
	}
	return page(c, rows, every(userFilter(c.query), c.shownUsers(), c.exactEmail()), render), nil
}

// shownUsers keeps the rows that the list has already.
func (c *call) shownUsers() filter[*user] {
	if c.world.shownAt <= c.world.requests {
		return nil
	}
	return func(u *user) bool { return u.shownAt <= c.world.requests }
}

// showLater hides a row that was created over the wire from the user list for a while.
func (w *World) showLater(u *user) {
	u.shownAt = w.requests + w.does().VisibleAfter
	if w.does().VisibleAfter > 0 {
		u.shownAt++ // this request is none of those to wait for
	}
	w.shownAt = max(w.shownAt, u.shownAt)
}

// exactEmail is the filter by address of a server that does not ignore case.
func (c *call) exactEmail() filter[*user] {
	if !c.query.has("email") || c.world.does().EmailFilter != exact {
		return nil
	}
	return func(u *user) bool { return u.Email == c.query.text("email") }
}

// userByEmailFilter returns whom the filter by address finds, or nil.
func (c *call) userByEmailFilter() *user {
	u := c.world.usersByMail[fold(c.query.text("email"))]
	if keep := c.exactEmail(); u != nil && keep != nil && !keep(u) {
		return nil
	}
	return u
}

func userFilter(q query) filter[*user] {
	return every(
		byFlag(q, "deleted", func(u *user) bool { return u.Deleted }),
		byFlag(q, "active", func(u *user) bool { return !u.Recipient }),
		byFlag(q, "verified", func(u *user) bool { return !u.Unverified }),
		byFlag(q, "suspended", func(u *user) bool { return u.Suspended }),
		byFlag(q, "isRecipient", func(u *user) bool { return u.Recipient }),
		byText(q, "email", func(u *user) string { return u.Email }),
		byText(q, "name", func(u *user) string { return u.Name }),
	)
}

func getUser(c *call) (answer, error) {
	u := c.world.users[c.ids["id"]]
	if u == nil {
		return answer{}, c.world.unknown()
	}
	return answer{body: fullUser(u)}, nil
}

// userPost is User.Post of the vendor's document.
type userPost struct {
	Email            string  `json:"email"`
	Name             string  `json:"name"`
	Password         *string `json:"password"`
	UserTypeID       *int    `json:"userTypeId"`
	Verified         bool    `json:"verified"`
	SendNotification *bool   `json:"sendNotification"`
	AddLinks         *bool   `json:"addLinks"`
}

// postUser opens an account. Without userTypeId the appliance maps the address to a profile; no mapping rules are
// simulated, so that is the Standard profile.
func postUser(c *call) (answer, error) {
	in, err := decode[userPost](c)
	switch {
	case err != nil:
		return answer{}, err
	case in.Email == "":
		return answer{}, refuseField(errInputRequired, "email")
	case in.UserTypeID != nil && *in.UserTypeID < 1:
		return answer{}, refuseField(errInputMinValue, "userTypeId")
	}
	account := User{Email: in.Email, Name: in.Name, Unverified: !in.Verified}
	if in.UserTypeID != nil {
		account.ProfileID = *in.UserTypeID
	}
	u, err := c.world.openAccount(account)
	if err != nil {
		return answer{}, err
	}
	c.world.showLater(u)
	a := answer{status: c.world.does().CreateStatus.status(), location: "/rest/admin/users/" + u.ID}
	if c.wantsCreated() {
		a.body = fullUser(u)
	}
	return a, nil
}

// wantsCreated reports whether what was created goes into the answer.
func (c *call) wantsCreated() bool {
	return c.query.isTrue("returnEntity") && c.world.does().CreateBody != never
}

// userPut is User.Put of the vendor's document. Fields that are not sent keep their value.
type userPut struct {
	Suspended   *bool   `json:"suspended"`
	Name        *string `json:"name"`
	Password    *string `json:"password"`
	Verified    *bool   `json:"verified"`
	Deactivated *bool   `json:"deactivated"`
	AddLinks    *bool   `json:"addLinks"`
}

func putUser(c *call) (answer, error) {
	in, err := decode[userPut](c)
	if err != nil {
		return answer{}, err
	}
	u, err := c.changeableUser(c.ids["id"])
	if err != nil {
		return answer{}, err
	}
	u.Suspended = given(in.Suspended, u.Suspended)
	u.Unverified = !given(in.Verified, !u.Unverified)
	u.Deactivated = given(in.Deactivated, u.Deactivated)
	c.world.rename(u, cmp.Or(given(in.Name, u.Name), u.Email))
	return c.updated(fullUser(u)), nil
}

// changeableUser returns the live user of the id, unless the acting administrator has a lower rank.
func (c *call) changeableUser(id string) (*user, error) {
	u := c.world.users[id]
	switch {
	case u == nil:
		return nil, c.world.unknown()
	case u.Deleted:
		return nil, refuse(errEntityDeleted)
	case u.AdminRoleID != 0 && u.AdminRoleID < c.actor.AdminRoleID:
		return nil, refuse(errAdminRank)
	}
	return u, nil
}

// updated is the answer to a change of users.
func (c *call) updated(body any) answer {
	if c.world.does().UpdateBody == empty {
		return answer{}
	}
	return answer{body: body}
}

// given returns the new value if there is one.
func given[T any](value *T, old T) T {
	if value == nil {
		return old
	}
	return *value
}
