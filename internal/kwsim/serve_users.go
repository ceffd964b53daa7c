package kwsim

import (
	"cmp"
	"net/http"
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
		if u := c.world.usersByMail[fold(c.query.text("email"))]; u != nil {
			rows = []*user{u}
		}
	}
	if descending {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	render := func(u *user) any { return fullUser(u) }
	if c.query.compact() {
		render = func(u *user) any { return compactUser(u) }
	}
	return page(c, rows, userFilter(c.query), render), nil
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
		return answer{}, refuse(errAccessUser)
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
	a := answer{status: http.StatusCreated, location: c.baseURL + "/rest/admin/users/" + u.ID}
	if c.query.isTrue("returnEntity") {
		a.body = fullUser(u)
	}
	return a, nil
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
	u := c.world.users[c.ids["id"]]
	switch {
	case u == nil:
		return answer{}, refuse(errAccessUser)
	case u.Deleted:
		return answer{}, refuse(errEntityDeleted)
	case u.AdminRoleID != 0 && u.AdminRoleID < c.actor.AdminRoleID:
		return answer{}, refuse(errAdminRank)
	}
	u.Suspended = given(in.Suspended, u.Suspended)
	u.Unverified = !given(in.Verified, !u.Unverified)
	u.Deactivated = given(in.Deactivated, u.Deactivated)
	c.world.rename(u, cmp.Or(given(in.Name, u.Name), u.Email))
	return answer{body: fullUser(u)}, nil
}

// given returns the new value if there is one.
func given[T any](value *T, old T) T {
	if value == nil {
		return old
	}
	return *value
}
