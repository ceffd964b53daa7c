package sync

import (
	"context"
	"fmt"
	"maps"
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
// directory has touched and for whom a date has come, and those named if it names any. One for
// leavers is about no dates.
func (r *Runner) gather(ctx context.Context, v *view) error {
	r.backlog.add(v.touched)
	v.news = r.backlog.take()
	if v.trigger.Undo != 0 {
		return v.recollect(ctx, r.Journal)
	}
	if len(v.trigger.Named) > 0 || v.trigger.Full || v.news.everyone && !v.trigger.Leavers {
		return v.narrow(v.trigger.Named...)
	}
	var due []access.PersonID
	if !v.trigger.Leavers {
		var err error
		if due, err = r.Journal.Due(ctx, r.Now()); err != nil {
			return fmt.Errorf("read who is due from the ledger: %w", err)
		}
	}
	v.report.Due = len(due)
	about := make(map[access.PersonID]bool, len(due)+len(v.news.people))
	for _, id := range due {
		about[id] = true
	}
	for id := range v.news.people {
		about[id] = true
	}
	v.choose(about)
	return nil
}

// choose makes the run one about these people. Where only those who have left cannot wait, it
// is about no others.
func (v *view) choose(about map[access.PersonID]bool) {
	v.about, v.absent = []int{}, nil
	for i := range v.snapshot.People {
		p := &v.snapshot.People[i]
		if !about[p.ID] {
			continue
		}
		delete(about, p.ID)
		if !v.trigger.Leavers || p.Standing == access.Disabled || p.Standing == access.Expired {
			v.about = append(v.about, i)
		}
	}
	v.absent = slices.SortedFunc(maps.Keys(about), access.PersonID.Compare)
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
	for _, more := range []map[access.PersonID]time.Time{v.report.Plan.Next, v.waiting()} {
		for id, at := range more {
			if was, has := next[id]; !has || at.Before(was) {
				next[id] = at
			}
		}
	}
	for id := range v.report.unfinishedPeople() {
		next[id] = v.report.Started
	}
	if v.trigger.Undo == 0 { // else nobody was judged
		if err := r.Journal.Schedule(context.WithoutCancel(ctx), v.judged(), next); err != nil {
			return fmt.Errorf("remember the dates to come: %w", err)
		}
	}
	if err := r.keepRules(context.WithoutCancel(ctx), v); err != nil {
		return err
	}
	r.backlog.full = r.backlog.full && v.trigger.detour()
	r.backlog.giveBack(v.left())
	return nil
}

// left is the news of whom the run was not about. What was not in a reviewed plan is still
// to be done.
func (v *view) left() backlog {
	if v.trigger.Approved != nil && v.trigger.Undo == 0 {
		return backlog{everyone: true}
	}
	if v.about == nil {
		return backlog{}
	}
	left := backlog{everyone: v.news.everyone, people: map[access.PersonID]bool{}}
	if v.trigger.Undo != 0 {
		return v.news
	}
	judged := v.judged()
	for id := range v.news.people {
		if !slices.Contains(judged, id) {
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
