package kwsim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// town is a plan of a tenant with some years behind it.
func town() kwsim.Plan {
	return kwsim.Plan{Owner: "old@acme.example", Strangers: 300, Folders: 200, Grants: 1500}
}

func dumped(t testing.TB, w *kwsim.World) string {
	t.Helper()
	d, err := w.Dump()
	if err != nil {
		t.Fatal(err)
	}
	return string(d)
}

func TestPopulate(t *testing.T) {
	t.Parallel()
	x := start(t)
	if err := kwsim.Populate(x.World(), 3, town()); err != nil {
		t.Fatal(err)
	}
	grants := 0
	byHand := map[string]bool{}
	chief, _ := x.World().UserByEmail("old@acme.example")
	for _, f := range x.World().Folders() {
		for _, m := range x.World().Members(f.ID) {
			if m.DirectRoleID == 0 || m.UserID == chief.ID || strings.HasSuffix(m.Email, "@acme.example") {
				continue
			}
			grants++
			if m.InheritRoleID == 0 {
				byHand[m.SharedBy] = true
			}
		}
	}
	if folders := len(x.World().Folders()); folders != 200 || grants != 1500 || len(byHand) != 3 || byHand[chief.ID] {
		t.Errorf("town has %d folders and %d grants by %d people, want 200, 1500, 3 without the owner", folders, grants, len(byHand))
	}
	for _, path := range []string{"/Departments/Finance/2026", "/Projects", "/Legal/Contracts", "/Clients/Globex"} {
		if f, ok := x.World().FolderByPath(chief.ID, path); !ok || f.Path != path {
			t.Errorf("FolderByPath(%s) = %+v, %v; want that folder", path, f, ok)
		}
	}
}

func TestPopulateRefused(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]kwsim.Plan{
		"negative":           {Strangers: -1},
		"folders of nobody":  {Folders: 1},
		"too many grants":    {Owner: "o@acme.example", Folders: 2, Strangers: 2, Grants: 3},
		"identity is known":  {Admin: admin},
		"identity is no one": {Owner: "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := kwsim.Populate(start(t).World(), 1, p); err == nil {
				t.Error("Populate = nil, want an error")
			}
		})
	}
}

func TestSameSeedSameTenant(t *testing.T) {
	t.Parallel()
	build := func(serverSeed, seed uint64) string {
		x := start(t, func(o *kwsim.Options) { o.Seed = serverSeed })
		if err := kwsim.Populate(x.World(), seed, town()); err != nil {
			t.Fatal(err)
		}
		return dumped(t, x.World())
	}
	first := build(7, 3)
	if diff := cmp.Diff(first, build(7, 3)); diff != "" {
		t.Errorf("equal seeds (-first +second):\n%s", diff)
	}
	if first == build(8, 3) {
		t.Error("another server seed gives the same tenant")
	}
	if first == build(7, 4) {
		t.Error("another seed of Populate gives the same tenant")
	}
}

func TestIDsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	build := func(order []int) string {
		x := start(t)
		x.tokenOf(admin)
		x.tokenOf(owner)
		var calls sync.WaitGroup
		for _, n := range order {
			calls.Go(func() {
				x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": fmt.Sprintf("u%d@acme.example", n)})
				x.do(owner, http.MethodPost, "/rest/folders/0/folders", map[string]any{"name": fmt.Sprint("F", n)})
			})
		}
		calls.Wait()
		return dumped(t, x.World())
	}
	if diff := cmp.Diff(build([]int{1, 2, 3, 4}), build([]int{4, 2, 1, 3})); diff != "" {
		t.Errorf("tenants of two orders (-first +second):\n%s", diff)
	}
}

func TestDumpShowsChanges(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	w := x.World()
	for _, change := range []struct {
		name string
		do   func() error
	}{
		{"suspend", func() error { return w.SuspendUser(x.id["d"], true) }},
		{"profile", func() error { return w.SetProfile(x.id["d"], 11) }},
		{"member", func() error { return w.AddMember(x.sub, x.id["free"], viewer, x.id["m"]) }},
		{"role", func() error { return w.AddMember(x.sub, x.id["free"], uploader, x.id["m"]) }},
		{"remove", func() error { return w.RemoveMember(x.dept, x.id["v"]) }},
		{"rename", func() error { return w.RenameFolder(x.sub, "Other") }},
		{"delete user", func() error { return w.DeleteUser(x.id["s"]) }},
		{"delete folder", func() error { return w.DeleteFolder(x.sub) }},
	} {
		before := dumped(t, w)
		if before != dumped(t, w) {
			t.Errorf("before %s: two dumps of one tenant differ", change.name)
		}
		if err := change.do(); err != nil {
			t.Errorf("%s: %v", change.name, err)
		}
		if before == dumped(t, w) {
			t.Errorf("%s does not show", change.name)
		}
	}
}

