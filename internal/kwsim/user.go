package kwsim

import (
	"cmp"
	"fmt"
	"math"
	"net/mail"
	"strings"
	"time"
)

// User is a row of the user list. The zero value of every flag is what an ordinary account has.
type User struct {
	ID        string // made by the world
	BaseDirID string // made by the world
	MyDirID   string // made by the world
	SyncDirID string // made by the world

	Email       string
	Name        string // "" means the e-mail address
	ProfileID   int    // 0 means the Standard profile, or Recipient for recipients
	AdminRoleID int    // 0 none, 1 system administrator, 2 application administrator
	AuthFlags   int    // bits: 1 Kiteworks, 2 LDAP, 4 SSO, 16 shared mailbox

	Recipient        bool // not an account; active is false on the wire
	Unverified       bool
	Suspended        bool
	Deactivated      bool
	Deleted          bool
	External         bool // internal is false on the wire
	DistributionList bool
	Created          time.Time // zero means now
}

// user is a row with its place in the world.
type user struct {
	User
	top     children             // live and deleted folders in the base directory
	granted map[*folder]struct{} // folders with a grant on themselves for this user
	epoch   int                  // counts profile changes, which end the user's tokens
	former  *user                // who had the address before; nil if nobody had
	shownAt int                  // the value of World.requests from which the user list has the row
}

// systemDir is one of the three directories that every user has and nobody shares.
type systemDir struct {
	user    *user
	refusal code // what operations on it are refused with
}

// takesSeat reports whether the user counts against the licence: every account does, also a suspended, a deactivated or
// an unverified one, and an administrator's.
func (u *user) takesSeat() bool { return !u.Recipient && !u.Deleted }

// blocked reports whether an administrator or the appliance keeps the user out.
func (u *user) blocked() bool { return u.Suspended || u.Deactivated }

// AddUser adds a row and returns its id. It refuses bad and known addresses, unknown profiles, and more accounts than
// there are seats.
func (w *World) AddUser(u User) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	added, err := w.insertUser(u)
	if err != nil {
		return "", fmt.Errorf("add user %q: %w", u.Email, err)
	}
	return added.ID, nil
}

// insertUser adds a row for an address that has none.
func (w *World) insertUser(in User) (*user, error) {
	if !validEmail(in.Email) {
		return nil, refuseField(errInputInvalidEmail, "email")
	}
	if w.usersByMail[fold(in.Email)] != nil {
		return nil, w.duplicateEmail()
	}
	return w.addRow(in)
}

// addRow adds a row for a valid address. Whoever had the address before keeps a row of their own.
func (w *World) addRow(in User) (*user, error) {
	kind := Standard
	if in.Recipient {
		kind = Recipient
	}
	in.ProfileID = cmp.Or(in.ProfileID, w.profileOf(kind).ID)
	if _, ok := w.profile(in.ProfileID); !ok {
		return nil, refuse(errAccessUser)
	}
	u := &user{User: in, granted: map[*folder]struct{}{}}
	if u.takesSeat() && !w.seatFree() {
		return nil, w.licenseFull()
	}
	w.complete(u)
	w.index(u)
	return u, nil
}

// complete fills what the world decides about a new row.
func (w *World) complete(u *user) {
	if w.does().StoredEmail == lower {
		u.Email = strings.ToLower(u.Email)
	}
	u.ID = w.newUserID(u.Email)
	u.BaseDirID = w.newID("basedir", u.ID)
	u.MyDirID = w.newID("mydir", u.ID)
	u.SyncDirID = w.newID("syncdir", u.ID)
	u.Name = cmp.Or(u.Name, u.Email)
	if u.Created.IsZero() {
		u.Created = w.now()
	}
}

// newUserID counts the earlier rows that were made for the address, which have been deleted or renamed.
func (w *World) newUserID(email string) string {
	id := w.newID("user", fold(email))
	for n := 2; w.users[id] != nil; n++ {
		id = w.newID("user", fold(email), fmt.Sprint(n))
	}
	return id
}

// index puts a complete row into the world, as the one that has its address now.
func (w *World) index(u *user) {
	if u.takesSeat() {
		w.occupied++
	}
	w.users[u.ID] = u
	u.former = w.usersByMail[fold(u.Email)]
	w.usersByMail[fold(u.Email)] = u
	w.userOrder.all = append(w.userOrder.all, u)
	w.systemDirs[u.BaseDirID] = systemDir{u, errIsBaseDir}
	w.systemDirs[u.MyDirID] = systemDir{u, errIsMyDir}
	w.systemDirs[u.SyncDirID] = systemDir{u, errIsSyncDir}
}

