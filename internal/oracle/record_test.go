package oracle

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// record is the truth of one history as far as it goes: what the directory was, whose each account is, and what
// humans gave. It shares nothing with the product but what the product does.
type record struct {
	versions []*company           // of the directory; the last is now
	read     int                  // version of the last reading that a run was seen to begin with
	aimed    int                  // version of the last search for somebody, or some group, by id
	blurred  bool                 // the directory did not show all: what is given may be wrong
	owner    map[string]string    // account -> person
	human    map[place]string     // role that a human gave and that stands
	taken    map[place]bool       // a human changed what was ours: nobody has to give it again
	off      map[string]bool      // accounts that we have suspended
	byHand   map[string]bool      // accounts that a human has suspended, or freed from our suspension
	since    map[string]time.Time // person -> since when they have left, as far as anybody can have seen
	idle     map[string]time.Time // and since when no rule applies
	found    map[string]time.Time // person -> when a run has first found either
	seen     map[string]map[string]map[string]bool
	murky    map[string]bool // people and accounts of which it cannot be told who is whose
	renamed  map[string]bool // groups that had another name
	paths    map[string]string
	order    int            // counts what humans do and what is read at Kiteworks
	deeds    map[string]int // account, or account and folder -> when a human last did something there
	reads    map[string]int // account, or folder -> when we began to read it last
	effects  map[string]int // what was done, by kind
	wrong    []string       // what is against the truth
	clock    func() time.Time
}

func newRecord(c *company) *record {
	return &record{
		versions: []*company{c}, clock: time.Now, owner: map[string]string{}, human: map[place]string{}, taken: map[place]bool{},
		off: map[string]bool{}, byHand: map[string]bool{}, since: map[string]time.Time{}, idle: map[string]time.Time{}, found: map[string]time.Time{},
		seen: map[string]map[string]map[string]bool{}, murky: map[string]bool{}, renamed: map[string]bool{}, paths: map[string]string{}, effects: map[string]int{},
		deeds: map[string]int{}, reads: map[string]int{},
	}
}

func (r *record) now() *company { return r.versions[len(r.versions)-1] }

// change is the next version of the directory.
func (r *record) change(next *company) {
	r.versions = append(r.versions, next)
	r.mark()
}

// mark notes who has left by now, and to whom no rule applies.
func (r *record) mark() {
	now, c := r.clock(), r.now()
	for i := range c.people {
		p := &c.people[i]
		gone := p.gone(now)
		if _, known := r.since[p.id]; gone && !known {
			r.since[p.id] = now
			if !p.deleted && !p.moved && !p.disabled { // it has expired meanwhile
				r.since[p.id] = p.expires
			}
		}
		if _, known := r.idle[p.id]; !gone && !known && c.due(p, now).unmatched {
			r.idle[p.id] = now
		}
	}
}

// observed notes what a run has seen: whoever is at work has not left, and why everybody has what they have.
// Of a run that came to its end, it replaces what was seen before.
func (r *record) observed(version int, whole bool, t tenancy) {
	now, c := r.clock(), r.versions[version]
	for id := range r.murky {
		if a, is := t.accounts[id]; is && whole {
			r.clear(c, a, now)
		}
	}
	for i := range c.people {
		p := &c.people[i]
		d := c.due(p, now)
		if whole {
			r.find(p, d, now)
		}
		if p.gone(now) {
			continue
		}
		r.explain(p, d, whole, t)
	}
	r.mark()
}

// find notes that a run has found somebody at work, gone, or without any rule.
func (r *record) find(p *person, d due, now time.Time) {
	gone := p.gone(now)
	if !gone {
		delete(r.since, p.id)
	}
	if !gone && !d.unmatched {
		delete(r.idle, p.id)
		delete(r.found, p.id)
	} else if r.found[p.id].IsZero() {
		r.found[p.id] = now
	}
}

