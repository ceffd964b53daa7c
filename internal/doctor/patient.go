package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
)

// Patient is what is examined, and the means to do so.
type Patient struct {
	Config      *config.Config
	Directories []directory.Options // in the order of the configuration
	Kiteworks   kiteworks.Options
	Attended    bool // a daemon works with the same ledger: its ports are taken, and rightly

	// Look reads both sides as a plan does, and compares what the rules name with what is there.
	Look func(context.Context) (Look, error)

	Unread error            // why Kiteworks is not of use to ask: the options could not be made
	Now    func() time.Time // nil: time.Now
}

// Look is what was seen of both sides.
type Look struct {
	People, Groups int
	Nameless       int              // people without an address that is believed
	How            []string         // how each directory was read
	Blocking       []config.Problem // what the rules name, and is not there
	Hints          []config.Problem // what is allowed and hardly meant
}

func (p *Patient) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// Placeholder stands in a first configuration where the client id belongs, which is known only
// when the custom application is made.
const Placeholder = "enter-the-client-id"

// Examine looks at everything. It fails only with ctx.
func Examine(ctx context.Context, p Patient) (Report, error) {
	var r Report
	p.machine(ctx, r.area("this machine"))
	readable := true
	for i := range p.Directories {
		readable = p.directory(ctx, r.area("directory "+p.Directories[i].Name), p.Directories[i]) && readable
	}
	reachable := p.tenant(ctx, &r)
	p.rules(ctx, r.area("rules"), readable, reachable)
	return r, ctx.Err()
}

// rules compares what the rules name with what is there.
func (p *Patient) rules(ctx context.Context, a area, readable, reachable bool) {
	switch {
	case !readable:
		a.unseen("not looked at: the directory cannot be read yet")
		return
	case !reachable:
		a.unseen("not looked at: Kiteworks cannot be read yet")
		return
	}
	seen, err := p.Look(ctx)
	if err != nil {
		a.bad(err.Error(), "")
		return
	}
	a.good(counted(seen))
	for _, how := range seen.How {
		a.good(how)
	}
	for _, problem := range seen.Blocking {
		a.bad(located(p.Config.File, problem), problem.Hint)
	}
	for _, problem := range seen.Hints {
		a.advise(located(p.Config.File, problem), problem.Hint)
	}
	if len(seen.Blocking) == 0 {
		a.good("every role, profile and folder that the rules name is there, or may be made")
	}
}

// cause is the innermost error that says something to an administrator.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