func (w *World) seatFree() bool { return w.freeSeats() > 0 }

func (w *World) freeSeats() int {
	seats := cmp.Or(w.does().Seats, w.seats)
	if seats == 0 {
		return math.MaxInt
	}
	return seats - w.occupied
}

// mayOpen says whether an account can be opened for the address of the row, which is nil for a new address.
func (w *World) mayOpen(u *user) error {
	does := w.does()
	switch {
	case u == nil:
		return nil
	case u.takesSeat(), u.Deleted && does.DeletedEmail == refusing, u.Recipient && does.RecipientEmail == refusing:
		return w.duplicateEmail()
	}
	return nil
}

// openAccount makes a live account of the address: a new row, or the old row of a recipient or a deleted user under
// its old id.
func (w *World) openAccount(in User) (*user, error) {
	u := w.usersByMail[fold(in.Email)]
	if u == nil {
		return w.insertUser(in)
	}
	if err := w.mayOpen(u); err != nil {
		return nil, err
	}
	if u.Deleted && w.does().DeletedEmail == newID {
		return w.addRow(in)
	}
	in.ProfileID = cmp.Or(in.ProfileID, w.profileOf(Standard).ID)
	if _, ok := w.profile(in.ProfileID); !ok {
		return nil, refuse(errAccessUser)
	}
	if !w.seatFree() {
		return nil, w.licenseFull()
	}
	w.occupied++
	if !u.Deleted || w.does().RevivedUser != blocked {
		u.Suspended, u.Deactivated = false, false
	}
	if !u.Deleted || w.does().RevivedProfile != kept {
		w.setProfile(u, in.ProfileID)
	}
	u.Recipient, u.Deleted, u.Unverified = false, false, in.Unverified
	w.rename(u, cmp.Or(in.Name, u.Name))
	return u, nil
}

func (w *World) setProfile(u *user, profileID int) {
	if u.ProfileID != profileID {
		u.ProfileID = profileID
		u.epoch++
	}
}

func (w *World) rename(u *user, name string) {
	if u.Name != name {
		u.Name = name
		w.userOrder.forget("name")
	}
}

// readdress gives the user another address. Whoever had it before keeps a row of their own.
func (w *World) readdress(u *user, email string) {
	if w.does().StoredEmail == lower {
		email = strings.ToLower(email)
	}
	if from, to := fold(u.Email), fold(email); from != to {
		delete(w.usersByMail, from)
		if u.former != nil {
			w.usersByMail[from] = u.former
		}
		u.former = w.usersByMail[to]
		w.usersByMail[to] = u
	}
	u.Email = email
	w.userOrder.forget("email")
}

// SuspendUser sets or clears the administrator's suspension.
func (w *World) SuspendUser(id string, suspended bool) error {
	return w.changeUser(id, func(u *user) { u.Suspended = suspended })
}

// SetProfile moves the user to another profile, which ends the user's tokens.
func (w *World) SetProfile(id string, profileID int) error {
	if _, ok := w.profile(profileID); !ok {
		return fmt.Errorf("set profile %d: no such profile", profileID)
	}
	return w.changeUser(id, func(u *user) { w.setProfile(u, profileID) })
}

// DeleteUser soft-deletes the user: the row stays listed, the seat and all grants but ownership are gone.
func (w *World) DeleteUser(id string) error {
	return w.changeUser(id, w.deleteUser)
}

func (w *World) deleteUser(u *user) {
	if u.takesSeat() {
		w.occupied--
	}
	u.Deleted = true
	for f := range u.granted {
		if f.members[u].role != w.ownerRole().ID {
			w.removeGrant(f, u)
		}
	}
}

func (w *World) changeUser(id string, change func(*user)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.users[id]
	if u == nil {
		return fmt.Errorf("change user %s: no such user", id)
	}
	change(u)
	return nil
}

// UserByEmail returns the row of the address, compared without regard to case.
func (w *World) UserByEmail(email string) (User, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.usersByMail[fold(email)]; u != nil {
		return u.User, true
	}
	return User{}, false
}

// Users returns all rows, deleted ones too, sorted by id.
func (w *World) Users() []User {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.exportUsers()
}

func (w *World) exportUsers() []User {
	rows := w.userOrder.by("id")
	out := make([]User, len(rows))
	for i, u := range rows {
		out[i] = u.User
	}
	return out
}

// validEmail reports whether the text is a bare address with a domain.
func validEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, " \t\"")
}
