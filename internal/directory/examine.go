package directory

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Sight is one server of a directory, as a doctor sees it.
type Sight struct {
	Server      string            // URL, or what stands in the configuration if there was no connection
	Err         error             // why it is of no use; nil: bound, and of the right kind
	Certificate *x509.Certificate // nil: no TLS
	Pages       bool
	Ahead       time.Duration // by how much its clock is ahead of ours
	Timed       bool          // it tells the time, which Active Directory does
}

// Examine connects to each configured server by itself, as a run would to the first that
// answers: what is wrong with the others is else known only when that one is down. A password
// that is refused is not shown to a further server, which would bring the account closer to its lock.
func Examine(ctx context.Context, o Options) ([]Sight, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	var all []Sight
	for _, server := range o.Servers {
		reach := o.wire()
		reach.Servers = []string{server}
		seen := look(ctx, &reach, now)
		all = append(all, seen)
		if ctx.Err() != nil || wire.Refused(seen.Err) {
			break
		}
	}
	return all, ctx.Err()
}

func look(ctx context.Context, reach *wire.Options, now func() time.Time) Sight {
	c, err := wire.Dial(ctx, reach, "")
	if err != nil {
		return Sight{Server: reach.Servers[0], Err: err}
	}
	defer c.Close()
	s := Sight{Server: c.Server(), Certificate: c.Certificate(), Pages: c.Pages()}
	if at, ok := access.ParseTime(c.Root().One("currenttime")); ok {
		s.Ahead, s.Timed = at.Sub(now()).Round(time.Second), true
	}
	return s
}
