package kiteworks_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// act is one operation in a tenant where it can be carried out, and how it shows that it was.
type act struct {
	change func(*site) plan.Change
	done   func(*site) bool
}

// anna makes the account that all acts are about.
func (s *site) anna(u kwsim.User) string {
	u.Email = "anna@corp.example"
	return s.user(u)
}

func annaIs(as func(kwsim.User) bool) func(*site) bool {
	return func(s *site) bool {
		for _, u := range s.World().Users() {
			if (u.Email == "anna@corp.example" || u.Email == "anna.lang@corp.example") && as(u) {
				return true
			}
		}
		return false
	}
}

func annaHolds(role string) func(*site) bool {
	return func(s *site) bool {
		u, _ := s.World().UserByEmail("anna@corp.example")
		m, _ := s.World().Member(s.folder["/Departments/Finance"], u.ID)
		return s.roleName(m.RoleID) == role
	}
}

// acts are all operations that change what stands there.
func acts() map[string]act {
	member := func(op plan.Op, from, to string) func(*site) plan.Change {
		return func(s *site) plan.Change {
			id := s.anna(kwsim.User{})
			s.member("/Departments/Finance", id, from)
			return plan.Change{Op: op, Account: id, From: from, To: to}
		}
	}
	return map[string]act{
		"suspend": {
			func(s *site) plan.Change { return plan.Change{Op: plan.Suspend, Account: s.anna(kwsim.User{})} },
			annaIs(func(u kwsim.User) bool { return u.Suspended }),
		},
		"unsuspend": {
			func(s *site) plan.Change {
				return plan.Change{Op: plan.Unsuspend, Account: s.anna(kwsim.User{Suspended: true})}
			},
			annaIs(func(u kwsim.User) bool { return !u.Suspended }),
		},
		"rename": {
			func(s *site) plan.Change {
				return plan.Change{Op: plan.Rename, Account: s.anna(kwsim.User{}), From: "anna@corp.example", To: "anna.lang@corp.example"}
			},
			annaIs(func(u kwsim.User) bool { return u.Email == "anna.lang@corp.example" }),
		},
		"set name": {
			func(s *site) plan.Change {
				return plan.Change{Op: plan.SetName, Account: s.anna(kwsim.User{Name: "Anna"}), From: "Anna", To: "Anna Lang"}
			},
			annaIs(func(u kwsim.User) bool { return u.Name == "Anna Lang" }),
		},
		"set profile": {
			func(s *site) plan.Change {
				return plan.Change{Op: plan.SetProfile, Account: s.anna(kwsim.User{ProfileID: 4}), From: "Restricted", To: "Standard"}
			},
			annaIs(func(u kwsim.User) bool { return u.ProfileID == 1 }),
		},
		"delete": {
			func(s *site) plan.Change {
				retain := &plan.Retention{Heir: s.user(kwsim.User{Email: "heir@corp.example"})}
				return plan.Change{Op: plan.Delete, Account: s.anna(kwsim.User{Suspended: true}), From: "suspended", Retain: retain}
			},
			annaIs(func(u kwsim.User) bool { return u.Deleted }),
		},
		"lower":  {member(plan.Lower, "Manager", "Viewer"), annaHolds("Viewer")},
		"raise":  {member(plan.Raise, "Viewer", "Manager"), annaHolds("Manager")},
		"revoke": {member(plan.Revoke, "Viewer", ""), annaHolds("")},
	}
}

// answered is what meets a write, and what that must come to.
type answered struct {
	status int // 0: the line is cut
	body   string
	effect bool // the write has its effect first
	once   bool // the next try gets through
	want   plan.Result
	why    string
}

