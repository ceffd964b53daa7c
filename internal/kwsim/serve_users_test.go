package kwsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestGetMe(t *testing.T) {
	t.Parallel()
	x := start(t)
	var got map[string]any
	x.do(admin, http.MethodGet, "/rest/users/me", nil).decode(t, &got)
	for _, field := range []string{"id", "basedirId", "mydirId", "syncdirId", "name"} {
		if got[field] == "" || got[field] == nil {
			t.Errorf("%s is missing", field)
		}
	}
	want := []any{admin, "2026-03-02T09:00:00+0000", float64(1)}
	if diff := cmp.Diff(want, []any{got["email"], got["created"], got["adminRoleId"]}); diff != "" {
		t.Errorf("users/me (-want +got):\n%s", diff)
	}
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	x := start(t)
	x.user(kwsim.User{Email: "Anna.Berg@acme.example", Name: "Anna Berg"})
	x.user(kwsim.User{Email: "bo@acme.example", Name: "Bo Lind", Suspended: true})
	x.user(kwsim.User{Email: "cy@partner.example", Name: "Cy Anderson", Unverified: true})
	x.user(kwsim.User{Email: "di@partner.example", Recipient: true})
	x.user(kwsim.User{Email: "ed@acme.example", Deleted: true})
	cases := []struct {
		name, query string
		want        []string // local parts, in the order given by orderBy
	}{
		{"everything", "orderBy=email:asc", []string{"Anna.Berg", "bo", "cy", "di", "ed", "folders", "users-admin"}},
		{"descending", "orderBy=email:desc&limit=2", []string{"users-admin", "folders"}},
		{"by name", "orderBy=name:asc&email:contains=partner", []string{"cy", "di"}},
		{"exact address in another case", "email=anna.berg@ACME.example", []string{"Anna.Berg"}},
		{"part of an address", "email:contains=PARTNER&orderBy=email:asc", []string{"cy", "di"}},
		{"address nobody has", "email=anna", []string{}},
		{"exact address and another filter", "email=bo@acme.example&suspended=false", []string{}},
		{"name", "name=bo%20lind", []string{"bo"}},
		{"part of a name", "name:contains=and", []string{"cy"}},
		{"deleted", "deleted=true", []string{"ed"}},
		{"live", "deleted=false&email:contains=acme&orderBy=email:asc", []string{"Anna.Berg", "bo", "folders", "users-admin"}},
		{"not accounts", "active=false", []string{"di"}},
		{"recipients", "isRecipient=true", []string{"di"}},
		{"unverified", "verified=false", []string{"cy"}},
		{"suspended", "suspended=true", []string{"bo"}},
		{"offset", "orderBy=email:asc&offset=5", []string{"folders", "users-admin"}},
		{"offset past the end", "offset=50", []string{}},
		{"page of some", "email:contains=acme&orderBy=email:asc&limit=2&offset=1", []string{"bo", "ed"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := []string{}
			for _, email := range x.list(admin, "/rest/admin/users?"+c.query).column("email") {
				local, _, _ := strings.Cut(email.(string), "@")
				got = append(got, local)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListUsersPages(t *testing.T) {
	t.Parallel()
	x := start(t)
	for n := range 23 {
		x.user(kwsim.User{Email: fmt.Sprintf("u%d@acme.example", n)})
	}
	var ids []any
	for offset := 0; offset < 25; offset += 10 {
		p := x.list(admin, fmt.Sprintf("/rest/admin/users?orderBy=id:asc&limit=10&offset=%d", offset))
		if p.Metadata.Total != 25 || p.Metadata.Limit == nil || *p.Metadata.Limit != 10 || p.Metadata.Offset != offset {
			t.Errorf("metadata at %d = %+v, want total 25, limit 10", offset, p.Metadata)
		}
		ids = append(ids, p.column("id")...)
	}
	if want := x.list(admin, "/rest/admin/users"); !slices.Equal(ids, want.column("id")) || want.Metadata.Limit != nil {
		t.Errorf("pages give %d ids, one list %d and limit %v; want the same ids and a null limit",
			len(ids), len(want.Data), want.Metadata.Limit)
	}
	for _, name := range []string{"late", "later", "latest"} {
		ids = append(ids, x.user(kwsim.User{Email: name + "@acme.example"}))
		slices.SortFunc(ids, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if diff := cmp.Diff(ids, x.list(admin, "/rest/admin/users").column("id")); diff != "" {
			t.Errorf("ids after %s came (-want +got):\n%s", name, diff)
		}
	}
}

func TestPostUser(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		seats int
		body  any
		want  string // code
	}{
		{"new", 0, map[string]any{"email": "new@acme.example", "verified": true, "sendNotification": false}, "Created"},
		{"last seat", 4, map[string]any{"email": "new@acme.example"}, "Created"},
		{"no seat", 3, map[string]any{"email": "new@acme.example"}, "ERR_LICENSE_MAX_USERS_COUNT_REACHED"},
		{"no seat to revive", 3, map[string]any{"email": "gone@acme.example"}, "ERR_LICENSE_MAX_USERS_COUNT_REACHED"},
		{"no address", 0, map[string]any{"name": "X"}, "ERR_INPUT_REQUIRED"},
		{"bad address", 0, map[string]any{"email": "Anna <a@acme.example>"}, "ERR_INPUT_INVALID_EMAIL"},
		{"no domain", 0, map[string]any{"email": "anna"}, "ERR_INPUT_INVALID_EMAIL"},
		{"known address in another case", 0, map[string]any{"email": "ANNA@acme.example"}, "ERR_ENTITY_EXISTS"},
		{"unknown profile", 0, map[string]any{"email": "new@acme.example", "userTypeId": 99}, "ERR_ACCESS_USER"},
		{"profile zero", 0, map[string]any{"email": "new@acme.example", "userTypeId": 0}, "ERR_INPUT_MIN_VALUE"},
		{"profile as text", 0, map[string]any{"email": "new@acme.example", "userTypeId": "1"}, "ERR_INVALID_PARAMETER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := start(t, func(o *kwsim.Options) { o.Seats = c.seats })
			x.user(kwsim.User{Email: "Anna@acme.example"})
			x.user(kwsim.User{Email: "gone@acme.example", Deleted: true})
			before, err := x.World().Dump()
			if err != nil {
				t.Fatal(err)
			}
			r := x.do(admin, http.MethodPost, "/rest/admin/users", c.body)
			if got := r.code(); got != c.want {
				t.Errorf("create = %d %s, want %s", r.Status, r.Body, c.want)
			}
			after, err := x.World().Dump()
			if err != nil {
				t.Fatal(err)
			}
			if refused := c.want != "Created"; refused != (string(before) == string(after)) {
				t.Errorf("tenant changed is %v, want %v", !refused, refused)
			}
		})
	}
}

func TestPostUserAnswer(t *testing.T) {
	t.Parallel()
	x := start(t)
	r := x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "a@acme.example", "verified": true})
	u, _ := x.World().UserByEmail("a@acme.example")
	if want := x.URL() + "/rest/admin/users/" + u.ID; r.Body != "" || r.Header.Get("X-Accellion-Location") != want {
		t.Errorf("answer = %q at %q, want no body at %q", r.Body, r.Header.Get("X-Accellion-Location"), want)
	}
	r = x.do(admin, http.MethodPost, "/rest/admin/users?returnEntity=true", map[string]any{
		"email": "B@acme.example", "name": "Bea", "userTypeId": 11, "password": "hunter2hunter2",
	})
	var got map[string]any
	r.decode(t, &got)
	want := []any{"B@acme.example", "Bea", float64(11), false, true, false}
	if diff := cmp.Diff(want, []any{
		got["email"], got["name"], got["userTypeId"], got["verified"], got["active"], got["suspended"],
	}); diff != "" {
		t.Errorf("entity (-want +got):\n%s", diff)
	}
}

func TestPostUserRevives(t *testing.T) {
	t.Parallel()
	x := start(t)
	deleted := x.user(kwsim.User{Email: "gone@acme.example", Name: "Gone", Suspended: true})
	if err := x.World().DeleteUser(deleted); err != nil {
		t.Fatal(err)
	}
	recipient := x.user(kwsim.User{Email: "mail@acme.example", Recipient: true})
	for email, id := range map[string]string{"GONE@acme.example": deleted, "mail@acme.example": recipient} {
		r := x.do(admin, http.MethodPost, "/rest/admin/users?returnEntity=true", map[string]any{"email": email, "verified": true})
		var got map[string]any
		r.decode(t, &got)
		want := []any{id, true, false, false, true, float64(1)}
		if diff := cmp.Diff(want, []any{
			got["id"], got["active"], got["deleted"], got["suspended"], got["verified"], got["userTypeId"],
		}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", email, diff)
		}
	}
}

func TestSeatsComeAndGo(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.Seats = 3 })
	create := func(email, want string) {
		t.Helper()
		if got := x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": email}).code(); got != want {
			t.Errorf("create %s = %s, want %s", email, got, want)
		}
	}
	create("a@acme.example", "Created")
	create("b@acme.example", "ERR_LICENSE_MAX_USERS_COUNT_REACHED")
	a, _ := x.World().UserByEmail("a@acme.example")
	for range 2 { // the second time changes nothing
		if err := x.World().DeleteUser(a.ID); err != nil {
			t.Fatal(err)
		}
	}
	create("a@acme.example", "Created") // the same row again
	create("b@acme.example", "ERR_LICENSE_MAX_USERS_COUNT_REACHED")
}

