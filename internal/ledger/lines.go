package ledger

import (
	"context"
	"net"
	"sync"
)

// lines are the open connections of a pool. To cut them ends what waits for an answer
// that may never come.
type lines struct {
	mu   sync.Mutex
	open map[*line]struct{}
}

// line is one of them.
type line struct {
	net.Conn
	of *lines
}

// dial is a net.Dialer that remembers.
func (l *lines) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*line]struct{}{}
	}
	c := &line{Conn: conn, of: l}
	l.open[c] = struct{}{}
	return c, nil
}

// cut closes all that are open; the pool makes new ones when it needs them.
func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Conn.Close() // nothing is lost by it any more
	}
}

// Close closes the connection and forgets it.
func (c *line) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
