package directory

import (
	"context"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// comparison follows a server that cannot tell what has changed, or may not: it reads the id and the stamp
// of every entry, and more only of those whose stamp or DN is another. Stamps are compared
// for difference, not for order, so that what another server has changed earlier and
// this one has learnt late is seen too. What is gone is what is not found.
type comparison struct {
	usn string // highestCommittedUSN of Active Directory at the last refresh
}

func (f *comparison) String() string { return "comparing stamps" }

func (f *comparison) fill(ctx context.Context, c *wire.Conn, m *mirror) error {
	f.usn = c.Root().One("highestcommittedusn")
	m.stamped = true
	for _, s := range m.scopes {
		s.Attributes = distinct(slices.Concat(s.Attributes, m.kind.stamps))
	}
	return m.readPages(ctx, c)
}

func (f *comparison) follow(ctx context.Context, c *wire.Conn, m *mirror) error {
	usn := c.Root().One("highestcommittedusn")
	if usn != "" && usn == f.usn { // nothing at all has changed on this server
		return nil
	}
	for _, s := range m.scopes {
		changed, err := m.differing(ctx, c, s)
		if err != nil {
			return err
		}
		if err := m.fetch(ctx, c, s, changed); err != nil {
			return err
		}
	}
	f.usn = usn
	return nil
}

// differing are the ids of entries of a scope that are new, or whose stamp or DN is not the one known.
// Those that are not found any more are dropped.
func (m *mirror) differing(ctx context.Context, c *wire.Conn, s *scope) (ids []string, err error) {
	m.pass++
	find := s.Search
	find.Attributes = append([]string{m.kind.id.attribute}, m.kind.stamps...)
	err = c.Each(ctx, find, func(from *ldap.Entry) error {
		m.entry.Fill(from)
		id, err := m.idOf(m.entry)
		if err != nil {
			return err
		}
		stamp, _ := m.stampOf(m.entry)
		r := s.records[id]
		if r == nil || r.young || stamp == "" || r.stamp != stamp || r.dn != from.DN {
			ids = append(ids, id)
		}
		if r != nil {
			r.mark = m.pass
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m.sweep(s)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// fresh is how far clocks may differ: an entry that was changed longer ago bears a stamp
// that no further change can bear.
const fresh = time.Hour

// stampOf is the stamp of an entry, and whether a change that comes still may bear the
// same: modifyTimestamp counts seconds. A second is over once a later one has been seen.
func (m *mirror) stampOf(e *wire.Entry) (stamp string, young bool) {
	for _, name := range m.kind.stamps {
		if stamp = e.One(name); stamp == "" {
			continue
		}
		if name == modifyTimestamp {
			young = stamp >= m.latest && changedAt(stamp).After(m.now.Add(-fresh))
			m.latest = max(m.latest, stamp)
		}
		return stamp, young
	}
	return "", true
}
