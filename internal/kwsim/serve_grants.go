package kwsim

import (
	"errors"
	"net/http"
	"slices"
)

// maxEntries is how many users one request may add. The vendor advises the number for lists of ids and says nothing
// for this body.
const maxEntries = 100

// memberPost is FolderMemberPostRequest of the vendor's document.
type memberPost struct {
	RoleID          *int     `json:"roleId"`
	Emails          []string `json:"emails"`
	UserIDs         []string `json:"userIds"`
	LDAPGroupIDs    []int    `json:"ldapGroupIds"`
	Notify          *bool    `json:"notify"`
	NotifyFileAdded *bool    `json:"notifyFileAdded"`
}

// check refuses what is wrong with the request as a whole.
func (in memberPost) check(w *World) error {
	entries := len(in.Emails) + len(in.UserIDs)
	switch {
	case in.RoleID == nil:
		return refuseField(errInputRequired, "roleId")
	case in.UserIDs != nil && w.does().MemberFields == emails:
		return refuseField(errInvalidParameter, "userIds")
	case in.LDAPGroupIDs != nil:
		return refuseField(errInputNotAllowed, "ldapGroupIds")
	case entries == 0:
		return refuseField(errInputRequired, "emails")
	case entries > maxEntries:
		return refuseField(errInputMaxValue, "emails")
	}
	return w.checkGrantable(w.does().roleID(*in.RoleID))
}

// entry is one user of a request to add members.
type entry struct {
	id    string // as named in the request
	email bool   // whether id is an e-mail address
	user  *user  // nil for an address that has no row yet
}

// addMembersAnswer is FolderFileAddMembers of the vendor's document.
type addMembersAnswer struct {
	Errors     []errorEntry `json:"errors"`
	SuccessIDs []string     `json:"successIds"`
	Data       []wireMember `json:"data,omitempty"`
}

// postMembers judges each entry by itself. With partialSuccess the good ones are granted and the others reported;
// without it one bad entry fails the request.
func postMembers(c *call) (answer, error) {
	in, err := decode[memberPost](c)
	if err != nil {
		return answer{}, err
	}
	f, err := c.managedFolder()
	if err != nil {
		return answer{}, err
	}
	if err := in.check(c.world); err != nil {
		return answer{}, err
	}
	role := c.world.does().roleID(*in.RoleID)
	good, failed, err := c.judgeAll(f, c.entries(in), role)
	if err != nil {
		return answer{}, err
	}
	out := addMembersAnswer{Errors: failed, SuccessIDs: []string{}}
	for _, e := range good {
		u, err := c.account(e)
		if err != nil {
			return answer{}, err
		}
		c.regrant(f, c.world.holding(f, u), role)
		out.SuccessIDs = append(out.SuccessIDs, c.successID(u))
		if c.query.isTrue("returnEntity") {
			out.Data = append(out.Data, c.wireMember(f, c.world.holding(f, u)))
		}
	}
	if len(failed) > 0 {
		return answer{status: c.world.does().PartialFailure.status(), body: out}, nil
	}
	return answer{status: http.StatusCreated, body: out}, nil
}

func (c *call) successID(u *user) string {
	if c.world.does().SuccessIDs == emails {
		return u.Email
	}
	return u.ID
}

// failedID names an entry that failed. An entry without a row has only the name that the request gave it.
func (c *call) failedID(e entry) string {
	does := c.world.does()
	switch {
	case e.user != nil && does.FailedIDs == ids:
		return e.user.ID
	case e.user != nil && does.FailedIDs == emails:
		return e.user.Email
	}
	return e.id
}

// entries returns the request's users, each once however often it is named.
func (c *call) entries(in memberPost) []entry {
	var out []entry
	for _, id := range in.UserIDs {
		out = append(out, entry{id: id, user: c.world.users[id]})
	}
	for _, email := range in.Emails {
		out = append(out, entry{id: email, email: true, user: c.world.usersByMail[fold(email)]})
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(e entry) bool {
		key := fold(e.id)
		if e.user != nil {
			key = e.user.ID
		}
		repeated := seen[key]
		seen[key] = true
		return repeated
	})
}

// judgeAll parts the entries into good ones and failures by code. Without partialSuccess the first failure is the
// error. Nothing is changed yet, so accounts that are to be opened are counted against the free seats here.
func (c *call) judgeAll(f *folder, entries []entry, role int) (good []entry, failed []errorEntry, err error) {
	seats := c.world.freeSeats()
	failed = []errorEntry{}
	for _, e := range entries {
		err := c.judge(f, e, role)
		if err == nil && !e.hasAccount() {
			if seats--; seats < 0 {
				err = c.world.licenseFull()
			}
		}
		var p *problem
		switch {
		case err == nil:
			good = append(good, e)
		case !errors.As(err, &p) || !c.query.isTrue("partialSuccess"):
			return nil, nil, err
		default:
			failed = addFailure(failed, p, c.failedID(e))
		}
	}
	return good, failed, nil
}

// addFailure puts the id to the other failures of its code.
func addFailure(failed []errorEntry, p *problem, id string) []errorEntry {
	i := slices.IndexFunc(failed, func(e errorEntry) bool { return e.Code == p.code })
	if i < 0 {
		i = len(failed)
		failed = append(failed, errorEntry{Code: p.code, Message: p.message})
	}
	failed[i].FailedIDs = append(failed[i].FailedIDs, id)
	return failed
}

// hasAccount reports whether the entry needs no account opened.
func (e entry) hasAccount() bool { return e.user != nil && e.user.takesSeat() }

// judge says whether the role may be granted to the entry.
func (c *call) judge(f *folder, e entry, role int) error {
	switch {
	case e.email && !validEmail(e.id):
		return refuse(errInputInvalidEmail)
	case !e.email && (e.user == nil || e.user.Deleted):
		return c.world.unknown()
	case !e.hasAccount() && e.email && c.world.does().UnknownMember == refused:
		return refuse(errAccessUser)
	case e.user == nil:
		return nil
	case e.user.DistributionList:
		return refuse(errDistributionList)
	case e.user.Recipient && !e.email:
		return refuse(errUserTypeNoAccess)
	}
	if !e.hasAccount() {
		if err := c.world.mayOpen(e.user); err != nil {
			return err
		}
	}
	return c.judgeMember(c.world.holding(f, e.user), role)
}

// judgeMember says whether what the user holds already leaves room for the role.
func (c *call) judgeMember(h holding, role int) error {
	w := c.world
	switch {
	case h.direct.role == w.ownerRole().ID:
		return refuse(errIsOwner)
	case h.direct.role == role:
		return refuse(errRoleIsAssigned)
	case w.ranks[h.inherited.role] >= w.ranks[role]:
		return refuse(errParentMemberExists)
	case h.direct.role != 0 && !c.query.isTrue("updateIfExists"):
		return refuse(errEntityExists)
	}
	return nil
}

// account returns the entry's user. An address without an account gets one.
func (c *call) account(e entry) (*user, error) {
	if e.hasAccount() {
		return e.user, nil
	}
	kind := Restricted
	if c.world.does().MemberProfile == standard {
		kind = Standard
	}
	u, err := c.world.openAccount(User{
		Email: e.id, ProfileID: c.world.profileOf(kind).ID, Unverified: true, External: true,
	})
	if err == nil {
		c.world.showLater(u)
	}
	return u, err
}
