package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// search is one search of a read. Its entries are handed on one by one, so that
// memory holds a page's worth of them at most.
type search struct {
	of         string // "people" or "groups"
	base       string
	filter     string
	attributes []string
}

// buffered is how many decoded entries may wait for visit; groups can be large.
const buffered = 16

// each calls visit for each entry found, and returns nil only if the server has
// said that these were all.
func (c *conn) each(ctx context.Context, s search, visit func(*ldap.Entry) error) error {
	count := 0
	err := c.pages(ctx, s, func(e *ldap.Entry) error {
		count++
		return visit(e)
	})
	if count == 0 && (err == nil || errors.Is(err, errNoEnd)) {
		if unseen := c.seeBase(s.base); unseen != nil {
			err = unseen
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	var unusable *entryError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("search %s below %q for %s: stopped after %d entries: %w", c.server, s.base, s.filter, count, ctx.Err())
	case errors.As(err, &unusable):
		return fmt.Errorf("search %s below %q for %s: %w", c.server, s.base, s.filter, err)
	default:
		return fmt.Errorf("search %s below %q for %s: after %d entries: %w: %s",
			c.server, s.base, s.filter, count, plain(err), remedy(err, s.of))
	}
}

// entryError is a fault of one entry and says itself what to do.
type entryError struct{ text string }

func (e *entryError) Error() string { return e.text }

// errNoEnd is an answer of which the last message was not seen.
var errNoEnd = errors.New("the answer broke off, or ended without the paging control that the server offers")

// seeBase looks at the base itself, without paging, to tell an empty base from one that
// is not seen. 389-DS answers a search below a base that the bind account may not read with success and
// no entries, and a paged one below a base that does not exist with success and no paging control.
func (c *conn) seeBase(base string) error {
	found, err := c.Search(&ldap.SearchRequest{
		BaseDN: base, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"1.1"},
	})
	if err == nil && len(found.Entries) == 0 {
		return errHidden
	}
	return err
}

// pages reads page after page until the server hands out no further cookie (RFC 2696).
func (c *conn) pages(ctx context.Context, s search, visit func(*ldap.Entry) error) error {
	request := &ldap.SearchRequest{
		BaseDN: s.base, Scope: ldap.ScopeWholeSubtree, Filter: s.filter, Attributes: s.attributes,
	}
	if c.paging == 0 {
		return c.whole(request, visit)
	}
	control := ldap.NewControlPaging(uint32(c.paging))
	request.Controls = []ldap.Control{control}
	for {
		entries, next, err := c.page(ctx, request, visit)
		switch {
		case err != nil:
			return err
		case len(next) == 0:
			return nil
		case entries == 0 && bytes.Equal(next, control.Cookie):
			return errors.New("the server answers the same empty page again and again")
		}
		control.SetCookie(next)
	}
}

// page reads one page. SearchAsync also ends without an error when the connection
// was closed before it began or when a goroutine of go-ldap panicked; therefore the page counts only if
// its last message, which carries the paging control and comes with success alone, was seen.
func (c *conn) page(ctx context.Context, request *ldap.SearchRequest, visit func(*ldap.Entry) error) (int, []byte, error) {
	// The end of this context tells go-ldap that nobody takes entries any more;
	// what ends a read is the socket.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var end *ldap.ControlPaging
	entries := 0
	answer := c.SearchAsync(ctx, request, buffered)
	for answer.Next() {
		switch {
		case answer.Entry() != nil:
			entries++
			if err := visit(answer.Entry()); err != nil {
				return 0, nil, err
			}
		case answer.Referral() != "":
			if err := c.refer(answer.Referral()); err != nil {
				return 0, nil, err
			}
		default:
			end, _ = ldap.FindControl(answer.Controls(), ldap.ControlTypePaging).(*ldap.ControlPaging)
		}
	}
	if err := answer.Err(); err != nil {
		return 0, nil, err
	}
	if end == nil {
		return 0, nil, errNoEnd
	}
	return entries, end.Cookie, nil
}

// whole reads everything in one answer, from a server that cannot page. Conn.Search
// returns without an error only on a SearchResultDone that reports success.
func (c *conn) whole(request *ldap.SearchRequest, visit func(*ldap.Entry) error) error {
	answer, err := c.Search(request)
	if err != nil {
		return err
	}
	for _, referral := range answer.Referrals {
		if err := c.refer(referral); err != nil {
			return err
		}
	}
	for _, e := range answer.Entries {
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// refer decides about a SearchResultReference (RFC 4511, 4.5.3).
func (c *conn) refer(to string) error {
	if c.kind.ignoreReferrals {
		return nil
	}
	return fmt.Errorf("%w: %s", errReferral, to)
}
