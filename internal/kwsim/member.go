package kwsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Member is what one user holds on one folder.
type Member struct {
	FolderID      string
	UserID        string
	Email         string
	RoleID        int    // the effective role: the stronger of the two below
	DirectRoleID  int    // granted on the folder itself; 0 if none
	InheritRoleID int    // through a parent; 0 if none
	OriginID      string // the parent that the inherited role comes from
	SharedBy      string // user id of who granted the effective role
	Created       time.Time
}

// grant is a role given to a user on a folder itself.
type grant struct {
	role int
	by   *user
	at   time.Time
}

// holding is everything a user holds on a folder.
type holding struct {
	user      *user
	direct    grant // role 0 if none
	inherited grant // role 0 if none
	origin    *folder
}

// effective returns the stronger of the two grants; on a tie the one on the folder itself.
func (w *World) effective(h holding) grant {
	if w.ranks[h.inherited.role] > w.ranks[h.direct.role] {
		return h.inherited
	}
	return h.direct
}

// holding returns what the user holds on the folder; both roles are 0 for a user who is no member.
func (w *World) holding(f *folder, u *user) holding {
	h := holding{user: u, direct: f.members[u]}
	for f.Inherit && f.parent != nil {
		f = f.parent
		if g := f.members[u]; w.ranks[g.role] > w.ranks[h.inherited.role] {
			h.inherited, h.origin = g, f
		}
	}
	return h
}

// roleOf returns the effective role id, or 0 for a user who is no member.
func (w *World) roleOf(f *folder, u *user) int { return w.effective(w.holding(f, u)).role }

func (w *World) setGrant(f *folder, u *user, g grant) {
	f.members[u] = g
	u.granted[f] = struct{}{}
	w.changes++
	f.changed = w.changes
}

func (w *World) removeGrant(f *folder, u *user) {
	delete(f.members, u)
	delete(u.granted, f)
	w.changes++
	f.changed = w.changes
}

// effectiveCache keeps the members of a folder sorted by user id until a grant on the folder or above it changes.
type effectiveCache struct {
	members []holding
	asOf    uint64
}

// effectiveMembers returns everybody who holds a role on the folder, sorted by user id. The caller must not change it.
func (w *World) effectiveMembers(f *folder) []holding {
	changed, reaching := f.changed, []*folder{f}
	for at := f; at.Inherit && at.parent != nil; {
		at = at.parent
		changed, reaching = max(changed, at.changed), append(reaching, at)
	}
	if f.effective.asOf == changed {
		return f.effective.members
	}
	seen := make(map[*user]struct{}, len(f.members))
	for _, at := range reaching {
		for u := range at.members {
			seen[u] = struct{}{}
		}
	}
	members := make([]holding, 0, len(seen))
	for u := range seen {
		members = append(members, w.holding(f, u))
	}
	slices.SortFunc(members, func(a, b holding) int { return strings.Compare(a.user.ID, b.user.ID) })
	f.effective = effectiveCache{members: members, asOf: changed}
	return members
}

// lowerNested takes the user's grants below the folder down to the role, or away if the role is 0. Ownership stays.
func (w *World) lowerNested(f *folder, u *user, role int) {
	for _, sub := range f.sub.all {
		if !sub.Inherit {
			continue
		}
		g, ok := sub.members[u]
		if ok && g.role != w.ownerRole().ID && w.ranks[g.role] > w.ranks[role] {
			if g.role = role; role == 0 {
				w.removeGrant(sub, u)
			} else {
				w.setGrant(sub, u, g)
			}
		}
		w.lowerNested(sub, u, role)
	}
}

// AddMember gives the user a role on the folder, or changes the role that was granted there. An empty sharedBy means
// the folder's creator.
func (w *World) AddMember(folderID, userID string, roleID int, sharedBy string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, u := w.folders[folderID], w.users[userID]
	if f == nil || u == nil {
		return fmt.Errorf("add member %s to folder %s: no such user or folder", userID, folderID)
	}
	if sharedBy == "" {
		sharedBy = f.CreatorID
	}
	by := w.users[sharedBy]
	if _, ok := w.role(roleID); !ok || by == nil {
		return fmt.Errorf("add member %s to folder %s: no role %d or no user %s", userID, folderID, roleID, sharedBy)
	}
	w.setGrant(f, u, grant{role: roleID, by: by, at: w.now()})
	return nil
}

// RemoveMember takes away what was granted on the folder itself.
func (w *World) RemoveMember(folderID, userID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, u := w.folders[folderID], w.users[userID]
	if f == nil || u == nil || f.members[u].role == 0 {
		return fmt.Errorf("remove member %s of folder %s: no such grant", userID, folderID)
	}
	w.removeGrant(f, u)
	return nil
}

// Members returns everybody who holds a role on the folder, sorted by user id.
func (w *World) Members(folderID string) []Member {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.folders[folderID]
	if f == nil {
		return nil
	}
	holdings := w.effectiveMembers(f)
	out := make([]Member, len(holdings))
	for i, h := range holdings {
		out[i] = w.exportMember(f, h)
	}
	return out
}

// Member returns what the user holds on the folder, and false for a user who is no member.
func (w *World) Member(folderID, userID string) (Member, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, u := w.folders[folderID], w.users[userID]
	if f == nil || u == nil {
		return Member{}, false
	}
	m := w.exportMember(f, w.holding(f, u))
	return m, m.RoleID != 0
}

func (w *World) exportMember(f *folder, h holding) Member {
	g := w.effective(h)
	m := Member{
		FolderID: f.ID, UserID: h.user.ID, Email: h.user.Email, Created: g.at,
		RoleID: g.role, DirectRoleID: h.direct.role, InheritRoleID: h.inherited.role,
	}
	if g.by != nil {
		m.SharedBy = g.by.ID
	}
	if h.origin != nil {
		m.OriginID = h.origin.ID
	}
	return m
}
