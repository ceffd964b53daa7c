package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

const (
	soon     = 30 * 24 * time.Hour // before a certificate or a password ends
	tooMuch  = time.Minute         // of difference between the clocks of a directory and this machine
	dormancy = 30 * 24 * time.Hour // without activity, after which an identity may be near its lock
)

// directory looks at each server. It says whether at least one can be read.
func (p *Patient) directory(ctx context.Context, a area, o directory.Options) bool {
	sights, err := directory.Examine(ctx, o)
	if err != nil {
		a.bad(oneLine(err), "")
		return false
	}
	usable := false
	for _, s := range sights {
		usable = usable || s.Err == nil
	}
	for _, s := range sights {
		switch {
		case s.Err == nil:
			p.server(a, s)
		case usable:
			a.advise(s.Server+" is of no use, and another server takes its place: "+oneLine(s.Err), "")
		default:
			a.bad(oneLine(s.Err), "")
		}
	}
	return usable
}

// server reports on one that answers.
func (p *Patient) server(a area, s directory.Sight) {
	text := s.Server + ": logged in, the right kind of server"
	switch left := p.left(s); {
	case s.Certificate == nil:
		text += "; without TLS"
	case left < soon:
		a.advise(fmt.Sprintf("%s: its certificate ends in %s", s.Server, days(left)), "renew the certificate of "+s.Server)
	default:
		text += "; its certificate is good until " + s.Certificate.NotAfter.Format(time.DateOnly)
	}
	if s.Pages {
		text += "; it pages"
	} else {
		a.advise(s.Server+" cannot page: its size limit may cut large answers, which then fail the read", "let the server offer simple paged results (RFC 2696), or see that no size limit holds for the bind account")
	}
	if s.Timed && s.Ahead.Abs() > tooMuch {
		a.advise(fmt.Sprintf("the clock of %s differs from that of this machine by %s: dates take effect too early or too late", s.Server, s.Ahead.Abs()), "let both keep time by NTP")
	}
	a.good(text)
}

func (p *Patient) left(s directory.Sight) time.Duration {
	if s.Certificate == nil {
		return 0
	}
	return s.Certificate.NotAfter.Sub(p.now())
}
