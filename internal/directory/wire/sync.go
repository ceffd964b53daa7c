package wire

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

// ControlSync is the Sync Request control, which a server announces that speaks RFC 4533.
const ControlSync = ldap.ControlTypeSyncRequest

// ErrReload says that the server cannot go on from the cookie: everything is to be read anew.
var ErrReload = errors.New("the server cannot tell what has changed since")

// SyncEvent is one thing that a refresh says of an entry.
type SyncEvent struct {
	ID    uuid.UUID   // entryUUID; 389-DS: nsUniqueId in another spelling
	Entry *ldap.Entry // as it is now; nil: only what Gone says
	Gone  bool        // it is not found by the search any more; false without Entry: it is unchanged
}

// Synced is how a refresh ended.
type Synced struct {
	Cookie []byte // where the next one goes on
	Whole  bool   // all that is found was named: what was not is gone
}

// Sync asks what has changed since the cookie (RFC 4533, refreshOnly); without one it
// is told everything there is. Nothing has come until it has returned nil.
func (c *Conn) Sync(ctx context.Context, s Search, cookie []byte, visit func(SyncEvent) error) (Synced, error) {
	var end *ldap.ControlSyncDone
	events := 0
	err := c.tell(ctx, &s, func(count *int) error {
		defer func() { *count = events }()
		err := c.stream(ctx, func(ctx context.Context) ldap.Response {
			return c.ldap.Syncrepl(ctx, s.request(), buffered, ldap.SyncRequestModeRefreshOnly, cookie, false)
		}, func(m ldap.Response) error {
			end, _ = ldap.FindControl(m.Controls(), ldap.ControlTypeSyncDone).(*ldap.ControlSyncDone)
			return eachEvent(m, func(e SyncEvent) error { events++; return visit(e) })
		})
		if err == nil && end == nil {
			err = fmt.Errorf("%w without the sync done control of RFC 4533", errNoEnd)
		}
		return err
	})
	switch {
	case unusableCookie(err, cookie):
		return Synced{}, fmt.Errorf("%w: %w", ErrReload, err)
	case err != nil:
		return Synced{}, err
	case len(end.Cookie) > 0:
		return Synced{Cookie: end.Cookie, Whole: !end.RefreshDeletes}, nil
	case events > 0 || cookie == nil:
		// OpenLDAP answers a cookie that it does not understand with all there is,
		// as if that were new, says nothing of what is gone, and gives no cookie.
		return Synced{}, fmt.Errorf("%w: %s gives no cookie", ErrReload, c.server)
	default: // nothing has changed: the old cookie stays
		return Synced{Cookie: cookie}, nil
	}
}

// unusableCookie says whether the server refused to go on: e-syncRefreshRequired, or
// OpenLDAP's «consumer state is newer than provider».
func unusableCookie(err error, cookie []byte) bool {
	return cookie != nil && ldap.IsErrorAnyOf(err, ldap.LDAPResultSyncRefreshRequired, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultProtocolError)
}

// eachEvent takes apart one message of a refresh.
func eachEvent(m ldap.Response, visit func(SyncEvent) error) error {
	if e := m.Entry(); e != nil {
		state, _ := ldap.FindControl(m.Controls(), ldap.ControlTypeSyncState).(*ldap.ControlSyncState)
		if state == nil {
			return &EntryError{fmt.Sprintf("entry %q comes without its sync state: the server does not keep to RFC 4533", e.DN)}
		}
		event := SyncEvent{ID: state.EntryUUID, Entry: e, Gone: state.State == ldap.SyncStateDelete}
		if event.Gone || state.State == ldap.SyncStatePresent {
			event.Entry = nil
		}
		return visit(event)
	}
	info, _ := ldap.FindControl(m.Controls(), ldap.ControlTypeSyncInfo).(*ldap.ControlSyncInfo)
	if info == nil || info.SyncIdSet == nil {
		return nil
	}
	for _, id := range info.SyncIdSet.SyncUUIDs {
		if err := visit(SyncEvent{ID: id, Gone: info.SyncIdSet.RefreshDeletes}); err != nil {
			return err
		}
	}
	return nil
}

// Listen calls heard whenever something that the search finds has changed since the cookie
// (RFC 4533, refreshAndPersist). It returns when ctx ends or the connection does.
func (c *Conn) Listen(ctx context.Context, s Search, cookie []byte, heard func()) error {
	c.patient.endure()
	return c.during(ctx, func() error {
		err := c.stream(ctx, func(ctx context.Context) ldap.Response {
			return c.ldap.Syncrepl(ctx, s.request(), buffered, ldap.SyncRequestModeRefreshAndPersist, cookie, false)
		}, func(m ldap.Response) error {
			return eachEvent(m, func(e SyncEvent) error {
				if e.Entry != nil || e.Gone {
					heard()
				}
				return nil
			})
		})
		return c.hungUp(s.Base, err)
	})
}

// hungUp words why a server does not tell of changes any more.
func (c *Conn) hungUp(base string, err error) error {
	if err == nil {
		err = errors.New("the server ended it")
	}
	return fmt.Errorf("watch %s below %q: %w", c.server, base, failure{err})
}
