package kwsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// World is the tenant: users, folders and members, with the roles and profiles they refer to. All exported methods are
// safe for concurrent use; the unexported ones expect the lock to be held.
//
// The Go methods exist to prepare and to inspect a tenant. They know no acting user and check no permission.
type World struct {
	now       func() time.Time
	ids       uuid.UUID                 // name space of every id, made from the seed
	seats     int                       // 0 means no limit
	behaviour atomic.Pointer[Behaviour] // complete; may be read without the lock

	mu sync.Mutex
	tenant
}

// tenant is what a snapshot brings back.
type tenant struct {
	roles    []Role
	ranks    map[int]int // role id to rank
	profiles []Profile
	occupied int // seats taken
	requests int // admitted so far; dates what is shown late
	shownAt  int // the value of requests from which the user list has every row

	users       map[string]*user
	usersByMail map[string]*user
	userOrder   userOrder
	systemDirs  map[string]systemDir
	folders     map[string]*folder
	drift       drift
	changes     uint64 // counts changes of members; dates the caches of effective members
}

func newTenant(roles []Role, profiles []Profile) tenant {
	t := tenant{
		roles:       slices.SortedFunc(slices.Values(roles), func(a, b Role) int { return a.ID - b.ID }),
		ranks:       map[int]int{},
		profiles:    slices.SortedFunc(slices.Values(profiles), func(a, b Profile) int { return a.ID - b.ID }),
		users:       map[string]*user{},
		usersByMail: map[string]*user{},
		systemDirs:  map[string]systemDir{},
		folders:     map[string]*folder{},
	}
	for _, r := range t.roles {
		t.ranks[r.ID] = r.Rank
	}
	return t
}

func newWorld(o Options) *World {
	w := &World{
		now:    func() time.Time { return o.Now().UTC() },
		ids:    uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "kwsim %d", o.Seed)),
		seats:  o.Seats,
		tenant: newTenant(o.Roles, o.Profiles),
	}
	w.behaviour.Store(&o.Behaviour)
	return w
}

// emptied returns a world like this one whose tenant has nobody in it.
func (w *World) emptied(roles []Role, profiles []Profile) *World {
	out := &World{now: w.now, ids: w.ids, seats: w.seats, tenant: newTenant(roles, profiles)}
	out.behaviour.Store(w.does())
	return out
}

// does returns how the server behaves now, every default spelled out.
func (w *World) does() *Behaviour { return w.behaviour.Load() }

// unknown is the refusal of an id that does not exist, or that the acting user must not know to exist.
func (w *World) unknown() *problem {
	if w.does().UnknownID.status() == http.StatusNotFound {
		return refuse(errEntityNotFound)
	}
	return refuse(errAccessUser)
}

func (w *World) deletedFolder() *problem {
	if w.does().DeletedFolder.status() == http.StatusNotFound {
		return refuse(errEntityNotFound)
	}
	return refuse(errEntityDeleted)
}

// duplicateEmail is the refusal of an address that has a row already.
func (w *World) duplicateEmail() *problem {
	return refuseAs(w.does().DuplicateEmail.status(), errEntityExists)
}

func (w *World) licenseFull() *problem {
	return refuseAs(w.does().LicenseFull.status(), errLicenseSeats)
}

// newID returns the id of the thing that the words name. Equal seeds and words give equal ids.
func (w *World) newID(words ...string) string {
	return uuid.NewSHA1(w.ids, []byte(strings.Join(words, "\n"))).String()
}

// Role returns the role of that name.
func (w *World) Role(name string) (Role, bool) {
	i := slices.IndexFunc(w.roles, func(r Role) bool { return r.Name == name })
	if i < 0 {
		return Role{}, false
	}
	return w.roles[i], true
}

// Profile returns the profile of that name.
func (w *World) Profile(name string) (Profile, bool) {
	i := slices.IndexFunc(w.profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return w.profiles[i], true
}

func (w *World) role(id int) (Role, bool) {
	i := slices.IndexFunc(w.roles, func(r Role) bool { return r.ID == id })
	if i < 0 {
		return Role{}, false
	}
	return w.roles[i], true
}

// ownerRole returns the strongest role, which only ever comes from creating a folder.
func (w *World) ownerRole() Role { return w.byStrength()[0] }

// mayManage reports whether the role may change members and create folders: the two strongest may.
func (w *World) mayManage(roleID int) bool {
	rank, ok := w.ranks[roleID]
	return ok && rank >= w.byStrength()[1].Rank
}

func (w *World) byStrength() []Role {
	return slices.SortedFunc(slices.Values(w.roles), func(a, b Role) int { return b.Rank - a.Rank })
}

func (w *World) profile(id int) (Profile, bool) {
	i := slices.IndexFunc(w.profiles, func(p Profile) bool { return p.ID == id })
	if i < 0 {
		return Profile{}, false
	}
	return w.profiles[i], true
}

// profileOf returns the first profile of the kind; Options.validate made sure that there is one.
func (w *World) profileOf(kind ProfileKind) Profile {
	return w.profiles[slices.IndexFunc(w.profiles, func(p Profile) bool { return p.Kind == kind })]
}

// fold returns the form under which e-mail addresses and folder names are compared.
func fold(s string) string { return strings.ToLower(s) }