func TestWorldRefuses(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	w := x.World()
	x.folder(x.dept, "Taken", true)
	add := func(u kwsim.User) error {
		_, err := w.AddUser(u)
		return err
	}
	folder := func(owner, parent, name string) error {
		_, err := w.AddFolder(owner, parent, name, true)
		return err
	}
	for name, err := range map[string]error{
		"bad address":          add(kwsim.User{Email: "x"}),
		"known address":        add(kwsim.User{Email: "D@acme.example"}),
		"unknown profile":      add(kwsim.User{Email: "x@acme.example", ProfileID: 99}),
		"suspend nobody":       w.SuspendUser(nobody, true),
		"delete nobody":        w.DeleteUser(nobody),
		"no such profile":      w.SetProfile(x.id["d"], 99),
		"folder of nobody":     folder(nobody, "", "X"),
		"folder below nothing": folder(x.id["d"], nobody, "X"),
		"folder twice":         folder(x.id["d"], x.dept, "sub"),
		"rename to a sibling":  w.RenameFolder(x.sub, "TAKEN"),
		"rename to nothing":    w.RenameFolder(x.sub, ""),
		"rename nothing":       w.RenameFolder(nobody, "X"),
		"delete nothing":       w.DeleteFolder(nobody),
		"member of nothing":    w.AddMember(nobody, x.id["d"], viewer, ""),
		"unknown role":         w.AddMember(x.dept, x.id["d"], 99, ""),
		"shared by nobody":     w.AddMember(x.dept, x.id["d"], viewer, nobody),
		"remove no member":     w.RemoveMember(x.dept, x.id["free"]),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := w.RenameFolder(x.sub, "SUB"); err != nil {
		t.Errorf("rename to another case: %v", err)
	}
}

// city is a tenant of 100,000 users and 1,000,000 grants in 200 folders.
func city(b *testing.B) (*site, string) {
	b.Helper()
	x := start(b)
	w := x.World()
	users := make([]string, 100_000)
	for i := range users {
		users[i] = x.user(kwsim.User{Email: fmt.Sprintf("user%d@acme.example", i)})
	}
	var folder string
	for n := range 200 {
		folder = x.folder("", fmt.Sprint("Folder ", n), true)
		for i := range 5000 {
			x.member(folder, users[(n*5000+i)%len(users)], viewer)
		}
	}
	x.tokenOf(admin)
	x.tokenOf(owner)
	if _, ok := w.UserByEmail("user99999@acme.example"); !ok {
		b.Fatal("city is not built")
	}
	return x, folder
}

func BenchmarkPages(b *testing.B) {
	x, folder := city(b)
	for _, c := range []struct{ name, as, path string }{
		{"users by id", admin, "/rest/admin/users?orderBy=id:asc&limit=200&offset=50000"},
		{"live users by id", admin, "/rest/admin/users?deleted=false&orderBy=id:asc&limit=200&offset=50000"},
		{"user by address", admin, "/rest/admin/users?email=user77777@acme.example"},
		{"members by id", owner, "/rest/folders/" + folder + "/members?limit=200&offset=2000"},
		{"top folders", owner, "/rest/folders/top?limit=200"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				res, err := http.DefaultClient.Do(x.request(c.as, http.MethodGet, c.path, nil)) // the contract costs more than the page
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res.Status, err)
				}
				_ = res.Body.Close()
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	x, _ := city(b)
	data := []byte(snapshotOf(b, x.World()))
	b.Run("take", func(b *testing.B) {
		for b.Loop() {
			snapshotOf(b, x.World())
		}
		b.SetBytes(int64(len(data)))
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			if err := x.World().Restore(data); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(len(data)))
	})
}
