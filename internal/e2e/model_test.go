package e2e_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// The operations of the model, as the simulator's history names them.
const (
	opToken      = "POST /oauth/token"
	opRoles      = "GET /rest/roles"
	opProfiles   = "GET /rest/admin/profiles"
	opUsers      = "GET /rest/admin/users"
	opTop        = "GET /rest/folders/top"
	opList       = "GET /rest/folders/{id}/folders"
	opFolder     = "GET /rest/folders/{id}"
	opMembers    = "GET /rest/folders/{id}/members"
	opAddUser    = "POST /rest/admin/users"
	opAddFolder  = "POST /rest/folders/{id}/folders"
	opAddMembers = "POST /rest/folders/{id}/members"
)

const (
	rowsPerPage    = 1000
	peoplePerGrant = 100
)

// cost is a number of requests by operation.
type cost map[string]int

func (c cost) total() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

func (c cost) plus(o cost) cost {
	sum := maps.Clone(c)
	for op, n := range o {
		sum[op] += n
	}
	return sum
}

// made is the cost that the simulator saw.
func made(history []kwsim.Exchange) cost {
	c := cost{}
	for _, e := range history {
		c[e.Method+" "+e.Path]++
	}
	return c
}

// pages is how many requests a list of n rows takes: an empty one takes one too.
func pages(n int) int { return max(1, ceil(n, rowsPerPage)) }

func ceil(n, size int) int { return (n + size - 1) / size }

// looking is the model of design.md section 11 for what a run reads: tokens,
// roles, profiles, folder listings, user and member pages. byID is the one place
// that the rules give by its id.
func (s *site) looking(wants []wanted, byID string) cost {
	c := cost{opToken: 1, opRoles: 1, opProfiles: pages(len(kwsim.DefaultProfiles())), opUsers: pages(len(s.kw.World().Users()))}
	for as, paths := range pathsByIdentity(wants) {
		w := walk{site: s, as: as, seen: map[string]bool{}}
		for _, p := range paths {
			if p != byID {
				w.find(p)
			}
		}
		if slices.Contains(paths, byID) {
			w.findByID(byID)
		}
		c = c.plus(w.cost())
		c[opToken]++
		c[opTop]++ // where all roots lie
		for _, p := range paths {
			if f, ok := s.kw.World().FolderByPath(s.user(as).ID, p); ok {
				c[opMembers] += pages(len(s.kw.World().Members(f.ID)))
			}
		}
	}
	return c
}

// pathsByIdentity are the places of each identity, each once.
func pathsByIdentity(wants []wanted) map[string][]string {
	paths := map[string][]string{}
	for _, w := range wants {
		paths[w.As] = append(paths[w.As], w.Path)
	}
	for as := range paths {
		slices.Sort(paths[as])
		paths[as] = slices.Compact(paths[as])
	}
	return paths
}

// walk is one identity's way through its folders: each level is listed once,
// and listing one shows what is directly below.
type walk struct {
	site   *site
	as     string
	listed []string        // paths of the folders whose level was listed
	read   []string        // paths of the folders that were read by id
	seen   map[string]bool // paths that are known
}

// find lists every level above a path that is there.
func (w *walk) find(path string) {
	names := strings.Split(path, "/")[1:]
	w.see("/" + names[0])
	for depth := 1; depth < len(names); depth++ {
		above := "/" + strings.Join(names[:depth], "/")
		if _, there := w.folder(above); there && !slices.Contains(w.listed, above) {
			w.listed = append(w.listed, above)
			for _, f := range w.site.kw.World().Folders() {
				if strings.HasPrefix(f.Path, above+"/") {
					w.seen[above+"/"+strings.Split(strings.TrimPrefix(f.Path, above+"/"), "/")[0]] = true
				}
			}
		}
	}
}

// parent is the path above, "" for a folder at the top.
func parent(path string) string { return path[:strings.LastIndexByte(path, '/')] }

// findByID reads a folder by its id, and what is above it up to one that is
// known, unless it was met on the way already.
func (w *walk) findByID(path string) {
	for w.see("/" + strings.Split(path, "/")[1]); !w.seen[path]; path = parent(path) {
		w.read = append(w.read, path)
		w.seen[path] = true
	}
}

func (w *walk) see(root string) { _, w.seen[root] = w.folder(root) }

func (w *walk) folder(path string) (kwsim.Folder, bool) {
	return w.site.kw.World().FolderByPath(w.site.user(w.as).ID, path)
}

func (w *walk) cost() cost { return cost{opList: len(w.listed), opFolder: len(w.read)} }

// writing is the model for what the run changes: one request for each account
// and folder, and one for up to 100 people of one (folder, role, identity).
func writing(newAccounts, newFolders int, grants []wanted) cost {
	c := cost{opAddUser: newAccounts, opAddFolder: newFolders}
	for _, g := range grants {
		c[opAddMembers] += ceil(len(g.Emails), peoplePerGrant)
	}
	return c
}

// withoutZeros makes costs comparable.
func (c cost) withoutZeros() cost {
	maps.DeleteFunc(c, func(_ string, n int) bool { return n == 0 })
	return c
}
