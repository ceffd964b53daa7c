package oracle

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// How long after somebody has left what happens to them.
const (
	day           = 24 * time.Hour
	revokeAfter   = 7 * day
	deleteAfter   = 90 * day
	unmatchedStay = 3 * day
)

// did judges what one request of ours has changed, at once.
func (r *record) did(req *http.Request, before, after tenancy) {
	r.mark()
	what := req.Method + " " + req.URL.Path
	for _, id := range slices.Sorted(maps.Keys(after.accounts)) {
		was, known := before.accounts[id]
		is := after.accounts[id]
		if !known {
			r.effects["accounts made"]++
			r.created(is)
			continue
		}
		if was != is {
			r.accountChanged(what, was, is, after)
		}
	}
	for at, role := range before.direct {
		if now := after.direct[at]; rank(now) < rank(role) && !after.accounts[at.account].Deleted {
			r.effects["roles lowered or revoked"]++
			r.narrowed(what, at, role, now, after)
		}
	}
	for at, role := range after.direct {
		if rank(role) > rank(before.direct[at]) && role != "Owner" && req.Method != http.MethodDelete { // an heir gets what was left
			r.effects["roles given or raised"]++
			r.widened(what, at, before.direct[at], role, after)
		}
	}
}

// possible are the versions of the directory on which a change may rest that is made now: what was
// last looked up, and all since.
func (r *record) possible(from int) []*company { return r.versions[min(from, len(r.versions)-1):] }

// created notes whose account it is that we have made.
func (r *record) created(a kwsim.User) {
	for _, c := range r.possible(r.read) {
		for i := range c.people {
			if p := &c.people[i]; p.mail == a.Email && !p.gone(r.clock()) {
				r.owner[a.ID] = p.id
				return
			}
		}
	}
	r.complain("account %s was made for nobody who is at work", a.Email)
}

func (r *record) accountChanged(what string, was, is kwsim.User, after tenancy) {
	if is.Deleted && !was.Deleted {
		r.effects["accounts deleted"]++
		r.deleted(what, is, after)
		r.forget(is.ID)
		return
	}
	if was.Deleted && !is.Deleted {
		r.created(is)
		return
	}
	if is.Suspended != was.Suspended {
		r.switched(what, is)
	}
	if is.Email != was.Email {
		r.readdressed(what, was, is)
	}
	if is.ProfileID != was.ProfileID {
		r.complain("%s: the profile of %s is %d, was %d", what, is.Email, is.ProfileID, was.ProfileID)
	}
}

// switched judges a suspension, or its end.
func (r *record) switched(what string, a kwsim.User) {
	if a.Suspended {
		r.effects["accounts suspended"]++
	} else {
		r.effects["suspensions lifted"]++
	}
	id, owned := r.owner[a.ID]
	if r.murky[a.ID] || r.murky[id] {
		return
	}
	if !a.Suspended {
		if !r.off[a.ID] && !r.raced(a.ID, a.ID, "") {
			r.complain("%s: the suspension of %s ended, which is not ours", what, a.Email)
		}
		r.off[a.ID] = false
		return
	}
	r.off[a.ID] = true
	if !owned {
		r.complain("%s: %s is suspended, and is nobody's of the directory", what, a.Email)
		return
	}
	if !slices.ContainsFunc(r.possible(r.aimed), func(c *company) bool { p := c.person(id); return p == nil || p.gone(r.clock()) }) {
		r.complain("%s: %s is suspended, and has not left", what, a.Email)
	}
}

// readdressed judges a new address: the person's, or one to wait at.
func (r *record) readdressed(what string, was, is kwsim.User) {
	r.effects["addresses changed"]++
	id := r.owner[is.ID]
	if r.murky[is.ID] || r.murky[id] || strings.HasPrefix(is.Email, "moving-") {
		return
	}
	ok := slices.ContainsFunc(r.possible(r.read), func(c *company) bool { p := c.person(id); return p != nil && p.mail == is.Email })
	if !ok {
		r.complain("%s: the address of %s is %s, which is not that of its owner", what, was.Email, is.Email)
	}
}

