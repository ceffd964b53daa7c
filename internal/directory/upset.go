package directory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// upset is which DNs have changed hands since the last refresh. Whether groups list them is
// asked again: servers change such lists (refint of OpenLDAP, links of Active
// Directory) without any sign at the group itself.
type upset struct {
	left     map[int32]departure // by number of the DN
	came     map[int32]string    // numbers of DNs that have a new entry, and their spelling
	doubtful map[int32]departure // those that some group still listed
	recent   map[int32]arrival   // those who came so recently that a group may still be mended to list them
}

// arrival is a DN that has a new entry.
type arrival struct {
	dn    string
	since time.Time
}

// departure is a DN whose entry has gone elsewhere.
type departure struct {
	dn    string
	to    string // the DN it bears now; "": none that is known
	since time.Time
}

const (
	// tooMuch is how many new entries make reading everything cheaper than asking after each.
	tooMuch = 2000
	// late is how long a server may take to mend the groups that list a name that has gone:
	// OpenLDAP's refint does it in the background, group by group.
	late = 2 * time.Minute
	// worth is how many members a search reads in the time in which another asks after one.
	worth = 100
)

func (u *upset) note(old, r *record) {
	if u.left == nil {
		u.left, u.came = map[int32]departure{}, map[int32]string{}
	}
	if old != nil && (r == nil || r.node != old.node) {
		gone := departure{dn: old.dn}
		if r != nil {
			gone.to = r.dn
		}
		u.left[old.node] = gone
	}
	if r != nil && (old == nil || r.node != old.node) {
		u.came[r.node] = r.dn
	}
}

// settle brings the members of groups up to date. What changes hands meanwhile is the next refresh's.
func (m *mirror) settle(ctx context.Context, c *wire.Conn) error {
	u := m.upset
	m.upset = upset{}
	if len(u.came) > tooMuch {
		return fmt.Errorf("%w: there are %d new entries", wire.ErrReload, len(u.came))
	}
	left, recent := u.departures(m.now), u.arrivals(m.now)
	if len(left)+len(recent) == 0 {
		return nil
	}
	for _, s := range m.scopes {
		if s.of != ofGroups {
			continue
		}
		came := map[int32]string{}
		for node, a := range recent {
			came[node] = a.dn
		}
		if err := m.strike(ctx, c, s, left, came); err != nil {
			return err
		}
		if err := m.admit(ctx, c, s, came); err != nil {
			return err
		}
	}
	m.upset.doubtful, m.upset.recent = m.stillListed(left), recent
	return nil
}

// arrivals are the DNs that have got an entry, now or so recently that a server may still be at it: somebody who was
// moved to where people are read is listed under the old name until then.
func (u *upset) arrivals(now time.Time) map[int32]arrival {
	recent := map[int32]arrival{}
	for node, a := range u.recent {
		if now.Sub(a.since) <= late {
			recent[node] = a
		}
	}
	for node, dn := range u.came {
		recent[node] = arrival{dn, now}
	}
	return recent
}

// departures are the DNs that have been left, now or so recently that a server may still be at it.
func (u *upset) departures(now time.Time) map[int32]departure {
	left := map[int32]departure{}
	moved := map[string]string{}
	for node, d := range u.left {
		d.since = now
		left[node], moved[d.dn] = d, d.to
	}
	for node, d := range u.doubtful {
		if to, again := moved[d.to]; again {
			d.to = to
		}
		if _, anew := left[node]; !anew && now.Sub(d.since) <= late {
			left[node] = d
		}
	}
	return left
}

// strike takes those who have left out of the groups that do not list them any more. Under what
// names those groups may list them now is added to came.
func (m *mirror) strike(ctx context.Context, c *wire.Conn, s *scope, left map[int32]departure, came map[int32]string) error {
	lists := m.listed(s, maps.Keys(left))
	var read, large []string
	for _, id := range slices.Sorted(maps.Keys(lists)) {
		if len(s.records[id].group.members) <= worth || len(lists[id]) > atATime {
			read = append(read, id)
		} else {
			large = append(large, id)
		}
	}
	whole, err := m.holding(ctx, c, s, large, func(id string) string { return m.listsThem("&", lists[id], left) })
	if err != nil {
		return err
	}
	mended := slices.DeleteFunc(large, func(id string) bool { return whole[id] })
	partly, err := m.holding(ctx, c, s, mended, func(id string) string { return m.listsThem("|", lists[id], left) })
	if err != nil {
		return err
	}
	for _, id := range mended {
		gone := map[int32]string{}
		for _, node := range lists[id] {
			gone[node] = left[node].dn
			if to := left[node].to; to != "" {
				came[m.nodeOf(normalDN(to))] = to
			}
		}
		if partly[id] || len(gone) == len(s.records[id].group.members) {
			read = append(read, id)
		} else {
			m.amend(s, id, nil, gone)
		}
	}
	return m.fetch(ctx, c, s, read)
}