// clear notes that a run has found out whose an account is that a human has made; if it could not, nobody will know.
func (r *record) clear(c *company, a kwsim.User, now time.Time) {
	p := c.person(r.owner[a.ID])
	switch {
	case p == nil || p.mail != a.Email || c.doubtful(p):
		r.murky[r.owner[a.ID]] = true
	case !p.gone(now) && c.due(p, now).account:
		delete(r.murky, a.ID)
	}
}

// forget forgets what was given to an account that is no more.
func (r *record) forget(account string) {
	maps.DeleteFunc(r.taken, func(at place, _ bool) bool { return at.account == account })
	maps.DeleteFunc(r.human, func(at place, _ string) bool { return at.account == account })
	delete(r.off, account)
	delete(r.byHand, account)
}

// explain notes why somebody has what they have.
func (r *record) explain(p *person, d due, whole bool, t tenancy) {
	if r.seen[p.id] == nil {
		r.seen[p.id] = map[string]map[string]bool{}
	}
	for path, causes := range d.causes {
		more := r.has(p, path, t) > rank(d.roles[path]) // for reasons that stand until it is less
		kept := map[string]bool{}
		for cause, counts := range r.seen[p.id][path] {
			kept[cause] = counts && (!whole || more) || d.frozen[cause] && !strings.Contains(cause, "|") // another group of the rule takes over
		}
		for cause := range causes {
			kept[cause] = true
		}
		r.seen[p.id][path] = kept
	}
}

// has is the rank of what somebody has on a folder.
func (r *record) has(p *person, path string, t tenancy) int {
	most := 0
	for at, role := range t.effective {
		if r.owner[at.account] == p.id && r.path(t, at.folder) == path {
			most = max(most, rank(role))
		}
	}
	return most
}

// frozen says whether what somebody has on a folder may rest on a rule that cannot be decided.
func (r *record) frozen(p *person, path string, d due) bool {
	for cause, counts := range r.seen[p.id][path] {
		if counts && d.frozen[cause] {
			return true
		}
	}
	return false
}

// complain notes that something is against the truth.
func (r *record) complain(format string, args ...any) {
	r.wrong = append(r.wrong, r.clock().UTC().Format(time.DateTime)+": "+fmt.Sprintf(format, args...))
}

// humanDid notes what a human did in Kiteworks, by what has changed there.
func (r *record) humanDid(before, after tenancy) {
	r.order++
	for at, role := range after.direct {
		if was := before.direct[at]; was != role {
			r.deeds[at.account+at.folder] = r.order
			r.taken[at] = r.taken[at] || was != r.human[at]
			r.human[at] = role
		}
	}
	for at, was := range before.direct {
		if after.direct[at] == "" {
			r.taken[at] = r.taken[at] || was != r.human[at]
			delete(r.human, at)
		}
	}
	for id, a := range after.accounts {
		was, known := before.accounts[id]
		if known && a.Suspended != was.Suspended {
			r.deeds[id] = r.order
			r.byHand[id] = true
			r.off[id] = false
		}
	}
}

// reading notes that a request begins to read something.
func (r *record) reading(path string) {
	rest, members := strings.CutPrefix(path, "/rest/folders/")
	id, _, _ := strings.Cut(rest, "/")
	if !members {
		id, _ = strings.CutPrefix(path, "/rest/admin/users")
		id = strings.TrimPrefix(id, "/")
	}
	r.order++
	r.reads[id] = r.order
}

// raced says whether a human was quicker than the request that follows what we have read: no server helps
// against that.
func (r *record) raced(deed string, read ...string) bool {
	for _, id := range read {
		if r.deeds[deed] <= r.reads[id] {
			return false
		}
	}
	r.effects["races that nobody can win"]++
	return true
}

// path is where a folder was when it was first seen: that is what rules say of it, whatever it is called now.
func (r *record) path(t tenancy, id string) string {
	if r.paths[id] == "" {
		r.paths[id] = t.folders[id].Path
	}
	return r.paths[id]
}

func accountOf(t tenancy, email string) (kwsim.User, bool) {
	for _, a := range t.accounts {
		if a.Email == email && !a.Deleted {
			return a, true
		}
	}
	return kwsim.User{}, false
}
