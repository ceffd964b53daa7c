package kwsim

import (
	"maps"
	"slices"
	"strings"
)

// retention is UserDemoteOptions.Post of the vendor's document: what becomes of the data of somebody who leaves. Wiping
// devices and withdrawing mails are accepted and have nothing to act on.
type retention struct {
	RemoteWipe                   *bool   `json:"remoteWipe"`
	DeleteUnsharedData           bool    `json:"deleteUnsharedData"`
	RetainData                   bool    `json:"retainData"`
	RetainToUser                 string  `json:"retainToUser"`
	RetainToAdvancedFormUser     *string `json:"retainToAdvancedFormUser"`
	RetainPermissionToSharedData bool    `json:"retainPermissionToSharedData"`
	WithdrawRequestFiles         *bool   `json:"withdrawRequestFiles"`
	WithdrawFileLinks            *bool   `json:"withdrawFileLinks"`
}

// retentionParams is retention as query parameters.
func retentionParams() params {
	return params{
		"remoteWipe": boolean, "deleteUnsharedData": boolean, "retainData": boolean, "retainToUser": text,
		"retainToAdvancedFormUser": text, "retainPermissionToSharedData": boolean,
		"withdrawRequestFiles": boolean, "withdrawFileLinks": boolean,
	}
}

func (q query) retention() retention {
	return retention{
		DeleteUnsharedData:           q.isTrue("deleteUnsharedData"),
		RetainData:                   q.isTrue("retainData"),
		RetainToUser:                 q.text("retainToUser"),
		RetainPermissionToSharedData: q.isTrue("retainPermissionToSharedData"),
	}
}

// heir returns who takes over the data of those who leave; nil if nobody does. Exactly one of deleteUnsharedData and
// retainData must be true, and whatever is retained needs an heir.
func (w *World) heir(r retention, leaving []*user) (*user, error) {
	heir := w.users[r.RetainToUser]
	switch {
	case !r.DeleteUnsharedData && !r.RetainData:
		return nil, refuseField(errInputRequired, "deleteUnsharedData")
	case r.DeleteUnsharedData && r.RetainData:
		return nil, refuseField(errAttributeForbidden, "deleteUnsharedData")
	case !r.RetainData && !r.RetainPermissionToSharedData:
		return nil, nil
	case r.RetainToUser == "":
		return nil, refuseField(errInputRequired, "retainToUser")
	case heir == nil || !heir.takesSeat():
		return nil, w.unknown()
	case slices.Contains(leaving, heir):
		return nil, refuseField(errRetainToSame, "retainToUser")
	case heir.Unverified:
		return nil, refuseField(errRetainToUnverified, "retainToUser")
	}
	return heir, nil
}

// settle does with the user's folders what the retention says. A shared folder that nobody inherits stays as it is.
func (w *World) settle(u *user, r retention, heir *user) {
	owner := w.ownerRole().ID
	for _, f := range u.folders() {
		g := f.members[u]
		switch {
		case g.role == owner && r.RetainData:
			w.hand(f, u, heir)
		case g.role == owner && len(f.members) == 1:
			w.deleteFolder(f)
		case g.role != owner && r.RetainPermissionToSharedData && w.ranks[f.members[heir].role] < w.ranks[g.role]:
			w.setGrant(f, heir, g)
		}
	}
}

// folders returns the folders with a grant on themselves for the user, sorted by id.
func (u *user) folders() []*folder {
	return slices.SortedFunc(maps.Keys(u.granted), func(a, b *folder) int { return strings.Compare(a.ID, b.ID) })
}

// hand makes somebody else the owner of the folder. One at the top level moves, under a free name.
func (w *World) hand(f *folder, from, to *user) {
	g := f.members[from]
	w.removeGrant(f, from)
	w.setGrant(f, to, g)
	if f.parent != nil || f.home != from {
		return
	}
	if !f.Deleted {
		delete(from.top.live, fold(f.Name))
		f.Name = to.top.freeName(f.Name)
	}
	from.top.all = slices.DeleteFunc(from.top.all, func(other *folder) bool { return other == f })
	f.home, f.ParentID = to, to.BaseDirID
	to.top.add(f)
}