// TestP08_WhatEachAnswerToEachActMeans: a verdict had no effect, a wait is waited for, and
// what nobody knows is read.
func TestP08_WhatEachAnswerToEachActMeans(t *testing.T) {
	t.Parallel()
	coded := func(code string) string { return fmt.Sprintf(`{"errors":[{"code":%q,"message":"no"}]}`, code) }
	answers := map[string]answered{
		"forbidden":                 {status: 403, body: coded("ERR_ACCESS_DENIED"), want: plan.Refused, why: "403 ERR_ACCESS_DENIED"},
		"not found":                 {status: 404, body: coded("ERR_ENTITY_NOT_FOUND"), want: plan.Refused, why: "404 ERR_ENTITY_NOT_FOUND"},
		"conflict":                  {status: 409, body: coded("ERR_ENTITY_LOCKED"), want: plan.Refused, why: "409 ERR_ENTITY_LOCKED"},
		"wait a little":             {status: 429, once: true, want: plan.Done},
		"wait for ever":             {status: 429, want: plan.Refused, why: "429"},
		"server error before":       {status: 503, want: plan.Unknown, why: "503"},
		"server error after":        {status: 500, effect: true, want: plan.Done},
		"cut before":                {want: plan.Unknown, why: "may still come"},
		"cut after":                 {effect: true, want: plan.Done},
		"yes, without words, after": {status: 200, effect: true, want: plan.Done},
	}
	for name, a := range acts() {
		for how, answer := range answers {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				step := s.single(a.change(s))
				got := apply(t, s.meets(answer), step)[0]
				if got.Result != answer.want || !strings.Contains(got.Why, answer.why) {
					t.Errorf("got %v %q, want %v with %q", got.Result, got.Why, answer.want, answer.why)
				}
				if done := a.done(s); done != (answer.effect || answer.want == plan.Done) {
					t.Errorf("done: %v", done)
				}
			})
		}
	}
}

// meets is a tenant whose writes meet an answer.
func (s *site) meets(a answered) *kiteworks.Tenant {
	var met atomic.Bool
	url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, "/rest") || met.Swap(true) && a.once {
			return false
		}
		if a.effect {
			s.ServeHTTP(httptest.NewRecorder(), r)
		}
		if a.status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
		return true
	})
	tenant := s.tenant(through(url))
	kiteworks.HurryBy(tenant, 5000)
	return tenant
}

// TestWhatSomebodyElseHasDoneFirst: a refusal because a member is gone by now is no failure.
func TestWhatSomebodyElseHasDoneFirst(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.anna(kwsim.User{})
	s.member("/Departments/Finance", id, "Viewer")
	url := s.before(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			if err := s.World().RemoveMember(s.folder["/Departments/Finance"], id); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	got := apply(t, s.tenant(through(url)), s.single(plan.Change{Op: plan.Revoke, Account: id, From: "Viewer"}))[0]
	if got.Result != plan.Already {
		t.Errorf("got %v %q, want already", got.Result, got.Why)
	}
}

// TestNothingIsSentWhereNothingCanBeRead: a reading that fails lets each act wait.
func TestNothingIsSentWhereNothingCanBeRead(t *testing.T) {
	t.Parallel()
	for name, a := range acts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			step := s.single(a.change(s))
			url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
				about := strings.Contains(r.URL.Path, "/members") || strings.Contains(r.URL.Path, "/admin/users/")
				if about {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
				return about
			})
			tenant := s.tenant(through(url))
			kiteworks.Hurry(tenant)
			if got := apply(t, tenant, step)[0]; got.Result != plan.Refused || !strings.Contains(got.Why, "could not be read before") {
				t.Errorf("got %v %q, want refused", got.Result, got.Why)
			}
			if sent := s.writes(); len(sent) > 0 {
				t.Errorf("%q was sent all the same", sent)
			}
		})
	}
}

// TestRequestsAreForetold counts what each act sends, tokens and names aside.
func TestRequestsAreForetold(t *testing.T) {
	t.Parallel()
	for name, a := range acts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			step := s.single(a.change(s))
			tenant := s.tenant()
			catalog(t, tenant)
			s.ClearHistory()
			apply(t, tenant, step)
			got := len(s.History()) - s.Count("POST", "/oauth/token")
			if want := (plan.Plan{Changes: step.Changes}).Requests(plan.MaxPerStep); got != want {
				t.Errorf("got %d requests, want %d", got, want)
			}
		})
	}
}
