package oracle

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// settle lets everything come to rest: no more troubles, and time for all that waits.
func (h *history) settle() {
	h.calm()
	waits := []time.Duration{time.Hour, 0, 4 * day, 8 * day, time.Hour}
	if h.random.IntN(4) == 0 {
		waits = append(waits, deleteAfter+day, time.Hour)
	}
	for _, wait := range waits {
		h.sleep(wait)
		h.run(kwsync.Trigger{Name: "full", Full: true})
	}
	h.tenant.mu.Lock()
	defer h.tenant.mu.Unlock()
	h.record.atRest(h.tenant.last)
}

// sleep lets time pass.
func (h *history) sleep(d time.Duration) {
	time.Sleep(d)
	h.tenant.mu.Lock()
	defer h.tenant.mu.Unlock()
	h.record.mark()
}

// atRest says what is otherwise than the truth, and what humans have added to it, when nothing goes on any more.
func (r *record) atRest(t tenancy) {
	c, now := r.now(), r.clock()
	for i := range c.people {
		if p := &c.people[i]; !r.murky[p.id] {
			r.personAtRest(c, p, t, now)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.accounts)) {
		a := t.accounts[id]
		if !r.murky[id] && !r.murky[r.owner[id]] && !a.Deleted {
			r.accountAtRest(c, a, t, now)
		}
	}
}

// personAtRest says what somebody has not got.
func (r *record) personAtRest(c *company, p *person, t tenancy, now time.Time) {
	if p.gone(now) || c.doubtful(p) {
		return
	}
	d := c.due(p, now)
	account, blocked := r.usable(p, t)
	switch {
	case blocked:
		return
	case account == "" && d.frozen["staff"]:
		return // the rule would choose the profile
	case account == "" && d.account:
		r.complain("at rest: %s has no account", p.mail)
		return
	case account == "":
		return
	}
	if a := t.accounts[account]; a.Email != p.mail && (d.account && !d.frozen["staff"] || len(d.roles) > 0) {
		r.complain("at rest: the account of %s has still the address %s", p.mail, a.Email)
	}
	for path, role := range d.roles {
		if !r.holds(account, path, role, t) && !r.undecided(d, path) {
			r.complain("at rest: %s does not have %s on %s", p.mail, role, path)
		}
	}
}

// undecided says that none of the rules that give somebody access to a folder is decided.
func (r *record) undecided(d due, path string) bool {
	for cause := range d.causes[path] {
		if !d.frozen[cause] {
			return false
		}
	}
	return true
}

// usable is somebody's account; blocked: there is a reason why they need not have one that works.
func (r *record) usable(p *person, t tenancy) (account string, blocked bool) {
	for _, id := range slices.Sorted(maps.Keys(t.accounts)) {
		a := t.accounts[id]
		mine := r.owner[id] == p.id
		switch {
		case mine && a.Deleted:
			blocked = true // who comes back behind the end of the ladder is a case for a human
		case mine && (a.Suspended && !r.off[id] || r.byHand[id]):
			blocked = true
		case mine:
			account = id
		case a.Email == p.mail:
			blocked = true // the address is another's
		}
	}
	return account, blocked
}

// holds says whether somebody has what they should, or need not have it.
func (r *record) holds(account, path, role string, t tenancy) bool {
	known := false
	for _, id := range slices.Sorted(maps.Keys(t.folders)) {
		if r.path(t, id) != path {
			continue
		}
		known = true
		at := place{account, id}
		if rank(t.effective[at]) >= rank(role) || r.taken[at] || t.folders[id].Deleted {
			return true
		}
	}
	return !known && !strings.HasPrefix(path, "/Departments/") && !strings.HasPrefix(path, "/Projects/")
}

// accountAtRest says what somebody has too much.
func (r *record) accountAtRest(c *company, a kwsim.User, t tenancy, now time.Time) {
	p := c.person(r.owner[a.ID])
	if p == nil {
		return // nobody's of the directory: what happens to it is judged at once
	}
	gone := p.gone(now)
	if gone && r.succeeded(c, p, a, t) {
		return
	}
	if narrows && gone && !a.Suspended && !r.byHand[a.ID] {
		r.complain("at rest: the account of %s, who has left, is not suspended", a.Email)
	}
	_, blocked := r.usable(p, t)
	if !gone && !blocked && a.Suspended && r.off[a.ID] && c.due(p, now).account && !c.doubtful(p) {
		r.complain("at rest: the account of %s, who is at work, is still suspended", a.Email)
	}
	if !narrows || !gone && (c.doubtful(p) || blocked) || r.byHand[a.ID] {
		return
	}
	for at, role := range t.direct {
		if at.account != a.ID || role == "Owner" || t.folders[at.folder].Deleted || rank(role) <= rank(r.human[at]) {
			continue
		}
		r.tooMuch(c, p, a, at, role, t, now)
	}
}

// succeeded says whether the address of somebody who is not there any more is that of an entry without an account: it
// may be the same person, and a human has to say so.
func (r *record) succeeded(c *company, p *person, a kwsim.User, t tenancy) bool {
	if !p.deleted && !p.moved {
		return false
	}
	for i := range c.people {
		o := &c.people[i]
		if o.id == p.id || o.deleted || o.moved || o.mail != a.Email {
			continue
		}
		account, _ := r.usable(o, t)
		return account == ""
	}
	return false
}

func (r *record) tooMuch(c *company, p *person, a kwsim.User, at place, role string, t tenancy, now time.Time) {
	path := r.path(t, at.folder)
	if p.gone(now) {
		if now.Sub(r.found[p.id]) < revokeAfter {
			return
		}
		r.complain("at rest: %s, who has left, has %s on %s", a.Email, role, path)
		return
	}
	d := c.due(p, now)
	if rank(role) <= rank(d.roles[path]) || r.frozen(p, path, d) || r.followed(p, path) || r.barred(p, path, d, t) || d.unmatched && now.Sub(r.found[p.id]) < unmatchedStay {
		return
	}
	r.complain("at rest: %s has %s on %s, should have %q, and a human gave %q", a.Email, role, path, d.roles[path], r.human[at])
}

// barred says whether a rule that gave somebody what they have on a folder now leads them to one that a human has
// deleted: then it is blocked for them, and whatever it gave stays.
func (r *record) barred(p *person, path string, d due, t tenancy) bool {
	for cause := range r.seen[p.id][path] {
		for other, causes := range d.causes {
			if sharesRule(cause, causes) && r.folderDeleted(other, t) {
				return true
			}
		}
	}
	return false
}

func sharesRule(cause string, causes map[string]bool) bool {
	rule, _, _ := strings.Cut(cause, "|")
	for c := range causes {
		if other, _, _ := strings.Cut(c, "|"); other == rule {
			return true
		}
	}
	return false
}

func (r *record) folderDeleted(path string, t tenancy) bool {
	for id, f := range t.folders {
		if f.Deleted && r.path(t, id) == path {
			return true
		}
	}
	return false
}

// followed says whether what somebody has may come from a group that had another name.
func (r *record) followed(p *person, path string) bool {
	for cause := range r.seen[p.id][path] {
		_, group, _ := strings.Cut(cause, "|")
		if r.renamed[group] {
			return true
		}
	}
	return false
}
