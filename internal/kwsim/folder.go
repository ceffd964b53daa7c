package kwsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Folder is a shared folder.
type Folder struct {
	ID          string
	ParentID    string // the owner's base directory for a folder at the top level
	CreatorID   string
	Name        string
	Description string
	Path        string // absolute, as the owner sees it
	Inherit     bool   // members of the parent reach this folder
	Secure      bool
	Syncable    bool
	Deleted     bool // soft-deleted; still listed
	Created     time.Time
	Modified    time.Time
}

// folder is a folder with its place in the world. Its Path is left empty and computed when asked for.
type folder struct {
	Folder
	parent    *folder // nil at the top level
	home      *user   // whose base directory the tree hangs in
	sub       children
	members   map[*user]grant // grants on this folder itself
	changed   uint64          // World.changes at the last change of members
	effective effectiveCache
}

// children are the folders directly below a folder or a base directory.
type children struct {
	all  []*folder          // deleted ones too, in order of creation
	live map[string]*folder // by folded name
}

func (c *children) add(f *folder) {
	if c.live == nil {
		c.live = map[string]*folder{}
	}
	c.all = append(c.all, f)
	if !f.Deleted {
		c.live[fold(f.Name)] = f
	}
}

// freeName returns the name, with a number added if there is a folder of that name.
func (c *children) freeName(name string) string {
	free := name
	for n := 1; c.live[fold(free)] != nil; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	return free
}

// siblings returns the children among which the folder lives.
func (f *folder) siblings() *children {
	if f.parent == nil {
		return &f.home.top
	}
	return &f.parent.sub
}

// gone reports whether the folder or a folder above it is deleted.
func (f *folder) gone() bool {
	return f.Deleted || f.parent != nil && f.parent.gone()
}

func (f *folder) path() string {
	if f.parent == nil {
		return "/" + f.Name
	}
	return f.parent.path() + "/" + f.Name
}

// root returns the folder of the top level that the folder is or lies under.
func (f *folder) root() *folder {
	for f.parent != nil {
		f = f.parent
	}
	return f
}

// export returns the folder with its path.
func (f *folder) export() Folder {
	out := f.Folder
	out.Path = f.path()
	return out
}

// AddFolder adds a folder below parentID, or at the owner's top level if that is "", and returns its id. The owner gets
// the strongest role on it. Without inherit, members of the parent do not reach it.
func (w *World) AddFolder(ownerID, parentID, name string, inherit bool) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	owner := w.users[ownerID]
	if owner == nil {
		return "", fmt.Errorf("add folder %q: no user %s", name, ownerID)
	}
	var parent *folder
	if parentID != "" {
		if parent = w.folders[parentID]; parent == nil {
			return "", fmt.Errorf("add folder %q: no folder %s", name, parentID)
		}
	}
	f, err := w.createFolder(owner, parent, Folder{Name: name, Inherit: inherit})
	if err != nil {
		return "", fmt.Errorf("add folder %q: %w", name, err)
	}
	return f.ID, nil
}

// createFolder adds a folder below the parent, or at the creator's top level if that is nil.
func (w *World) createFolder(creator *user, parent *folder, in Folder) (*folder, error) {
	if err := checkFolderName(in.Name); err != nil {
		return nil, err
	}
	f := &folder{Folder: in, parent: parent, home: creator, members: map[*user]grant{}}
	f.ParentID = creator.BaseDirID
	if parent != nil {
		f.ParentID, f.home = parent.ID, parent.home
	}
	if f.siblings().live[fold(in.Name)] != nil {
		return nil, refuse(errEntityExists)
	}
	f.ID = w.newFolderID(f)
	f.CreatorID, f.Created, f.Modified = creator.ID, w.now(), w.now()
	w.folders[f.ID] = f
	f.siblings().add(f)
	w.setGrant(f, creator, grant{role: w.ownerRole().ID, by: creator, at: f.Created})
	return f, nil
}

// newFolderID counts the earlier folders of the same place and name, which have been deleted or renamed.
func (w *World) newFolderID(f *folder) string {
	for n := 1; ; n++ {
		id := w.newID("folder", f.ParentID, fold(f.Name), fmt.Sprint(n))
		if w.folders[id] == nil {
			return id
		}
	}
}

// maxFolderName is the vendor's limit, counted in characters.
const maxFolderName = 255

func checkFolderName(name string) error {
	switch {
	case name == "":
		return refuseField(errInputRequired, "name")
	case strings.Trim(name, " .") != name:
		return refuseField(errFolderName, "name")
	case utf8.RuneCountInString(name) > maxFolderName, strings.ContainsAny(name, `/\`),
		strings.ContainsFunc(name, unicode.IsControl), !utf8.ValidString(name):
		return refuseField(errInputInvalid, "name")
	}
	return nil
}

// RenameFolder gives the folder another name inside its parent.
func (w *World) RenameFolder(id, name string) error {
	return w.changeFolder(id, func(f *folder) error { return w.renameFolder(f, name) })
}

func (w *World) renameFolder(f *folder, name string) error {
	if err := checkFolderName(name); err != nil {
		return err
	}
	live := f.siblings().live
	if other := live[fold(name)]; other != nil && other != f {
		return refuse(errEntityExists)
	}
	delete(live, fold(f.Name))
	live[fold(name)] = f
	f.Name, f.Modified = name, w.now()
	return nil
}

// DeleteFolder soft-deletes the folder. What lies below is out of reach with it.
func (w *World) DeleteFolder(id string) error {
	return w.changeFolder(id, func(f *folder) error {
		w.deleteFolder(f)
		return nil
	})
}

func (w *World) deleteFolder(f *folder) {
	if f.Deleted {
		return
	}
	delete(f.siblings().live, fold(f.Name))
	f.Deleted, f.Modified = true, w.now()
}

func (w *World) changeFolder(id string, change func(*folder) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.folders[id]
	if f == nil || f.Deleted {
		return fmt.Errorf("change folder %s: no such live folder", id)
	}
	if err := change(f); err != nil {
		return fmt.Errorf("change folder %s: %w", id, err)
	}
	return nil
}

// FolderByPath returns the live folder at an absolute path of the owner's tree, compared without regard to case.
func (w *World) FolderByPath(ownerID, path string) (Folder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	owner := w.users[ownerID]
	if owner == nil {
		return Folder{}, false
	}
	at := &owner.top
	var f *folder
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if f = at.live[fold(name)]; f == nil {
			return Folder{}, false
		}
		at = &f.sub
	}
	return f.export(), true
}

// Folders returns all folders, deleted ones too, sorted by id.
func (w *World) Folders() []Folder {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.exportFolders()
}

func (w *World) exportFolders() []Folder {
	out := make([]Folder, 0, len(w.folders))
	for _, f := range w.folders {
		out = append(out, f.export())
	}
	slices.SortFunc(out, func(a, b Folder) int { return strings.Compare(a.ID, b.ID) })
	return out
}