// deleted judges the end of an account.
func (r *record) deleted(what string, a kwsim.User, after tenancy) {
	id, owned := r.owner[a.ID]
	if r.murky[a.ID] || r.murky[id] {
		return
	}
	since, left := r.since[id]
	switch {
	case !owned:
		r.complain("%s: %s is deleted, and is nobody's of the directory", what, a.Email)
	case !left || r.clock().Sub(since) < deleteAfter:
		r.complain("%s: %s is deleted, and has not left for long enough (since %v)", what, a.Email, since)
	case !slices.ContainsFunc(r.possible(r.aimed), func(c *company) bool { return c.person(id).gone(r.clock()) }):
		r.complain("%s: %s is deleted, and has not left", what, a.Email)
	}
	for _, f := range after.folders {
		if f.CreatorID == a.ID && !f.Deleted && after.direct[place{a.ID, f.ID}] == "Owner" {
			r.complain("%s: %s is deleted, and nobody has got its folder %s", what, a.Email, f.Path)
		}
	}
}

// narrowed judges a role that is weaker than it was, or gone.
func (r *record) narrowed(what string, at place, was, is string, after tenancy) {
	a := after.accounts[at.account]
	path := r.path(after, at.folder)
	if rank(is) < rank(r.human[at]) && r.raced(at.account+at.folder, at.folder) {
		delete(r.human, at)
		return
	}
	if rank(is) < rank(r.human[at]) {
		r.complain("%s: %s has %q on %s, was %s: below %s, which a human gave", what, a.Email, is, path, was, r.human[at])
		return
	}
	id, owned := r.owner[a.ID]
	switch {
	case r.murky[a.ID] || r.murky[id]:
		return
	case !owned:
		r.complain("%s: %s has %q on %s, was %s, and is nobody's of the directory", what, a.Email, is, path, was)
		return
	}
	var why string
	for _, c := range r.possible(r.aimed) {
		if why = r.narrowing(c, id, path, max(rank(is), rank(after.effective[at]))); why == "" {
			return
		}
	}
	r.complain("%s: %s has %q on %s, was %s: %s", what, a.Email, is, path, was, why)
}

// narrowing says what forbids, as one version has it, that somebody has no more than a role on a folder; "": nothing.
func (r *record) narrowing(c *company, id, path string, left int) string {
	now, p := r.clock(), c.person(id)
	if p == nil {
		return "the person is unknown"
	}
	if p.gone(now) {
		if since := r.since[id]; now.Sub(since) < revokeAfter {
			return "the person has left only since " + since.UTC().Format(time.DateTime)
		}
		return ""
	}
	d := c.due(p, now)
	switch {
	case c.doubtful(p):
		return "whose the address is cannot be told"
	case rank(d.roles[path]) > left:
		return "the person is to have " + d.roles[path]
	case r.frozen(p, path, d):
		return "a rule that may have given it cannot be decided"
	case d.unmatched && now.Sub(r.idle[id]) < unmatchedStay:
		return "no rule applies only since " + r.idle[id].UTC().Format(time.DateTime)
	}
	return ""
}

// widened judges a role that is stronger than it was: somebody said so in the directory.
func (r *record) widened(what string, at place, was, is string, after tenancy) {
	id := r.owner[at.account]
	if r.blurred || r.murky[at.account] || r.murky[id] {
		return
	}
	path := r.path(after, at.folder)
	for _, c := range r.possible(r.read) {
		p := c.person(id)
		if p != nil && !p.gone(r.clock()) && rank(c.due(p, r.clock()).roles[path]) >= rank(is) {
			return
		}
	}
	r.complain("%s: %s has %s on %s, was %q, and nothing says so", what, after.accounts[at.account].Email, is, path, was)
}
