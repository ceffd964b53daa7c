package sync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// backlog is whom the directory has told of and no run has come through with: what
// one run read as new is not new to the next.
type backlog struct {
	full     bool // a full run was begun and none has come through since: the next run makes up for it
	everyone bool
	people   map[access.PersonID]bool
}

func (b *backlog) add(t access.Touched) {
	b.everyone = b.everyone || t.Everyone
	if b.people == nil {
		b.people = map[access.PersonID]bool{}
	}
	for _, id := range t.People {
		b.people[id] = true
	}
}

// take hands the news to a run. What comes while it is under way is not its own.
func (b *backlog) take() (taken backlog) {
	taken, b.everyone, b.people = *b, false, nil
	return taken
}

// give back what a run did not come through with.
func (b *backlog) giveBack(taken backlog) {
	people := make([]access.PersonID, 0, len(taken.people))
	for id := range taken.people {
		people = append(people, id)
	}
	b.add(access.Touched{Everyone: taken.everyone, People: people})
}

// gather decides whom a run is about: in a full one everybody, in a delta whom the
// directory has touched and for whom a date has come, and those named if it names any.
func (r *Runner) gather(ctx context.Context, v *view) error {
	r.backlog.add(v.touched)
	v.news = r.backlog.take()
	if len(v.trigger.Named) > 0 || v.trigger.Full || v.news.everyone {
		return v.narrow(v.trigger.Named...)
	}
	due, err := r.Journal.Due(ctx, r.Now())
	if err != nil {
		return fmt.Errorf("read who is due from the ledger: %w", err)
	}
	v.report.Due = len(due)
	about := make(map[access.PersonID]bool, len(due)+len(v.news.people))
	for _, id := range due {
		about[id] = true
	}
	for id := range v.news.people {
		about[id] = true
	}
	v.about = []int{}
	for i := range v.snapshot.People {
		if about[v.snapshot.People[i].ID] {
			v.about = append(v.about, i)
		}
	}
	return r.forget(ctx, v, due)
}

// forget takes from the dates those of people who are not in the directory any more.
func (r *Runner) forget(ctx context.Context, v *view, due []access.PersonID) error {
	gone := slices.DeleteFunc(due, func(id access.PersonID) bool { _, there := v.person(id); return there })
	if len(gone) == 0 {
		return nil
	}
	if err := r.Journal.Schedule(ctx, gone, nil); err != nil {
		return fmt.Errorf("remember the dates to come: %w", err)
	}
	return nil
}

// done remembers when each person has to be looked at again, what the rules mean by now, and
// that the directory's news have come through. What was asked for and could not be done is due at once.
func (r *Runner) done(ctx context.Context, v *view) error {
	next := map[access.PersonID]time.Time{}
	for i := range v.verdicts {
		if d := &v.verdicts[i]; !d.Next.IsZero() {
			next[d.Person] = d.Next
		}
	}
	for id, at := range v.waiting() {
		next[id] = at
	}
	for id := range v.report.unfinishedPeople() {
		next[id] = v.report.Started
	}
	if err := r.Journal.Schedule(context.WithoutCancel(ctx), v.judged(), next); err != nil {
		return fmt.Errorf("remember the dates to come: %w", err)
	}
	if err := r.keepRules(context.WithoutCancel(ctx), v); err != nil {
		return err
	}
	r.backlog.full = r.backlog.full && len(v.trigger.Named) > 0
	r.backlog.giveBack(v.left())
	return nil
}

// left is the news of whom the run was not about. Nothing is decided about who is gone,
// and what was not in a reviewed plan is still to be done.
func (v *view) left() backlog {
	if v.trigger.Approved != nil {
		return backlog{everyone: true}
	}
	if v.about == nil {
		return backlog{}
	}
	left := backlog{everyone: v.news.everyone, people: map[access.PersonID]bool{}}
	judged := v.judged()
	for id := range v.news.people {
		if _, there := v.person(id); there && !slices.Contains(judged, id) {
			left.people[id] = true
		}
	}
	return left
}

// unfinishedPeople are those of whom a change did not come to be.
func (r *Report) unfinishedPeople() map[access.PersonID]bool {
	bad := map[plan.Key]bool{}
	for _, o := range r.Unfinished() {
		bad[o.Key] = true
	}
	people := map[access.PersonID]bool{}
	for _, c := range r.Plan.Changes {
		if bad[c.Key] && c.Person != (access.PersonID{}) {
			people[c.Person] = true
		}
	}
	return people
}
