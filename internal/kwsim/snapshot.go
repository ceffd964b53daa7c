package kwsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// snapshot is a dump with what no reader of the tenant sees.
type snapshot struct {
	dump
	Epochs   map[string]int // by user id, how often the profile changed; 0 left out
	Requests int
	ShownAt  map[string]int // by user id; those that every list has are left out
}

// Snapshot returns the whole tenant as JSON, for [World.Restore]. Tokens, history, faults and settings of the server are
// no part of it.
func (w *World) Snapshot() ([]byte, error) {
	out, err := json.Marshal(w.snapshot())
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	return append(out, '\n'), nil
}

func (w *World) snapshot() snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := snapshot{dump: w.export(), Epochs: map[string]int{}, Requests: w.requests, ShownAt: map[string]int{}}
	for id, u := range w.users {
		if u.epoch > 0 {
			s.Epochs[id] = u.epoch
		}
		if u.shownAt > w.requests {
			s.ShownAt[id] = u.shownAt
		}
	}
	return s
}

// Restore replaces the tenant by the one of a snapshot, with every id. Tokens stay good for users that are still there.
// A snapshot that is no snapshot, or is inconsistent, changes nothing.
func (w *World) Restore(data []byte) error {
	var s snapshot
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return fmt.Errorf("decode snapshot: %w", err)
	}
	if err := errors.Join(validateRoles(s.Roles), validateProfiles(s.Profiles)); err != nil {
		return fmt.Errorf("restore snapshot: %w", err)
	}
	r := restoration{w.emptied(s.Roles, s.Profiles), s}
	for _, step := range []func() error{r.users, r.folders, r.grants} {
		if err := step(); err != nil {
			return fmt.Errorf("restore snapshot: %w", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tenant = r.fresh.tenant
	return nil
}

// restoration builds a tenant from a snapshot.
type restoration struct {
	fresh    *World
	snapshot snapshot
}

// users adds the deleted rows first, so that whoever has an address now comes to stand before those who had it.
func (r *restoration) users() error {
	r.fresh.requests = r.snapshot.Requests
	for _, deleted := range []bool{true, false} {
		for _, row := range r.snapshot.Users {
			if row.Deleted != deleted {
				continue
			}
			u := &user{User: row, granted: map[*folder]struct{}{}, epoch: r.snapshot.Epochs[row.ID], shownAt: r.snapshot.ShownAt[row.ID]}
			if err := r.fresh.admissible(u); err != nil {
				return fmt.Errorf("user %q: %w", row.Email, err)
			}
			r.fresh.index(u)
			r.fresh.shownAt = max(r.fresh.shownAt, u.shownAt)
		}
	}
	return nil
}

// admissible says what keeps a complete row out of the tenant.
func (w *World) admissible(u *user) error {
	_, known := w.profile(u.ProfileID)
	holder := w.usersByMail[fold(u.Email)]
	switch {
	case !known:
		return fmt.Errorf("profile %d is unknown", u.ProfileID)
	case u.ID == "" || w.users[u.ID] != nil:
		return errors.New("the id is missing or not unique")
	case holder != nil && !holder.Deleted:
		return errors.New("two live rows have the address")
	}
	return nil
}

// folders adds parents before their children, which are found by the length of their path.
func (r *restoration) folders() error {
	rows := slices.SortedStableFunc(slices.Values(r.snapshot.Folders), func(a, b Folder) int {
		return strings.Count(a.Path, "/") - strings.Count(b.Path, "/")
	})
	for _, row := range rows {
		f := &folder{Folder: row, members: map[*user]grant{}}
		f.Path = "" // computed when asked for
		if parent := r.fresh.folders[row.ParentID]; parent != nil {
			f.parent, f.home = parent, parent.home
		} else {
			f.home = r.fresh.systemDirs[row.ParentID].user
		}
		if f.home == nil || row.ID == "" || r.fresh.users[row.CreatorID] == nil || r.fresh.folders[row.ID] != nil {
			return fmt.Errorf("folder %q: parent or creator is unknown, or the id missing or not unique", row.Path)
		}
		r.fresh.folders[f.ID] = f
		f.siblings().add(f)
	}
	return nil
}

func (r *restoration) grants() error {
	for _, row := range r.snapshot.Grants {
		f, u, by := r.fresh.folders[row.FolderID], r.fresh.users[row.UserID], r.fresh.users[row.SharedBy]
		if _, ok := r.fresh.role(row.RoleID); !ok || f == nil || u == nil || by == nil {
			return fmt.Errorf("grant of %s on %s: user, folder, role or who shared it is unknown", row.UserID, row.FolderID)
		}
		r.fresh.setGrant(f, u, grant{role: row.RoleID, by: by, at: row.Created})
	}
	return nil
}