// admit lets in those who came where a group lists them. A group is read anew unless it is
// so large that asking who of them is in it costs less.
func (m *mirror) admit(ctx context.Context, c *wire.Conn, s *scope, came map[int32]string) error {
	concerned := m.listed(s, maps.Keys(came))
	for some := range chunks(slices.Sorted(maps.Values(came)), atATime) {
		found, err := m.which(ctx, c, s, listing(m.kind.members, some))
		if err != nil {
			return err
		}
		for id := range found {
			concerned[id] = nil
		}
	}
	var read, large []string
	values := 0
	for _, id := range slices.Sorted(maps.Keys(concerned)) {
		if r := s.records[id]; r == nil || len(r.group.members) <= max(worth, len(concerned[id])) {
			read = append(read, id)
		} else {
			large = append(large, id)
			values += len(r.group.members)
		}
	}
	if values <= worth*len(came) {
		read, large = append(read, large...), nil
	}
	if err := m.fetch(ctx, c, s, read); err != nil || len(large) == 0 {
		return err
	}
	in := map[string]map[int32]string{}
	for node, dn := range came {
		found, err := m.which(ctx, c, s, listing(m.kind.members, []string{dn}))
		if err != nil {
			return err
		}
		for id := range found {
			if in[id] == nil {
				in[id] = map[int32]string{}
			}
			in[id][node] = dn
		}
	}
	read = nil
	for _, id := range large {
		if slices.ContainsFunc(concerned[id], func(node int32) bool { return in[id][node] == "" }) {
			read = append(read, id) // it was seen to list somebody of whom the server does not say so
		} else {
			m.amend(s, id, in[id], came)
		}
	}
	return m.fetch(ctx, c, s, read)
}

// amend takes some out of a group, and then lets some in.
func (m *mirror) amend(s *scope, id string, in, out map[int32]string) {
	old := s.records[id]
	r, g := *old, *old.group
	is := func(some map[int32]string) func(int32) bool {
		return func(node int32) bool { _, is := some[node]; return is }
	}
	g.members = slices.DeleteFunc(slices.Clone(g.members), is(out))
	for _, dn := range out {
		if sid, foreign := foreignSID(normalDN(dn)); foreign {
			g.foreign = slices.DeleteFunc(slices.Clone(g.foreign), func(other string) bool { return other == sid })
		}
	}
	m.addMembers(&g, slices.Sorted(maps.Values(in)))
	r.group = &g
	m.replace(s, old, &r)
}

// listed are the groups that list any of the DNs as far as is known, with those that they list.
func (m *mirror) listed(s *scope, nodes iter.Seq[int32]) map[string][]int32 {
	among, any := make([]bool, len(m.nodes)), false
	for node := range nodes {
		among[node], any = true, true
	}
	lists := map[string][]int32{}
	if !any {
		return lists
	}
	for id, r := range s.records {
		for _, node := range r.group.members {
			if among[node] {
				lists[id] = append(lists[id], node)
			}
		}
	}
	return lists
}

// stillListed are those who have left and whom some group lists nevertheless.
func (m *mirror) stillListed(left map[int32]departure) map[int32]departure {
	still := map[int32]departure{}
	for _, s := range m.scopes {
		if s.of != ofGroups {
			continue
		}
		for _, nodes := range m.listed(s, maps.Keys(left)) {
			for _, node := range nodes {
				still[node] = left[node]
			}
		}
	}
	return still
}

// unmended are the normal DNs of those who got another name while some group still listed the one before.
func (u *upset) unmended() map[string]bool {
	dns := map[string]bool{}
	for _, d := range u.doubtful {
		if d.to != "" {
			dns[normalDN(d.to)] = true
		}
	}
	return dns
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

// listsThem is a filter for groups that list all of some who have left ("&"), or any ("|").
func (m *mirror) listsThem(operator string, nodes []int32, left map[int32]departure) string {
	text := "(" + operator
	for _, node := range nodes {
		text += listing(m.kind.members, []string{left[node].dn})
	}
	return text + ")"
}

// groupsAtOnce is how many groups are asked about in one search, each in a filter of many terms.
const groupsAtOnce = 10

// holding are those groups of which the server says that their condition holds.
func (m *mirror) holding(ctx context.Context, c *wire.Conn, s *scope, ids []string, condition func(id string) string) (map[string]bool, error) {
	all := map[string]bool{}
	for some := range chunks(ids, groupsAtOnce) {
		text := "(|"
		for _, id := range some { // the id first: servers look at the rest of the entry that bears it only
			text += "(&(" + m.kind.id.attribute + "=" + m.kind.id.value(id) + ")" + condition(id) + ")"
		}
		found, err := m.which(ctx, c, s, text+")")
		if err != nil {
			return nil, err
		}
		maps.Copy(all, found)
	}
	return all, nil
}

// which are the ids of the groups of a scope that a filter finds. Their members are not sent.
func (m *mirror) which(ctx context.Context, c *wire.Conn, s *scope, filter string) (map[string]bool, error) {
	find := s.Search
	find.Filter, find.Attributes = "(&"+s.Filter+filter+")", []string{m.kind.id.attribute}
	ids := map[string]bool{}
	return ids, c.Each(ctx, find, func(e *ldap.Entry) error {
		m.entry.Fill(e)
		id, err := m.idOf(m.entry)
		ids[id] = true
		return err
	})
}
