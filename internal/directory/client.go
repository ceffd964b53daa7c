package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Client reads one directory. It keeps no connection between two reads.
type Client struct{ o Options }

// New validates the options and reads the CA; it connects to nothing.
func New(o Options) (*Client, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	return &Client{o}, nil
}

// Refresh reads everything and returns a complete snapshot or an error (promise
// P1). The error wraps the context's if that ended the read.
func (c *Client) Refresh(ctx context.Context, _ bool) (*access.Snapshot, access.Touched, error) {
	snapshot, err := c.refresh(ctx)
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = ctx.Err() // and not that the socket was closed because of it
	}
	if err != nil {
		return nil, access.Touched{}, fmt.Errorf("read directory %s: %w", c.o.Name, err)
	}
	return snapshot, access.Touched{Everyone: true}, nil
}

func (c *Client) refresh(ctx context.Context) (*access.Snapshot, error) {
	taken := c.o.Now()
	connected, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer connected.close()
	defer context.AfterFunc(ctx, func() { _ = connected.socket.Close() })()

	r := newReader(c.o, connected, taken)
	for _, base := range c.o.People.Bases {
		if err := connected.each(ctx, r.searchPeople(base), r.addPerson); err != nil {
			return nil, err
		}
	}
	for _, base := range c.o.Groups.Bases {
		if err := connected.each(ctx, r.searchGroups(base), r.addGroup); err != nil {
			return nil, err
		}
	}
	if err := r.addRest(); err != nil {
		return nil, err
	}
	return r.snapshot(), nil
}
