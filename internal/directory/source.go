package directory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// source is one configured directory. It keeps no connection between two reads.
type source struct {
	o    Options
	wire wire.Options

	mirror *mirror // of the last refresh that succeeded

	mu   sync.Mutex
	spot spot          // for those who watch
	news chan struct{} // closed, and made anew, when there is another spot
}

func newSource(o Options) (*source, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	return &source{o: o, wire: o.wire(), news: make(chan struct{})}, nil
}

// refresh brings the mirror up to date, by reading what has changed if that is enough, and
// says in a few words how. A reading that fails gives the mirror up: the next one is a full one.
func (s *source) refresh(ctx context.Context, full bool, now time.Time) (how string, err error) {
	how, err = s.try(ctx, full, now)
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = ctx.Err() // and not that the socket was closed because of it
	}
	if err != nil {
		return "", fmt.Errorf("read directory %s: %w", s.o.Name, err)
	}
	return s.o.Name + ": " + how, nil
}

func (s *source) try(ctx context.Context, full bool, now time.Time) (string, error) {
	prefer := ""
	if s.mirror != nil && !full {
		prefer = s.mirror.server
	}
	c, err := wire.Dial(ctx, &s.wire, prefer)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := s.seeLeavers(ctx, c); err != nil {
		return "", err
	}
	why, err := s.follow(ctx, c, full, now)
	switch {
	case err != nil:
		return "", err
	case why == "":
		return fmt.Sprintf("what changed, by %v, from %s", s.mirror.feed, c.Server()), nil
	}
	s.mirror = nil // two of them would be most of what the process needs
	m, err := read(ctx, c, &s.o, now)
	if err == nil {
		err = m.learnSchema(ctx, c)
	}
	if err != nil {
		return "", err
	}
	s.mirror = m
	s.tell()
	how := fmt.Sprintf("in full from %s", c.Server())
	if why != asked {
		how += ", because " + why
	}
	switch {
	case m.why != "" && m.feed == nil:
		how += "; everything will be read each time: " + m.why
	case m.why != "":
		how += fmt.Sprintf("; what changes will be found by %v, which is not the best way: %s", m.feed, m.why)
	}
	return how, nil
}

// seeLeavers insists that the places of those who have left are there: were one misspelt, or renamed,
// all of them would be taken for people again.
func (s *source) seeLeavers(ctx context.Context, c *wire.Conn) error {
	for _, base := range s.o.People.LeaversIn {
		found, err := c.One(ctx, base, []string{"1.1"})
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("%s does not show %q: check directory.people.leavers_in, and that the bind account may read there", c.Server(), base)
		}
	}
	return nil
}

// asked is why everything is read where that is simply what was asked for.
const asked = "that was asked for"

// follow brings the mirror up to date, or says why everything must be read.
func (s *source) follow(ctx context.Context, c *wire.Conn, full bool, now time.Time) (why string, err error) {
	m := s.mirror
	switch {
	case full || m == nil || m.feed == nil:
		return asked, nil
	case m.origin != c.Origin():
		return fmt.Sprintf("the last reading was from %s", m.server), nil
	}
	err = m.follow(ctx, c, now)
	if err == nil {
		s.tell()
		return "", nil
	}
	s.mirror = nil // it may be half of before and half of after
	if errors.Is(err, wire.ErrReload) {
		return err.Error(), nil
	}
	return "", err
}

// tell lets those who watch know where the mirror stands.
func (s *source) tell() {
	at := s.mirror.spot()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spot = at
	close(s.news)
	s.news = make(chan struct{})
}

// place is where the mirror stands, and what is closed when it stands elsewhere.
func (s *source) place() (spot, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spot, s.news
}
