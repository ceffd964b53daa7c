package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// witness is a connection to one directory that was tried out: it finds by id what is there.
type witness struct {
	s *source
	c *wire.Conn
}

// call connects to a directory, preferably to the server that was read, and tries it out.
func call(ctx context.Context, s *source, prefer string) (*witness, error) {
	c, err := wire.Dial(ctx, &s.wire, prefer)
	if err != nil {
		return nil, err
	}
	w := &witness{s, c}
	if err = s.seeLeavers(ctx, c); err == nil {
		err = w.tryOut(ctx)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return w, nil
}

// lookFor is ready to look for people, or groups. The members of groups are not read: there may be very many.
func (w *witness) lookFor(groups bool, now time.Time) *lookup {
	m, of := newMirror(&w.s.o, w.c, now), ofPeople
	if groups {
		of = ofGroups
	}
	m.scopes = slices.DeleteFunc(m.scopes, func(s *scope) bool { return s.of != of })
	for _, s := range m.scopes {
		if groups {
			listing := append([]string{"memberuid"}, m.kind.members...)
			s.Attributes = slices.DeleteFunc(s.Attributes, func(name string) bool { return slices.Contains(listing, name) })
		}
	}
	return &lookup{w.c, m}
}

// tryOut finds out whether the server finds by id those whom it shows. 389-DS lets an account read what it may
// not search by, and finds nothing then, without a word: everybody would be taken for gone.
func (w *witness) tryOut(ctx context.Context) error {
	const enough = 3 // somebody may leave meanwhile
	l := w.lookFor(false, time.Time{})
	for _, s := range l.m.scopes {
		for _, filter := range []string{s.Filter, "(objectClass=*)"} { // the second finds the base itself
			find := s.Search
			find.Filter, find.Attributes = filter, []string{l.m.kind.id.attribute}
			some, err := w.c.Some(ctx, find, enough)
			if err != nil {
				return err
			}
			if len(some) > 0 {
				return l.findAgain(ctx, find, some)
			}
		}
	}
	return nil
}

// findAgain insists that one of some entries, at the least, is found by its id.
func (l *lookup) findAgain(ctx context.Context, find wire.Search, some []*ldap.Entry) error {
	var ids []string
	for _, e := range some {
		l.m.entry.Fill(e)
		id, err := l.m.idOf(l.m.entry)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	find.Filter = l.m.kind.id.filter("(objectClass=*)", ids)
	found := false
	err := l.c.Each(ctx, find, func(*ldap.Entry) error { found = true; return nil })
	if err == nil && !found {
		err = fmt.Errorf("%s shows %q and does not find it by its %s: let the bind account search by this attribute too",
			l.c.Server(), some[0].DN, l.m.kind.id.attribute)
	}
	return err
}
