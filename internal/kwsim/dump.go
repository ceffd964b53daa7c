package kwsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// dump is the whole tenant. Roles and profiles are fixed by the options but say what the ids mean.
type dump struct {
	Roles    []Role
	Profiles []Profile
	Users    []User
	Folders  []Folder
	Grants   []dumpedGrant
}

// dumpedGrant is a grant on a folder itself; what members inherit follows from it.
type dumpedGrant struct {
	FolderID string
	UserID   string
	RoleID   int
	SharedBy string
	Created  time.Time
}

// Dump returns the whole tenant as indented JSON, sorted by id: equal tenants give equal bytes. Tokens, history and
// settings of the server are no part of it.
func (w *World) Dump() ([]byte, error) {
	out, err := json.MarshalIndent(w.dump(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode tenant: %w", err)
	}
	return append(out, '\n'), nil
}

func (w *World) dump() dump {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.export()
}

func (w *World) export() dump {
	d := dump{Roles: w.roles, Profiles: w.profiles, Users: w.exportUsers(), Folders: w.exportFolders()}
	for _, f := range d.Folders {
		d.Grants = append(d.Grants, dumpedGrants(w.folders[f.ID])...)
	}
	return d
}

// dumpedGrants returns the folder's own grants, sorted by user id.
func dumpedGrants(f *folder) []dumpedGrant {
	out := make([]dumpedGrant, 0, len(f.members))
	for u, g := range f.members {
		out = append(out, dumpedGrant{f.ID, u.ID, g.role, g.by.ID, g.at})
	}
	slices.SortFunc(out, func(a, b dumpedGrant) int { return strings.Compare(a.UserID, b.UserID) })
	return out
}
