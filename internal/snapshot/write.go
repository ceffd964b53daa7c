package snapshot

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Write writes f to w. Equal files give equal bytes. What Read would refuse is
// an error here already; what was written by then is of no use.
func Write(w io.Writer, f File) error {
	if f.Snapshot == nil || f.Catalog == nil {
		return errors.New("a snapshot needs a directory and a catalog")
	}
	behind := bufio.NewWriter(w)
	packed := gzip.NewWriter(behind) // its header bears no time
	out := newWriter(packed)
	out.head(&f)
	out.directory(f.Snapshot)
	out.catalog(f.Catalog)
	out.pins(f.Pins)
	out.text("\n}\n")
	if out.err != nil {
		return out.err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return behind.Flush()
}

// writer writes one JSON object, value by value. Behind the first error it does
// nothing any more.
type writer struct {
	out     io.Writer
	json    *json.Encoder // into value
	value   bytes.Buffer  // the value in hand
	written int           // bytes of JSON
	err     error
}

func newWriter(out io.Writer) *writer {
	w := &writer{out: out}
	w.json = json.NewEncoder(&w.value)
	w.json.SetEscapeHTML(false)
	return w
}

func (w *writer) head(f *File) {
	match, err := wireMatch(f.Snapshot.Match)
	if err != nil {
		w.err = err
		return
	}
	w.text(fmt.Sprintf("{\n%q: %d,\n\"about\": ", formatKey, Format))
	w.encode(about{
		Made: f.Made.UTC(), Taken: f.Snapshot.Taken.UTC(), Redacted: f.Redacted, Tenant: f.Tenant,
		Directories: f.Directories, Attributes: f.Attributes, OfGroups: f.GroupAttributes, Match: match, Unknown: f.Snapshot.Unknown,
	})
}

// directory writes the groups first, so that whoever reads can check memberships at once.
func (w *writer) directory(sn *access.Snapshot) {
	var seen order
	list(w, "groups", sn.Groups, func(g *access.Group) (group, error) {
		return wireGroup(g), seen.nextGroup(g)
	})
	if w.err == nil {
		w.err = seen.nested(sn.Groups)
	}
	if sn.Units != nil { // a version that knows none can read what has none
		list(w, "units", sn.Units, func(u *access.Unit) (unit, error) {
			return unit{u.ID.Source, u.ID.ID, u.DN}, seen.nextUnit(u)
		})
	}
	list(w, "people", sn.People, func(p *access.Person) (person, error) {
		if err := seen.nextPerson(p); err != nil {
			return person{}, err
		}
		out, err := wirePerson(p)
		if err != nil {
			return out, fmt.Errorf("person %q: %w", p.ID, err)
		}
		return out, nil
	})
}

func (w *writer) catalog(c *access.Catalog) {
	list(w, "roles", c.Roles, func(r *access.Role) (role, error) { return role{r.ID, r.Name, r.Rank}, nil })
	list(w, "profiles", c.Profiles, func(p *access.Profile) (profile, error) { return profile{p.ID, p.Name}, nil })
	list(w, "folders", c.Folders, func(f *access.Folder) (folder, error) {
		return folder{f.ID, f.Parent, f.As, string(f.Path), f.Inherits}, nil
	})
	list(w, "unusable", sortedUnusable(c.Unusable), func(u *access.Unusable) (unusable, error) {
		return unusable{u.Place.As, string(u.Place.Path), u.Place.FolderID, u.Why}, nil
	})
}

// sortedUnusable gives an order to what has none in a catalog.
func sortedUnusable(all []access.Unusable) []access.Unusable {
	return slices.SortedFunc(slices.Values(all), func(a, b access.Unusable) int {
		return cmp.Or(cmp.Compare(a.Place.As, b.Place.As), cmp.Compare(a.Place.Path, b.Place.Path),
			cmp.Compare(a.Place.FolderID, b.Place.FolderID), cmp.Compare(a.Why, b.Why))
	})
}

func (w *writer) pins(p Pins) {
	groups, folders := wirePins(p)
	list(w, "group_pins", groups, func(g *groupPin) (groupPin, error) { return *g, nil })
	list(w, "folder_pins", folders, func(f *folderPin) (folderPin, error) { return *f, nil })
}

// list writes one list, a value a line, so that common tools can look into a file.
func list[T, W any](w *writer, name string, items []T, form func(*T) (W, error)) {
	w.text(fmt.Sprintf(",\n%q: [", name))
	for i := range items {
		if w.err != nil {
			return
		}
		if i > 0 {
			w.text(",")
		}
		v, err := form(&items[i])
		if err != nil {
			w.err = err
			return
		}
		w.text("\n")
		w.encode(v)
	}
	w.text("]")
}

// encode writes one value.
func (w *writer) encode(v any) {
	if w.err != nil {
		return
	}
	w.value.Reset()
	if w.err = w.json.Encode(v); w.err != nil {
		return
	}
	if w.value.Len() > maxValue {
		w.err = fmt.Errorf("%.80s... has more than %d MiB: let no rule look at an attribute as large as that", w.value.Bytes(), maxValue>>20)
		return
	}
	w.text(string(bytes.TrimSuffix(w.value.Bytes(), []byte("\n"))))
}

func (w *writer) text(s string) {
	if w.err != nil {
		return
	}
	if w.written += len(s); w.written > maxTotal {
		w.err = fmt.Errorf("what the rules see has more than %d MiB, the most that a snapshot may have", maxTotal>>20)
		return
	}
	_, w.err = io.WriteString(w.out, s)
}
