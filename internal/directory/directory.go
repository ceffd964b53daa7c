package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Directory reads one or several directories as one. Refresh and Prover may be called
// from several goroutines; they take turns.
type Directory struct {
	sources []*source
	now     func() time.Time

	mu   sync.Mutex
	last *access.Snapshot
	next time.Time // when a standing in last changes by itself; zero: never
}

// New validates the options of each directory and reads the CA; it connects to nothing.
func New(all ...Options) (*Directory, error) {
	if len(all) == 0 {
		return nil, errors.New("directory: none to read")
	}
	d := &Directory{now: time.Now}
	names := map[string]bool{}
	for _, o := range all {
		s, err := newSource(o)
		if err != nil {
			return nil, err
		}
		if name := strings.ToLower(o.Name); names[name] {
			return nil, fmt.Errorf("directory: two have the name %q", o.Name)
		} else {
			names[name] = true
		}
		d.sources = append(d.sources, s)
		if o.Now != nil {
			d.now = o.Now
		}
	}
	return d, nil
}

// Refresh returns a complete snapshot of all directories or an error (promise P1), and
// what differs in it from the one before. full reads everything anew; otherwise reading
// what has changed is enough where the server can tell, with the same result. The error wraps
// the context's if that ended the read.
func (d *Directory) Refresh(ctx context.Context, full bool) (*access.Snapshot, access.Touched, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	var how []string
	mirrors := make([]*mirror, 0, len(d.sources))
	for _, s := range d.sources {
		said, err := s.refresh(ctx, full, now)
		if err != nil {
			return nil, access.Touched{}, err
		}
		how = append(how, said)
		mirrors = append(mirrors, s.mirror)
	}
	touched := d.renew(mirrors, now)
	touched.How = how
	return d.last, touched, nil
}

// renew makes the next snapshot, and compares it with the last.
func (d *Directory) renew(mirrors []*mirror, now time.Time) access.Touched {
	last := d.last
	if last != nil && d.unchanged(mirrors, now) {
		same := *last
		same.Taken = now
		d.last = &same
		return access.Touched{}
	}
	d.last, d.next = snapshot(mirrors, now)
	if last == nil {
		return access.Touched{Everyone: true}
	}
	return access.Touched{People: access.Differing(last, d.last)}
}

// unchanged says whether the mirrors are as they were at the last snapshot, and nobody's standing has run out since.
func (d *Directory) unchanged(mirrors []*mirror, now time.Time) bool {
	for _, m := range mirrors {
		if m.people.changed() || m.groups.changed() || m.units.changed() {
			return false
		}
	}
	return d.next.IsZero() || now.Before(d.next)
}
