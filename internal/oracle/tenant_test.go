package oracle

import (
	"net/http"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

const (
	svcUsers   = "svc-users@corp.example"
	svcFolders = "svc-folders@corp.example"
	colleague  = "colleague@elsewhere.example" // a human who manages folders, and is not in the directory
	archive    = "archive@elsewhere.example"   // gets what nobody else can have
)

// place is one grant: whose, and where.
type place struct{ account, folder string }

// tenancy is the tenant at one moment, by id.
type tenancy struct {
	accounts  map[string]kwsim.User
	folders   map[string]kwsim.Folder
	direct    map[place]string // roles given on the folder itself
	effective map[place]string
}

// tenant is a simulated Kiteworks, and in front of it who watches what each request brings about.
type tenant struct {
	kw    *kwsim.Server
	roles map[int]string

	mu      turn // held during each write, so that an effect belongs to one request
	last    tenancy
	effect  func(r *http.Request, before, after tenancy) // told of what a request has changed; mu is held
	reading func(path string)                            // told of what is read; mu is held
	before  func(r *http.Request) (dead bool)            // told of each request first; dead: it never arrives
	after   func(r *http.Request) (dead bool)            // told when it was answered; dead: the answer never arrives
}

// newTenant starts one outside of any bubble: it listens on a socket, which nobody uses.
func newTenant(t *testing.T, seed uint64) *tenant {
	t.Helper()
	key, _ := keyPair()
	kw, err := kwsim.New(kwsim.Options{Seed: seed, Now: time.Now, Application: kwsim.Application{
		ClientID: "test", ClientSecret: "secret", Issuer: "kw-onboarder", PublicKey: &key.PublicKey, TokenLifetime: 1000 * day, // to sign takes long
	}})
	if err != nil {
		t.Fatalf("start Kiteworks: %v", err)
	}
	n := &tenant{kw: kw, roles: map[int]string{}}
	for _, r := range kwsim.DefaultRoles() {
		n.roles[r.ID] = r.Name
	}
	return n
}

func (n *tenant) roleID(name string) int {
	for id, role := range n.roles {
		if role == name {
			return id
		}
	}
	panic("no role " + name)
}

// furnish makes what was there before us.
func (n *tenant) furnish(t *testing.T) {
	t.Helper()
	w := n.kw.World()
	for _, u := range []kwsim.User{
		{Email: svcUsers, AdminRoleID: 1}, {Email: svcFolders}, {Email: colleague}, {Email: archive},
	} {
		if _, err := w.AddUser(u); err != nil {
			t.Fatal(err)
		}
	}
	owner, _ := w.UserByEmail(svcFolders)
	ids := map[string]string{"": ""}
	for _, f := range [][2]string{
		{"", "Departments"},
		{"", "Projects"},
		{"", "Library"},
		{"", "Exchange"},
		{"Departments", "Finance"},
		{"Projects", "Aurora"},
		{"Projects", "Basalt"},
	} {
		id, err := w.AddFolder(owner.ID, ids[f[0]], f[1], true)
		if err != nil {
			t.Fatal(err)
		}
		ids[f[1]] = id
	}
	n.last = n.look()
}

// look takes the tenant in.
func (n *tenant) look() tenancy {
	w := n.kw.World()
	s := tenancy{map[string]kwsim.User{}, map[string]kwsim.Folder{}, map[place]string{}, map[place]string{}}
	for _, u := range w.Users() {
		s.accounts[u.ID] = u
	}
	for _, f := range w.Folders() {
		s.folders[f.ID] = f
		for _, m := range w.Members(f.ID) {
			at := place{m.UserID, f.ID}
			s.effective[at] = n.roles[m.RoleID]
			if m.DirectRoleID != 0 {
				s.direct[at] = n.roles[m.DirectRoleID]
			}
		}
	}
	return s
}

// byHand is something that a human does in Kiteworks.
func (n *tenant) byHand(do func(w *kwsim.World)) (before, after tenancy) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before = n.last
	do(n.kw.World())
	n.last = n.look()
	return before, n.last
}

// ServeHTTP lets a request through, watched.
func (n *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n.before(r) {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodGet || r.URL.Path == "/oauth/token" {
		n.mu.Lock()
		n.reading(r.URL.Path)
		n.mu.Unlock()
		n.kw.ServeHTTP(w, r)
		return
	}
	n.write(w, r)
	if n.after(r) {
		panic(http.ErrAbortHandler)
	}
}

// write judges what a request has changed, also if a fault spoils its answer.
func (n *tenant) write(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer n.judge(r)
	n.kw.ServeHTTP(w, r)
}

func (n *tenant) judge(r *http.Request) {
	before := n.last
	n.last = n.look()
	n.effect(r, before, n.last)
}