// TestWhoTakesASeat adds one row to a tenant of two accounts with three seats.
func TestWhoTakesASeat(t *testing.T) {
	t.Parallel()
	const full, free = "ERR_LICENSE_MAX_USERS_COUNT_REACHED", "Created"
	cases := []struct {
		name string
		row  kwsim.User
		want string // of another account
	}{
		{"an account", kwsim.User{}, full},
		{"not yet verified", kwsim.User{Unverified: true}, full},
		{"suspended", kwsim.User{Suspended: true}, full},
		{"deactivated", kwsim.User{Deactivated: true}, full},
		{"an administrator", kwsim.User{AdminRoleID: 2}, full},
		{"deleted", kwsim.User{Deleted: true, Suspended: true}, free},
		{"a recipient", kwsim.User{Recipient: true}, free},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := start(t, func(o *kwsim.Options) { o.Seats = 3 })
			c.row.Email = "row@acme.example"
			x.user(c.row)
			if got := x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "new@acme.example"}).code(); got != c.want {
				t.Errorf("another account = %s, want %s", got, c.want)
			}
		})
	}
}

func TestUserOrderFollowsNames(t *testing.T) {
	t.Parallel()
	x := start(t)
	id := x.user(kwsim.User{Email: "a@acme.example", Name: "Anna"})
	const byName = "/rest/admin/users?orderBy=name:asc"
	before := x.list(admin, byName).column("name")
	x.do(admin, http.MethodPut, "/rest/admin/users/"+id, map[string]any{"name": "Zoe"})
	want := append(slices.Clone(before[1:]), "Zoe")
	if diff := cmp.Diff(want, x.list(admin, byName).column("name")); before[0] != "Anna" || diff != "" {
		t.Errorf("names after Anna became Zoe (-want +got):\n%s", diff)
	}
}

