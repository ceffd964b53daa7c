package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// feed is a way to find out what has changed in a directory. One that cannot go on
// from where it was returns an error that wraps wire.ErrReload.
type feed interface {
	// fill reads everything into an empty mirror and notes where to go on.
	fill(ctx context.Context, c *wire.Conn, m *mirror) error
	// follow brings the mirror up to date.
	follow(ctx context.Context, c *wire.Conn, m *mirror) error
	String() string
}

// read fills a mirror, completely or not at all. The best feed that the server allows is kept for
// the refreshes to come, comparing stamps at the least; if none will come, none is.
func read(ctx context.Context, c *wire.Conn, o *Options, now time.Time) (*mirror, error) {
	if !o.Follow {
		m := newMirror(o, c, now)
		err := m.readPages(ctx, c)
		if err == nil {
			err = m.readUnits(ctx, c)
		}
		return m, err
	}
	why := ""
	if better := feedOf(c, o.Kind); better != nil {
		m := newMirror(o, c, now)
		m.feed = better
		err := m.fill(ctx, c)
		if why = unable(err); why == "" {
			return m, err
		}
	}
	m := newMirror(o, c, now)
	m.feed, m.why = &comparison{}, why
	err := m.fill(ctx, c)
	var cannot *cannotFollow
	if errors.As(err, &cannot) { // all was read, and will have to be each time
		m.feed, m.why, err = nil, cannot.why, nil
	}
	return m, err
}

// fill reads everything, and finds out whether it can be kept up to date.
func (m *mirror) fill(ctx context.Context, c *wire.Conn) error {
	err := m.feed.fill(ctx, c, m)
	if err == nil {
		err = m.readUnits(ctx, c)
	}
	if err == nil && m.tracksTree() {
		err = m.tree.learn(ctx, c)
	}
	if err == nil {
		err = m.canAsk(ctx, c)
	}
	m.upset = upset{} // nobody has changed hands: all are new
	return err
}

// feedOf is the way to follow a server that costs what has changed; nil: it announces none. The
// bind account's rights may not allow it.
func feedOf(c *wire.Conn, k Kind) feed {
	switch {
	case k == ActiveDirectory && c.Supports(wire.ControlDirSync):
		return &touches{protocol: dirSync{}}
	case k == OpenLDAP && c.Supports(wire.ControlSync):
		return &syncRepl{}
	case k == DS389 && c.Supports(wire.ControlSync):
		return &touches{protocol: ds389Sync{}}
	}
	return nil
}

// unable says why a server does not let itself be followed in some way; "" if the error is another, or none.
func unable(err error) string {
	var reason *cannotFollow
	switch {
	case err == nil:
		return ""
	case errors.As(err, &reason):
		return reason.why
	case wire.Denied(err):
		return "the bind account lacks the right Replicating Directory Changes"
	case errors.Is(err, wire.ErrReload):
		return err.Error()
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultUnwillingToPerform):
		return fmt.Sprintf("the server does not allow it (%v)", err)
	}
	return ""
}

// cannotFollow is why a feed is of no use here.
type cannotFollow struct{ why string }

func (e *cannotFollow) Error() string { return e.why }

// readPages reads all scopes page by page.
func (m *mirror) readPages(ctx context.Context, c *wire.Conn) error {
	for _, s := range m.scopes {
		m.pass++
		if err := m.search(ctx, c, s, s.Search); err != nil {
			return err
		}
	}
	return nil
}

// follow brings the mirror up to date: what has changed, what is above it, and the groups
// that changed with it.
func (m *mirror) follow(ctx context.Context, c *wire.Conn, now time.Time) error {
	m.now = now
	if err := m.feed.follow(ctx, c, m); err != nil {
		return err
	}
	if m.tracksTree() {
		if err := m.tree.settle(ctx, c); err != nil {
			return err
		}
	}
	if err := m.settle(ctx, c); err != nil {
		return err
	}
	return m.steadyNow(ctx, c)
}

// tracksTree says whether a renamed organizational unit has to be looked out for: comparing
// stamps sees each DN anyway.
func (m *mirror) tracksTree() bool {
	_, compares := m.feed.(*comparison)
	return !compares
}
