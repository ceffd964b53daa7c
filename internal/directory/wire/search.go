package wire

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// Search is what is asked for. Its entries are handed on one by one, so that
// memory holds a page's worth of them at most.
type Search struct {
	Of         string // what is sought, as in the configuration: people or groups; for what to do about an error
	Base       string
	Filter     string
	Attributes []string
	NamesOnly  bool // attributes come without their values
	Controls   []ldap.Control
}

const (
	anything = "(objectClass=*)"

	// buffered is how many decoded entries may wait for visit; groups can be large.
	buffered = 16
)

// request is the search as go-ldap has it.
func (s *Search) request() *ldap.SearchRequest {
	return &ldap.SearchRequest{
		BaseDN: s.Base, Scope: ldap.ScopeWholeSubtree, Filter: s.Filter, Attributes: s.Attributes, TypesOnly: s.NamesOnly,
		Controls: append([]ldap.Control(nil), s.Controls...),
	}
}

// Each calls visit for each entry found, and returns nil only if the server has
// said that these were all.
func (c *Conn) Each(ctx context.Context, s Search, visit func(*ldap.Entry) error) error {
	return c.tell(ctx, &s, func(count *int) error {
		return c.pages(ctx, &s, func(e *ldap.Entry) error {
			*count++
			return visit(e)
		})
	})
}

// Some returns a few of the entries found, n at the most.
func (c *Conn) Some(ctx context.Context, s Search, n int) ([]*ldap.Entry, error) {
	var some []*ldap.Entry
	err := c.tell(ctx, &s, func(count *int) error {
		request := s.request()
		request.SizeLimit = n
		found, err := c.ldap.Search(request)
		if found != nil {
			some, *count = found.Entries, len(found.Entries)
		}
		if len(some) > 0 && ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
			return nil
		}
		return err
	})
	return some, err
}

// See fails unless the base of a search is there and shown.
func (c *Conn) See(ctx context.Context, s Search) error {
	return c.tell(ctx, &s, func(*int) error { return nil })
}

// tell runs a search that counts its entries, and words its failure. If nothing was found, the base must be seen.
func (c *Conn) tell(ctx context.Context, s *Search, search func(count *int) error) error {
	count := 0
	err := c.during(ctx, func() error {
		err := search(&count)
		if count == 0 && (err == nil || errors.Is(err, errNoEnd)) {
			if unseen := c.seeBase(s.Base); unseen != nil {
				return unseen
			}
		}
		return err
	})
	var unusable *EntryError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("search %s below %q for %s: stopped after %d entries: %w", c.server, s.Base, s.Filter, count, ctx.Err())
	case errors.Is(err, ErrReload): // which is no failure
		return err
	case errors.As(err, &unusable):
		return fmt.Errorf("search %s below %q for %s: %w", c.server, s.Base, s.Filter, err)
	default:
		return fmt.Errorf("search %s below %q for %s: after %d entries: %w: %s",
			c.server, s.Base, s.Filter, count, failure{err}, remedy(err, s.Of))
	}
}

// seeBase looks at the base itself, without paging, to tell an empty base from one that
// is not seen. 389-DS answers a search below a base that the bind account may not read with success and
// no entries, and a paged one below a base that does not exist with success and no paging control.
func (c *Conn) seeBase(base string) error {
	found, err := c.ldap.Search(&ldap.SearchRequest{
		BaseDN: base, Scope: ldap.ScopeBaseObject, Filter: anything, Attributes: []string{"1.1"},
	})
	if err == nil && len(found.Entries) == 0 {
		return ErrHidden
	}
	return err
}

// pages reads page after page until the server hands out no further cookie (RFC 2696).
func (c *Conn) pages(ctx context.Context, s *Search, visit func(*ldap.Entry) error) error {
	request := s.request()
	if c.paging == 0 {
		return c.whole(request, visit)
	}
	control := ldap.NewControlPaging(uint32(c.paging))
	request.Controls = append(request.Controls, control)
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

// page reads one page, which counts only if its last message was seen: that
// carries the paging control and comes with success alone.
func (c *Conn) page(ctx context.Context, request *ldap.SearchRequest, visit func(*ldap.Entry) error) (int, []byte, error) {
	var end *ldap.ControlPaging
	entries := 0
	err := c.stream(ctx, func(ctx context.Context) ldap.Response {
		return c.ldap.SearchAsync(ctx, request, buffered)
	}, func(m ldap.Response) error {
		if m.Entry() != nil {
			entries++
			return visit(m.Entry())
		}
		end, _ = ldap.FindControl(m.Controls(), ldap.ControlTypePaging).(*ldap.ControlPaging)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	if end == nil {
		return 0, nil, fmt.Errorf("%w without the paging control that the server offers", errNoEnd)
	}
	return entries, end.Cookie, nil
}

// stream takes the messages of one answer. It returns nil also when the
// connection was closed before it began, or when a goroutine of go-ldap panicked: the
// caller must have seen the message that comes last.
func (c *Conn) stream(ctx context.Context, begin func(context.Context) ldap.Response, take func(ldap.Response) error) error {
	// The end of this context tells go-ldap that nobody takes messages any more;
	// what ends a call is the socket.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	answer := begin(ctx)
	for answer.Next() {
		var err error
		if referral := answer.Referral(); referral != "" {
			err = c.refer(referral)
		} else {
			err = take(answer)
		}
		if err != nil {
			return err
		}
	}
	return answer.Err()
}

// whole reads everything in one answer, from a server that cannot page. Conn.Search
// returns without an error only on a SearchResultDone that reports success; what has come
// before an error is counted.
func (c *Conn) whole(request *ldap.SearchRequest, visit func(*ldap.Entry) error) error {
	answer, err := c.ldap.Search(request)
	if answer == nil {
		return err
	}
	for _, e := range answer.Entries {
		if unusable := visit(e); unusable != nil {
			return cmp.Or(err, unusable)
		}
	}
	for _, referral := range answer.Referrals {
		if refused := c.refer(referral); refused != nil {
			return cmp.Or(err, refused)
		}
	}
	return err
}

// refer decides about a SearchResultReference (RFC 4511, 4.5.3). None is followed,
// so that none can lead in a circle.
func (c *Conn) refer(to string) error {
	if c.options.IgnoreReferrals {
		c.referred++
		return nil
	}
	return fmt.Errorf("%w: %s", errReferral, to)
}
