package kwsim

import (
	"fmt"
	"maps"
	"slices"
)

// drift is what the simulator itself does to a list while somebody pages through it.
type drift struct {
	rows    int     // added so far, for their names
	users   []*user // added to the user list
	members []driftedMember
}

type driftedMember struct {
	folder *folder
	user   *user
}

// driftIn adds a row to the list that the request pages through: a recipient, or a partner as a member of the weakest
// role. Without a free seat, or for a folder that does not exist, nothing is added.
func (w *World) driftIn(r *request) {
	in := User{Email: w.driftEmail(), Recipient: r.Path == usersPath}
	f := w.folders[r.ids["id"]]
	if !in.Recipient && f == nil {
		return
	}
	if !in.Recipient {
		in.ProfileID, in.External = w.profileOf(Restricted).ID, true
	}
	u, err := w.insertUser(in)
	switch {
	case err != nil:
	case in.Recipient:
		w.drift.users = append(w.drift.users, u)
	default:
		weakest := w.byStrength()[len(w.roles)-1]
		w.setGrant(f, u, grant{role: weakest.ID, by: w.users[f.CreatorID], at: w.now()})
		w.drift.members = append(w.drift.members, driftedMember{f, u})
	}
}

// driftEmail returns an address that nobody has.
func (w *World) driftEmail() string {
	for {
		w.drift.rows++
		if email := fmt.Sprintf("drift-%d@kwsim.example", w.drift.rows); w.usersByMail[email] == nil {
			return email
		}
	}
}

// driftOut takes the oldest added row of the list away again, if there is one.
func (w *World) driftOut(r *request) {
	if r.Path == usersPath && len(w.drift.users) > 0 {
		w.forgetRecipient(w.drift.users[0])
		w.drift.users = w.drift.users[1:]
	}
	i := slices.IndexFunc(w.drift.members, func(m driftedMember) bool { return m.folder.ID == r.ids["id"] })
	if r.Path == membersPath && i >= 0 {
		w.removeGrant(w.drift.members[i].folder, w.drift.members[i].user)
		w.drift.members = slices.Delete(w.drift.members, i, i+1)
	}
}

// forgetRecipient removes a row that is no account and has no folders.
func (w *World) forgetRecipient(u *user) {
	delete(w.users, u.ID)
	delete(w.usersByMail, fold(u.Email))
	maps.DeleteFunc(w.systemDirs, func(_ string, d systemDir) bool { return d.user == u })
	w.userOrder.remove(u)
}
