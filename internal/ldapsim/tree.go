package ldapsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Entry is one object of the directory.
type Entry struct {
	DN    string
	UUID  string              // its entryUUID, the same for ever; "": made from the DN
	Attrs map[string][]string // user attributes; entryUUID and the timestamps are the server's
}

// record is an entry as it is served. It is immutable.
type record struct {
	dn          dn
	name        string // DN as the entry spells it
	created     time.Time
	modified    time.Time
	attributes  []attribute // user attributes by name, then the operational ones
	values      map[string][]string
	fingerprint Entry
}

type attribute struct {
	name        string
	values      []string
	operational bool
}

// tree is all entries at one moment. It is immutable.
type tree struct {
	records []*record // in the order of the entries
	byDN    map[string]*record
	byUUID  map[string]*record
}

// plant makes a tree of entries and carries the timestamps of the one before
// over. The error names the entry at fault.
func plant(base dn, entries []Entry, before *tree, now time.Time) (*tree, error) {
	t := &tree{byDN: map[string]*record{}, byUUID: map[string]*record{}}
	for _, e := range entries {
		if err := t.add(e, before, now.UTC().Truncate(time.Second)); err != nil {
			return nil, err
		}
	}
	if t.byDN[base.key()] == nil {
		return nil, fmt.Errorf("serve directory: there is no entry for the base %q", strings.Join(base, ","))
	}
	for _, r := range t.records {
		if !r.dn.under(base) {
			return nil, fmt.Errorf("serve entry %q: it lies outside the base", r.name)
		}
		if len(r.dn) > len(base) && t.byDN[r.dn.parent().key()] == nil {
			return nil, fmt.Errorf("serve entry %q: the entry above it is missing", r.name)
		}
	}
	return t, nil
}

func (t *tree) add(e Entry, before *tree, now time.Time) error {
	name, err := parseDN(e.DN)
	if err != nil {
		return fmt.Errorf("serve entry %q: %w", e.DN, err)
	}
	if e.UUID == "" {
		e.UUID = uuid.NewSHA1(uuid.NameSpaceX500, []byte(name.key())).String()
	}
	if t.byDN[name.key()] != nil || t.byUUID[e.UUID] != nil {
		return fmt.Errorf("serve entry %q: its DN or its UUID %s is there twice", e.DN, e.UUID)
	}
	r := &record{dn: name, name: e.DN, created: now, modified: now, fingerprint: e.clone()}
	if before != nil {
		r.inherit(before.byUUID[e.UUID])
	}
	r.describe()
	t.records = append(t.records, r)
	t.byDN[name.key()], t.byUUID[e.UUID] = r, r
	return nil
}

func (e Entry) clone() Entry {
	e.Attrs = maps.Clone(e.Attrs)
	for name, values := range e.Attrs {
		e.Attrs[name] = slices.Clone(values)
	}
	return e
}

// inherit takes over what the entry was before, if it was.
func (r *record) inherit(before *record) {
	if before == nil {
		return
	}
	r.created = before.created
	was, is := before.fingerprint, r.fingerprint
	if was.DN == is.DN && maps.EqualFunc(was.Attrs, is.Attrs, slices.Equal) {
		r.modified = before.modified
	}
}

// describe lays the attributes out for answers and for filters.
func (r *record) describe() {
	r.values = map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(r.fingerprint.Attrs)) {
		r.set(name, false, r.fingerprint.Attrs[name]...)
	}
	r.set("createTimestamp", true, generalizedTime(r.created))
	r.set("entryUUID", true, r.fingerprint.UUID)
	r.set("modifyTimestamp", true, generalizedTime(r.modified))
}

// set adds an attribute; one without values does not exist (RFC 4512, section 2.2).
func (r *record) set(name string, operational bool, values ...string) {
	if len(values) > 0 {
		r.attributes = append(r.attributes, attribute{name, values, operational})
		r.values[strings.ToLower(name)] = values
	}
}

func generalizedTime(t time.Time) string { return t.Format("20060102150405Z") }

// nearest is the deepest existing entry at or above a name; nil if there is none.
func (t *tree) nearest(name dn) *record {
	for ; len(name) > 0; name = name.parent() {
		if r := t.byDN[name.key()]; r != nil {
			return r
		}
	}
	return nil
}