func TestPutUser(t *testing.T) {
	t.Parallel()
	x := start(t)
	id := x.user(kwsim.User{Email: "a@acme.example", Name: "Anna", Unverified: true})
	gone := x.user(kwsim.User{Email: "gone@acme.example", Deleted: true})
	x.user(kwsim.User{Email: "junior@acme.example", AdminRoleID: 2})
	chief, _ := x.World().UserByEmail(admin)
	cases := []struct {
		name, as, id string
		body         map[string]any
		want         string // code, or fields of the user afterwards
	}{
		{"suspend only", admin, id, map[string]any{"suspended": true}, "Anna true false false"},
		{"nothing", admin, id, map[string]any{}, "Anna true false false"},
		{"activate", admin, id, map[string]any{"suspended": false, "verified": true, "deactivated": false}, "Anna false true false"},
		{"deactivate", admin, id, map[string]any{"deactivated": true}, "Anna false true true"},
		{"rename", "junior@acme.example", id, map[string]any{"name": "Ann"}, "Ann false true true"},
		{"null keeps", admin, id, map[string]any{"name": nil}, "Ann false true true"},
		{"no e-mail here", admin, id, map[string]any{"email": "b@acme.example"}, "ERR_INVALID_PARAMETER"},
		{"no profile here", admin, id, map[string]any{"userTypeId": 4}, "ERR_INVALID_PARAMETER"},
		{"unknown user", admin, "11111111-2222-4333-8444-555555555555", map[string]any{}, "ERR_ACCESS_USER"},
		{"deleted user", admin, gone, map[string]any{"suspended": true}, "ERR_ENTITY_DELETED"},
		{"higher ranked administrator", "junior@acme.example", chief.ID, map[string]any{"suspended": true}, "ERR_ADMIN_ROLE_RANK_RESTRICTED"},
		{"not an administrator", owner, id, map[string]any{"suspended": true}, "ERR_ACCESS_USER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.do(c.as, http.MethodPut, "/rest/admin/users/"+c.id, c.body)
			got := r.code()
			if r.Status == http.StatusOK {
				var u struct {
					Name                             string
					Suspended, Verified, Deactivated bool
				}
				r.decode(t, &u)
				got = fmt.Sprint(u.Name, " ", u.Suspended, u.Verified, u.Deactivated)
			}
			if got != c.want {
				t.Errorf("update = %s, want %s", got, c.want)
			}
		})
	}
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	x := start(t)
	gone := x.user(kwsim.User{Email: "gone@acme.example", Deleted: true})
	var got struct{ Deleted bool }
	x.do(admin, http.MethodGet, "/rest/admin/users/"+gone, nil).decode(t, &got)
	if !got.Deleted {
		t.Error("deleted user is not shown as deleted")
	}
	if got := x.do(admin, http.MethodGet, "/rest/admin/users/none", nil).code(); got != "ERR_ACCESS_USER" {
		t.Errorf("unknown user = %s, want ERR_ACCESS_USER", got)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	renumbered := func(o *kwsim.Options) {
		o.Roles = []kwsim.Role{{ID: 31, Name: "Viewer", Rank: 10}, {ID: 12, Name: "Manager", Rank: 20}, {ID: 20, Name: "Owner", Rank: 30}}
	}
	x := start(t, renumbered)
	cases := []struct {
		name, path string
		want       []any
	}{
		{"roles by rank", "/rest/roles?orderBy=rank:desc", []any{"Owner", "Manager", "Viewer"}},
		{"roles by id", "/rest/roles", []any{"Manager", "Owner", "Viewer"}},
		{"role by name", "/rest/roles?name=manager", []any{"Manager"}},
		{"roles for files", "/rest/roles?type=f", []any{}},
		{"profiles", "/rest/admin/profiles", []any{"Standard", "Restricted", "Recipient", "External Partner"}},
		{"profiles by name", "/rest/admin/profiles?orderBy=name:asc&limit=1&offset=1", []any{"Recipient"}},
		{"profile by part of its name", "/rest/admin/profiles?name:contains=partner", []any{"External Partner"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, x.list(admin, c.path).column("name")); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
	r := x.do(owner, http.MethodPost, "/rest/folders/0/folders?returnEntity=true&with=(currentUserRole)", map[string]any{"name": "A"})
	if !strings.Contains(r.Body, `"currentUserRole":{"id":20,`) {
		t.Errorf("creator's role = %s, want the owner's id 20", r.Body)
	}
}
