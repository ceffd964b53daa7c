package kiteworks_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// single is a step of one change on /Departments/Finance.
func (s *site) single(c plan.Change) plan.Step {
	c.Key, c.As, c.Path = "k", folders, "/Departments/Finance"
	if c.Folder == "" {
		c.Folder = s.folder["/Departments/Finance"]
	}
	return plan.Step{Op: c.Op, As: folders, Folder: c.Folder, Role: c.To, Changes: []plan.Change{c}}
}

func TestSuspendAndUnsuspend(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.user(kwsim.User{Email: "anna@corp.example", Unverified: true})
	tenant := s.tenant()
	for i, op := range []plan.Op{plan.Suspend, plan.Suspend, plan.Unsuspend, plan.Unsuspend} {
		want := []plan.Result{plan.Done, plan.Already}[i%2]
		if got := apply(t, tenant, s.single(plan.Change{Op: op, Account: id}))[0]; got.Result != want {
			t.Fatalf("%v: got %v %q, want %v", op, got.Result, got.Why, want)
		}
		u, _ := s.World().UserByEmail("anna@corp.example")
		if u.Suspended != (op == plan.Suspend) || !u.Unverified {
			t.Errorf("%v: got %+v, want nothing else changed", op, u)
		}
	}
	ghost := apply(t, tenant, s.single(plan.Change{Op: plan.Suspend, Account: "6f1c0d3e-0000-4000-8000-000000000001"}))[0]
	if ghost.Result != plan.Refused {
		t.Errorf("an unknown account: got %v %q, want refused", ghost.Result, ghost.Why)
	}
}

// TestP03_MembersChangeOnlyFromWhatThePlanSaw lowers, revokes and raises members
// who hold what the plan saw, and others whom somebody has changed since.
func TestP03_MembersChangeOnlyFromWhatThePlanSaw(t *testing.T) {
	t.Parallel()
	const finance, above = "/Departments/Finance", "/Departments"
	tests := []struct {
		name     string
		op       plan.Op
		from, to string
		held     string // role held on Finance when the change comes; "": none
		at       string // where it was given; "": on Finance
		by       string // who gave it, as the plan saw it; "": it did not
		want     plan.Result
		why      string
		after    string
	}{
		{name: "lower", op: plan.Lower, from: "Manager", to: "Viewer", held: "Manager", want: plan.Done, after: "Viewer"},
		{name: "lower what a human lowered", op: plan.Lower, from: "Manager", to: "Viewer", held: "Viewer", want: plan.Already, after: "Viewer"},
		{name: "lower what a human changed", op: plan.Lower, from: "Manager", to: "Viewer", held: "Collaborator", want: plan.Refused, why: `holds "Collaborator" now, not "Manager"`, after: "Collaborator"},
		{name: "revoke", op: plan.Revoke, from: "Viewer", held: "Viewer", want: plan.Done},
		{name: "revoke what is gone", op: plan.Revoke, from: "Viewer", want: plan.Already},
		{name: "revoke what a human raised", op: plan.Revoke, from: "Viewer", held: "Manager", want: plan.Refused, why: "somebody else has changed it", after: "Manager"},
		{name: "revoke what a human gave anew", op: plan.Revoke, from: "Viewer", held: "Viewer", by: "6f1c0d3e-0000-4000-8000-000000000001", want: plan.Refused, why: "given anew", after: "Viewer"},
		{name: "revoke what is inherited", op: plan.Revoke, from: "Viewer", held: "Viewer", at: above, want: plan.Refused, why: "inherited from folder", after: "Viewer"},
		{name: "raise", op: plan.Raise, from: "Viewer", to: "Collaborator", held: "Viewer", want: plan.Done, after: "Collaborator"},
		{name: "raise what a human raised further", op: plan.Raise, from: "Viewer", to: "Collaborator", held: "Manager", want: plan.Refused, why: `holds "Manager" now`, after: "Manager"},
		{name: "raise what is gone", op: plan.Raise, from: "Viewer", to: "Collaborator", want: plan.Refused, why: `holds "" now`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			id := s.user(kwsim.User{Email: "anna@corp.example"})
			if tt.at == "" {
				tt.at = finance
			}
			if tt.held != "" {
				s.member(tt.at, id, tt.held)
			}
			got := apply(t, s.tenant(), s.single(plan.Change{Op: tt.op, Account: id, From: tt.from, To: tt.to, SharedBy: tt.by}))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Errorf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			if m, _ := s.World().Member(s.folder[finance], id); s.roleName(m.RoleID) != tt.after {
				t.Errorf("holds %q afterwards, want %q", s.roleName(m.RoleID), tt.after)
			}
		})
	}
}

func (s *site) roleName(id int) string {
	for _, r := range kwsim.DefaultRoles() {
		if r.ID == id {
			return r.Name
		}
	}
	return ""
}

// TestP08_ANarrowingWhoseAnswerIsLostIsRead cuts the answer after the effect.
func TestP08_ANarrowingWhoseAnswerIsLostIsRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.user(kwsim.User{Email: "anna@corp.example"})
	s.member("/Departments/Finance", id, "Viewer")
	lossy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodDelete && r.Method != http.MethodPut {
			s.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(lossy.Close)
	tenant := s.tenant(func(o *kiteworks.Options) { o.URL = lossy.URL })
	for _, c := range []plan.Change{
		{Op: plan.Suspend, Account: id},
		{Op: plan.Revoke, Account: id, From: "Viewer"},
	} {
		if got := apply(t, tenant, s.single(c))[0]; got.Result != plan.Done {
			t.Errorf("%v: got %v %q, want done", c.Op, got.Result, got.Why)
		}
	}
}

// TestDataIsNeverAtStakeByDefault: what can destroy data needs a decision.
func TestDataIsNeverAtStakeByDefault(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.user(kwsim.User{Email: "anna@corp.example"})
	s.ClearHistory()
	tenant := s.tenant()
	for name, c := range map[string]plan.Change{
		"delete without a policy":        {Op: plan.Delete, Account: id},
		"delete with half a policy":      {Op: plan.Delete, Account: id, Retain: &plan.Retention{}},
		"delete with two policies":       {Op: plan.Delete, Account: id, Retain: &plan.Retention{Heir: "x", Discard: true}},
		"lesser profile without one":     {Op: plan.SetProfile, Account: id, To: "Restricted"},
		"profile that the server hasn't": {Op: plan.SetProfile, Account: id, To: "Nobody"},
	} {
		if got := apply(t, tenant, s.single(c))[0]; got.Result != plan.Refused || got.Why == "" {
			t.Errorf("%s: got %v %q, want refused with a reason", name, got.Result, got.Why)
		}
	}
	for _, e := range s.History() {
		if e.Write && e.Path != "/oauth/token" {
			t.Errorf("%s %s was sent", e.Method, e.URLPath)
		}
	}
}
