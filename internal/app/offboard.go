package app

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// Identify finds the one person whom a name means: by e-mail, id or DN.
func (a *Actor) Identify(ctx context.Context, name string) (kwsync.Identified, error) {
	return a.Runner.Identify(ctx, a.book, name)
}

// Offboard makes somebody a leaver whatever the directory says, and acts on it at once: in a
// run of its own, also while another one is under way. already: it was ordered before.
func (a *Actor) Offboard(ctx context.Context, who kwsync.Identified, reason string) (already bool, rep kwsync.Report, err error) {
	if already, err = a.book.Offboard(ctx, who.Person, asker(reason), time.Now()); err != nil {
		return already, rep, err
	}
	t := kwsync.Trigger{Name: VerbOffboard, Named: []string{who.Person.String()}, Offboard: true}
	rep, err = a.Run(ctx, t, reason)
	return already, rep, err
}

// Reinstate takes the order to offboard somebody back: they are treated again as the directory
// says, at once. That there was none is an error.
func (a *Actor) Reinstate(ctx context.Context, who kwsync.Identified, reason string) (rep kwsync.Report, err error) {
	was, err := a.book.TakeBack(ctx, who.Person, asker(reason))
	if err == nil && !was {
		err = fmt.Errorf("%s was not offboarded by command, or the directory has said the same since", who)
	}
	if err != nil {
		return rep, err
	}
	now := time.Now() // so that a delta makes up for a run that fails
	if err := a.book.Schedule(ctx, []access.PersonID{who.Person}, map[access.PersonID]time.Time{who.Person: now}); err != nil {
		return rep, err
	}
	return a.Run(ctx, kwsync.Trigger{Name: VerbOffboard, Named: []string{who.Person.String()}, Fresh: true}, reason)
}
