package kwsim_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func snapshotOf(t testing.TB, w *kwsim.World) string {
	t.Helper()
	out, err := w.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// populated is a server with a tenant that has some of everything.
func populated(t testing.TB, seed uint64) *site {
	t.Helper()
	x := start(t, func(o *kwsim.Options) { o.Behaviour.DeletedEmail = "new_id"; o.Seed = seed })
	p := kwsim.Plan{Owner: "second@acme.example", Strangers: 40, Folders: 30, Grants: 60}
	if err := kwsim.Populate(x.World(), seed, p); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestRestore(t *testing.T) {
	t.Parallel()
	x, y := populated(t, 1), start(t)
	folder := x.folder("", "Renamed", false)
	for _, path := range []string{"/rest/admin/users", "/rest/admin/users?returnEntity=true"} {
		x.do(admin, http.MethodPost, path, map[string]any{"email": "twice@acme.example"})
		u, _ := x.World().UserByEmail("twice@acme.example")
		if err := x.World().DeleteUser(u.ID); err != nil {
			t.Fatal(err)
		}
	}
	x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "twice@acme.example"})
	want := snapshotOf(t, x.World())
	if err := y.World().Restore([]byte(want)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, snapshotOf(t, y.World())); diff != "" {
		t.Errorf("snapshot of the restored tenant (-want +got):\n%s", diff)
	}
	for _, path := range []string{"/rest/admin/users?orderBy=name:desc&limit=20", "/rest/admin/users?email=twice@acme.example"} {
		if diff := cmp.Diff(x.list(admin, path), y.list(admin, path)); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", path, diff)
		}
	}
	members := "/rest/folders/" + folder + "/members"
	if diff := cmp.Diff(x.list(owner, members), y.list(owner, members)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestRestoreGoesBack(t *testing.T) {
	t.Parallel()
	x := populated(t, 1)
	before := snapshotOf(t, x.World())
	token := x.tokenOf(admin)
	id := x.user(kwsim.User{Email: "late@acme.example"})
	x.tokenOf("late@acme.example")
	if err := x.World().Restore([]byte(before)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, snapshotOf(t, x.World())); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
	if r := x.do(admin, http.MethodGet, "/rest/admin/users/"+id, nil); r.code() != "ERR_ACCESS_USER" || x.tokenOf(admin) != token {
		t.Errorf("user of later = %d %s", r.Status, r.Body)
	}
	if r := x.do("late@acme.example", http.MethodGet, "/rest/users/me", nil); r.code() != "ERR_AUTH_UNAUTHORIZED" {
		t.Errorf("token of a user of later = %d %s", r.Status, r.Body)
	}
	if again := x.user(kwsim.User{Email: "late@acme.example"}); again != id {
		t.Errorf("id after going back = %s, want %s again", again, id)
	}
}

func TestRestoreRefused(t *testing.T) {
	t.Parallel()
	x := populated(t, 1)
	good := snapshotOf(t, x.World())
	u, _ := x.World().UserByEmail(admin)
	cases := map[string]string{
		"no JSON":         "snapshot",
		"unknown field":   `{"Users":[],"Nothing":1}`,
		"no roles":        `{}`,
		"unknown profile": strings.Replace(good, `"ProfileID":1,`, `"ProfileID":99,`, 1),
		"missing user":    strings.Replace(good, `"ID":"`+u.ID+`"`, `"ID":""`, 1),
		"two of one id":   strings.Replace(good, `"Users":[`, `"Users":[{"ID":"`+u.ID+`","Email":"x@acme.example","ProfileID":1},`, 1),
		"two of one mail": strings.Replace(good, `"Users":[`, `"Users":[{"ID":"x","Email":"`+admin+`","ProfileID":1},`, 1),
		"lost parent":     strings.Replace(good, `"ParentID":"`, `"ParentID":"x`, 1),
		"lost folder":     strings.Replace(good, `"FolderID":"`, `"FolderID":"x`, 1),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			if data == good {
				t.Fatal("the case changes nothing")
			}
			if err := x.World().Restore([]byte(data)); err == nil {
				t.Error("restored, want a refusal")
			}
			if got := snapshotOf(t, x.World()); got != good {
				t.Error("a refused snapshot changed the tenant")
			}
		})
	}
}

// TestEverythingAtOnce changes the server and its tenant under a client that goes on asking.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	x := populated(t, 3)
	token, snapshot := x.tokenOf(admin), snapshotOf(t, x.World())
	var running sync.WaitGroup
	for n := range 4 {
		running.Go(func() {
			for range 20 {
				req := x.request("", http.MethodGet, fmt.Sprintf("/rest/admin/users?limit=10&offset=%d", n), nil)
				req.Header.Set("Authorization", "Bearer "+token)
				_, _ = plainly(req) // any answer will do
			}
		})
	}
	running.Go(func() {
		for n := range 20 {
			errs := errors.Join(
				x.SetBehaviour(kwsim.Behaviour{PageCap: n}), x.SetFaults(kwsim.Chaos(uint64(n))), x.World().Restore([]byte(snapshot)),
			)
			if _ = snapshotOf(t, x.World()); errs != nil {
				t.Error(errs)
			}
		}
	})
	running.Wait()
	if err := errors.Join(x.SetFaults(kwsim.Faults{}), x.World().Restore([]byte(snapshot))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(snapshot, snapshotOf(t, x.World())); diff != "" {
		t.Errorf("snapshot after all that (-want +got):\n%s", diff)
	}
}
