package kiteworks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func reader(t *testing.T, s *site) *kiteworks.Reader {
	t.Helper()
	r, err := kiteworks.NewReader(s.options())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestADoctorsQuestions(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *kwsim.Options) { o.Application.Scopes = []string{"GET/*/*"} })
	r, ctx := reader(t, s), t.Context()
	if scope, err := r.SignIn(ctx, folders); err != nil || scope != "GET/*/*" {
		t.Errorf("sign in: got %q, %v, want what the token is good for", scope, err)
	}
	if _, err := r.SignIn(ctx, "nobody@corp.example"); err == nil {
		t.Error("signed in as nobody")
	}
	for as, want := range map[access.Email]kiteworks.Self{users: {Administers: true, OfAll: true}, folders: {}} {
		if got, err := r.Self(ctx, as); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", as, got, err, want)
		}
	}
	if a, err := r.Application(ctx, users); err != nil || a.Scope != "GET/*/*" || a.Disabled {
		t.Errorf("application: got %+v, %v", a, err)
	}
	for _, path := range []string{"/rest/roles", "/rest/folders/top"} {
		if err := r.Probe(ctx, folders, path); err != nil {
			t.Errorf("probe %s: %v", path, err)
		}
	}
	if err := r.Probe(ctx, folders, "/rest/admin/users"); err == nil || !strings.Contains(err.Error(), "give "+folders+" an administrator's role with User Management, and the application the scope GET/admin/*") {
		t.Errorf("probe as an ordinary account: got %v, want what to do", err)
	}
	if row, err := r.Registered(ctx, folders); err != nil || row == nil || row.Status != access.Live {
		t.Errorf("registered: got %+v, %v, want a live account", row, err)
	}
	if row, err := r.Registered(ctx, "stranger@corp.example"); err != nil || row != nil {
		t.Errorf("registered: got %+v, %v, want nobody", row, err)
	}
}

func TestTheRoleOnARoot(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, ctx := reader(t, s), t.Context()
	root := kiteworks.Root{Path: "/Departments"}
	if role, why, err := r.RoleOn(ctx, folders, root); role != "Owner" || why != "" || err != nil {
		t.Errorf("got %q, %q, %v, want Owner", role, why, err)
	}
	if _, why, err := r.RoleOn(ctx, users, root); !strings.Contains(why, "not visible to "+users) || err != nil {
		t.Errorf("got %q, %v, want that it is not visible", why, err)
	}
	admin, _ := s.World().UserByEmail(users)
	s.member("/Departments", admin.ID, "Viewer")
	if role, why, err := r.RoleOn(ctx, users, root); role != "Viewer" || why != "" || err != nil {
		t.Errorf("got %q, %q, %v, want Viewer", role, why, err)
	}
	pinned := kiteworks.Root{Path: "/Departments", ID: s.folder["/Departments/Legal"]}
	if role, _, err := r.RoleOn(ctx, folders, pinned); role != "Owner" || err != nil {
		t.Errorf("got %q, %v, want Owner of the folder that the id names", role, err)
	}
	for held, want := range map[string]bool{"Owner": true, "Manager": true, "Collaborator": false, "Nonsense": false} {
		if got, err := r.Covers(ctx, held, "Manager"); got != want || err != nil {
			t.Errorf("%s covers Manager: got %t, %v, want %t", held, got, err, want)
		}
	}
}

func TestClocksThatAreApart(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		s := start(t, func(o *kwsim.Options) { o.Now = func() time.Time { return time.Now().Add(ahead) } })
		r := reader(t, s)
		if _, told := r.Ahead(); told {
			t.Error("a clock is known before any answer")
		}
		_, err := r.SignIn(t.Context(), users)
		if err == nil || !strings.Contains(err.Error(), kiteworks.Apart(ahead)) {
			t.Errorf("%s: got %v, want that it is the clock", ahead, err)
		}
		if got, told := r.Ahead(); !told || (got-ahead).Abs() > 3*time.Second {
			t.Errorf("got %s, %t, want %s", got, told, ahead)
		}
	}
	if kiteworks.Skewed(29*time.Second) || !kiteworks.Skewed(-time.Minute) {
		t.Error("half a minute is where a difference begins to count")
	}
}

func TestScopeOf(t *testing.T) {
	t.Parallel()
	for op, want := range map[string]string{
		"GET /rest/roles": "GET/roles/*", "POST /rest/admin/users/migrateEmails": "POST/admin/*",
		"DELETE /rest/folders/{id}/members/{member_user_id}": "DELETE/folders/*",
	} {
		if got := kiteworks.ScopeOf(op); got != want {
			t.Errorf("%s: got %s, want %s", op, got, want)
		}
	}
}
