package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// upset is which DNs have changed hands since the last refresh. The groups that list
// them are read again: servers change such lists (refint of OpenLDAP, links of Active
// Directory) without any sign at the group itself.
type upset struct {
	left     map[int32]bool       // numbers of DNs whose entry has gone elsewhere
	came     map[int32]string     // numbers of DNs that have a new entry, and their spelling
	doubtful map[string]time.Time // ids of groups that still listed who had left, since when
}

const (
	// tooMuch is how many new entries make reading everything cheaper than asking after each.
	tooMuch = 2000
	// late is how long a server may take to mend the groups that list a name that has gone:
	// OpenLDAP's refint does it in the background, group by group.
	late = 2 * time.Minute
)

func (u *upset) note(old, r *record) {
	if u.left == nil {
		u.left, u.came = map[int32]bool{}, map[int32]string{}
	}
	if old != nil && (r == nil || r.node != old.node) {
		u.left[old.node] = true
	}
	if r != nil && (old == nil || r.node != old.node) {
		u.came[r.node] = r.dn
	}
}

// settle reads the groups concerned. What changes hands meanwhile is the next refresh's.
func (m *mirror) settle(ctx context.Context, c *wire.Conn) error {
	u := m.upset
	m.upset = upset{doubtful: u.doubtful}
	if len(u.came) > tooMuch {
		return fmt.Errorf("%w: there are %d new entries", wire.ErrReload, len(u.came))
	}
	for _, s := range m.scopes {
		if !s.groups || u.none() {
			continue
		}
		if err := m.fetch(ctx, c, s, u.concerned(s)); err != nil {
			return err
		}
		if err := m.findListing(ctx, c, s, u.came); err != nil {
			return err
		}
		m.upset.doubt(s, u.left, m.now)
	}
	return nil
}

func (u *upset) none() bool { return len(u.left)+len(u.came)+len(u.doubtful) == 0 }

// concerned are the groups that list a DN which has changed hands, or may still be mended.
func (u *upset) concerned(s *scope) []string {
	var ids []string
	for id, r := range s.records {
		_, doubtful := u.doubtful[id]
		if doubtful || slices.ContainsFunc(r.group.members, func(node int32) bool { return u.left[node] || u.came[node] != "" }) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// findListing reads the groups that list a newcomer and are not known to.
func (m *mirror) findListing(ctx context.Context, c *wire.Conn, s *scope, came map[int32]string) error {
	m.pass++
	for some := range chunks(slices.Sorted(maps.Values(came)), atATime) {
		find := s.Search
		find.Filter = "(&" + s.Filter + listing(m.kind.members, some) + ")"
		if err := m.search(ctx, c, s, find); err != nil {
			return err
		}
	}
	return nil
}

// listing is a filter for groups that list one of the DNs.
func listing(attributes, dns []string) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, attribute := range attributes {
		for _, dn := range dns {
			b.WriteString("(" + attribute + "=" + ldap.EscapeFilter(dn) + ")")
		}
	}
	return b.String() + ")"
}

// doubt remembers the groups that list somebody who has left, for as long as the server may
// need to strike the name.
func (u *upset) doubt(s *scope, left map[int32]bool, now time.Time) {
	maps.DeleteFunc(u.doubtful, func(_ string, since time.Time) bool { return now.Sub(since) > late })
	if len(left) == 0 {
		return
	}
	if u.doubtful == nil {
		u.doubtful = map[string]time.Time{}
	}
	for id, r := range s.records {
		if slices.ContainsFunc(r.group.members, func(node int32) bool { return left[node] }) {
			u.doubtful[id] = now
		}
	}
}
