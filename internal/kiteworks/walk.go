package kiteworks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// walker finds folders as one identity sees them: level by level below the
// roots, each level listed once. Search is not used, because its index may lag.
type walker struct {
	client   *Client
	as       access.Email
	roots    []Root
	levels   map[string][]wireFolder  // parent id ("" for the top) -> live children
	found    map[string]access.Folder // by id: roots and what was seen below them
	unusable []access.Unusable
	resolved map[access.Path]rootAnswer
}

// rootAnswer is where a root is, or why it cannot be used.
type rootAnswer struct {
	folder access.Folder
	why    string
}

func (w *walker) walk(ctx context.Context, want []access.Place) error {
	w.levels, w.found = map[string][]wireFolder{}, map[string]access.Folder{}
	w.resolved = map[access.Path]rootAnswer{}
	for _, root := range w.roots {
		if below := within(want, root.Path); len(below) > 0 {
			if err := w.walkRoot(ctx, root, below); err != nil {
				return err
			}
		}
	}
	for _, p := range want {
		if err := w.pinned(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// within picks the places at or below a root.
func within(want []access.Place, root access.Path) []access.Place {
	var below []access.Place
	for _, p := range want {
		if p.Path != "" && p.Path.Under(root) {
			below = append(below, p)
		}
	}
	return below
}

// walkRoot finds one root and, below it, the wanted paths.
func (w *walker) walkRoot(ctx context.Context, root Root, want []access.Place) error {
	if root.ID == "" {
		root.ID = pinOf(root.Path, want)
	}
	top, err := w.root(ctx, root)
	if err != nil {
		return err
	}
	for _, p := range want {
		reason := top.why
		if reason == "" && p.Path.Fold() != root.Path.Fold() {
			if reason, err = w.descend(ctx, top.folder, segments(p.Path, root.Path)); err != nil {
				return err
			}
		}
		if reason != "" && p.FolderID == "" { // a place with an id is judged by its id
			w.unusable = append(w.unusable, access.Unusable{Place: p, Why: reason})
		}
	}
	return nil
}

// pinOf is the id that a root's own path was pinned to.
func pinOf(root access.Path, want []access.Place) string {
	for _, p := range want {
		if p.Path.Fold() == root.Fold() {
			return p.FolderID
		}
	}
	return ""
}

// segments are the names below a root.
func segments(p, root access.Path) []string {
	depth := strings.Count(string(root), "/")
	return strings.Split(string(p), "/")[depth+1:]
}

// root finds a root by its id, or from the top by its names, once.
func (w *walker) root(ctx context.Context, root Root) (rootAnswer, error) {
	if answer, ok := w.resolved[root.Path]; ok {
		return answer, nil
	}
	find := w.rootByName
	if root.ID != "" {
		find = w.rootByID
	}
	answer, err := find(ctx, root)
	if err != nil {
		return answer, err
	}
	w.resolved[root.Path] = answer
	if answer.why == "" {
		w.found[answer.folder.ID] = answer.folder
	}
	return answer, nil
}

// rootByID finds a root by its id: at the top, where one listing shows all
// roots, else singly.
func (w *walker) rootByID(ctx context.Context, root Root) (rootAnswer, error) {
	top, err := w.children(ctx, "")
	if err != nil {
		return rootAnswer{}, err
	}
	for _, f := range top {
		if string(f.ID) == root.ID {
			return rootAnswer{folder: access.Folder{ID: root.ID, Parent: string(f.ParentID), As: string(w.as), Path: root.Path}}, nil
		}
	}
	wire, why, err := w.byID(ctx, root.ID)
	f := access.Folder{ID: root.ID, Parent: string(wire.ParentID), As: string(w.as), Path: root.Path}
	return rootAnswer{folder: f, why: why}, err
}

func (w *walker) rootByName(ctx context.Context, root Root) (rootAnswer, error) {
	var f access.Folder
	for _, name := range segments(root.Path, "") {
		level, err := w.children(ctx, f.ID)
		if err != nil {
			return rootAnswer{}, err
		}
		next, matches := pick(level, name)
		switch matches {
		case 0:
			return rootAnswer{why: fmt.Sprintf("root %s is not visible to %s: share it with that identity as Manager, or correct kiteworks.roots",
				root.Path, w.as)}, nil
		case 1:
			f = access.Folder{ID: string(next.ID), Parent: f.ID, As: string(w.as), Path: f.Path.Join(next.Name)}
		default:
			return rootAnswer{why: fmt.Sprintf("root %s is ambiguous: %s sees %d folders of the name %s, its own or shared in; pin one by its id in kiteworks.roots",
				root.Path, w.as, matches, name)}, nil
		}
	}
	return rootAnswer{folder: f}, nil
}

// descend lists the levels on the way to a path, as far as they exist, and
// notes what it sees. A reason means that the path must not be used.
func (w *walker) descend(ctx context.Context, f access.Folder, names []string) (why string, err error) {
	for _, name := range names {
		level, err := w.children(ctx, f.ID)
		if err != nil {
			return "", err
		}
		for _, child := range level {
			w.see(child, f)
		}
		next, matches := pick(level, name)
		switch matches {
		case 0:
			return "", nil
		case 1:
			f = w.found[string(next.ID)]
		default:
			return fmt.Sprintf("%s is ambiguous: %s sees %d folders of that name, its own or shared in", f.Path.Join(name), w.as, matches), nil
		}
	}
	return "", nil
}

func (w *walker) see(child wireFolder, parent access.Folder) {
	w.found[string(child.ID)] = access.Folder{
		ID: string(child.ID), Parent: parent.ID, As: string(w.as), Path: parent.Path.Join(child.Name), Inherits: child.Inherits,
	}
}

// pick finds the one child of a name, regardless of case and Unicode form.
func pick(level []wireFolder, name string) (one wireFolder, matches int) {
	for _, f := range level {
		if access.FoldName(f.Name) == access.FoldName(name) {
			one = f
			matches++
		}
	}
	return one, matches
}

// children lists the live folders inside a folder, or at the top, once.
func (w *walker) children(ctx context.Context, parent string) ([]wireFolder, error) {
	if level, ok := w.levels[parent]; ok {
		return level, nil
	}
	r := get(w.as, "/rest/folders/top", url.Values{"deleted": {"false"}, "orderBy": {"name:asc"}})
	if parent != "" {
		r = get(w.as, "/rest/folders/{id}/folders", url.Values{"deleted": {"false"}, "orderBy": {"name:asc"}}, parent)
	}
	rows, err := list(ctx, w.client, r, func(f wireFolder) string { return string(f.ID) })
	if err != nil {
		return nil, err
	}
	level := slices.DeleteFunc(rows, func(f wireFolder) bool { return f.Deleted || (f.Type != "" && f.Type != "d") })
	w.levels[parent] = level
	return level, nil
}

// pinned looks for a place that is named by id and was not met on the way:
// moved, deleted, hidden, or named by id from the start.
func (w *walker) pinned(ctx context.Context, p access.Place) error {
	if _, met := w.found[p.FolderID]; met || p.FolderID == "" {
		return nil
	}
	if err := w.findRoots(ctx); err != nil {
		return err
	}
	if _, isRoot := w.found[p.FolderID]; isRoot {
		return nil
	}
	chain, why, err := w.ancestors(ctx, p.FolderID)
	if err != nil {
		return err
	}
	if why != "" {
		if p.Path != "" {
			why = fmt.Sprintf("%s: %s", p.Path, why)
		}
		w.unusable = slices.DeleteFunc(w.unusable, func(u access.Unusable) bool { return u.Place == p })
		w.unusable = append(w.unusable, access.Unusable{Place: p, Why: why})
		return nil
	}
	above := w.found[string(chain[len(chain)-1].ParentID)]
	for _, f := range slices.Backward(chain) {
		w.see(f, above)
		above = w.found[string(f.ID)]
	}
	return nil
}

// maxDepth bounds the way up from a folder, against a server that answers in circles.
const maxDepth = 64

// ancestors reads a folder and those above it, up to one that is already known
// to be a root or below one. The roots are known.
func (w *walker) ancestors(ctx context.Context, id string) (chain []wireFolder, why string, err error) {
	for range maxDepth {
		f, why, err := w.byID(ctx, id)
		if err != nil || why != "" {
			return nil, why, err
		}
		chain = append(chain, f)
		id = string(f.ParentID)
		if _, met := w.found[id]; met {
			return chain, "", nil
		}
		if !f.ParentID.set() {
			break
		}
	}
	return nil, fmt.Sprintf("folder %s (%s) lies outside kiteworks.roots as %s sees them: add a folder above it there, or correct the rule", chain[0].ID, chain[0].Name, w.as), nil
}

// findRoots makes all roots known that this identity sees.
func (w *walker) findRoots(ctx context.Context) error {
	for _, root := range w.roots {
		if _, err := w.root(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

// byID reads one folder. A reason means that it cannot be used: the server
// answers an unknown, an invisible and a deleted folder in several ways.
func (w *walker) byID(ctx context.Context, id string) (f wireFolder, why string, err error) {
	_, err = w.client.send(ctx, get(w.as, "/rest/folders/{id}", nil, id), &f)
	var api *APIError
	switch {
	case errors.As(err, &api) && (api.Code == "ERR_ENTITY_DELETED" || api.Code == "ERR_ENTITY_PARENT_FOLDER_DELETED"):
		return f, fmt.Sprintf("folder %s was deleted on Kiteworks: it is not made again", id), nil
	case errors.As(err, &api) && (api.Status == 403 || api.Status == 404):
		return f, fmt.Sprintf("folder %s does not exist or is not visible to %s", id, w.as), nil
	case err != nil:
		return f, "", err
	case f.Deleted:
		return f, fmt.Sprintf("folder %s (%s) was deleted on Kiteworks: it is not made again", id, f.Name), nil
	}
	return f, "", nil
}

// folders lists what was found.
func (w *walker) folders() []access.Folder {
	return slices.Collect(maps.Values(w.found))
}
