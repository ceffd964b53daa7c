package kiteworks_test

import (
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP12_WhatWasDoneIsTakenBack carries out each act that can be undone, and its inverse.
func TestP12_WhatWasDoneIsTakenBack(t *testing.T) {
	t.Parallel()
	inverse := map[plan.Op]plan.Op{
		plan.Suspend: plan.Unsuspend, plan.Unsuspend: plan.Suspend, plan.Rename: plan.Rename, plan.SetName: plan.SetName,
		plan.SetProfile: plan.SetProfile, plan.Lower: plan.Raise, plan.Raise: plan.Lower, plan.Revoke: plan.Grant,
	}
	for name, a := range acts() {
		if name == "delete" {
			continue // the one that cannot
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			c := a.change(s)
			before := s.everything()
			tenant := s.tenant()
			if got := apply(t, tenant, s.single(c))[0]; got.Result != plan.Done {
				t.Fatalf("got %v %q, want done", got.Result, got.Why)
			}
			if s.everything() == before {
				t.Fatal("nothing has changed")
			}
			c.Op, c.From, c.To = inverse[c.Op], c.To, c.From
			if c.Op == plan.SetProfile {
				c.Retain = &plan.Retention{Heir: s.owner}
			}
			got := apply(t, tenant, s.single(c))[0]
			if got.Result != plan.Done || s.everything() != before {
				t.Errorf("got %v %q, and\n%s\nwant\n%s", got.Result, got.Why, s.everything(), before)
			}
			if c.Op == plan.Grant && got.SharedBy != s.owner {
				t.Errorf("given again by %q, want our identity %q", got.SharedBy, s.owner)
			}
		})
	}
}

// everything is the accounts with their names, addresses and profiles, and the members.
func (s *site) everything() string {
	var lines []string
	for _, u := range s.World().Users() {
		lines = append(lines, strings.Join([]string{u.ID, u.Email, u.Name, string(rune('A' + u.ProfileID))}, " "))
	}
	return strings.Join(lines, "\n") + "\n" + s.members()
}

// TestP12_AGrantBelowFollowsTheRevokeAbove gives on a folder what was had from the one above.
func TestP12_AGrantBelowFollowsTheRevokeAbove(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.anna(kwsim.User{})
	s.member("/Departments", id, "Viewer")
	tenant := s.tenant()
	below := s.single(plan.Change{Op: plan.Grant, Account: id, To: "Viewer"})
	if got := apply(t, tenant, below)[0]; got.Result != plan.Already {
		t.Errorf("while it is inherited: got %v %q, want already", got.Result, got.Why)
	}
	above := s.single(plan.Change{Op: plan.Revoke, Account: id, From: "Viewer", Folder: s.folder["/Departments"]})
	for _, step := range []plan.Step{above, below} {
		if got := apply(t, tenant, step)[0]; got.Result != plan.Done {
			t.Errorf("%v: got %v %q, want done", step.Op, got.Result, got.Why)
		}
	}
	_, up := s.World().Member(s.folder["/Departments"], id)
	m, _ := s.World().Member(s.folder["/Departments/Finance"], id)
	if up || s.roleName(m.DirectRoleID) != "Viewer" {
		t.Errorf("a member above: %v, below as %q", up, s.roleName(m.DirectRoleID))
	}
}

// TestARehireCanWork creates the address of a deleted account, in all the ways in which a
// server may bring it back: it is live, with the profile that was asked for.
func TestARehireCanWork(t *testing.T) {
	t.Parallel()
	for _, mode := range []kwsim.Setting{"revive", "new_id"} {
		for _, user := range []kwsim.Setting{"live", "blocked"} {
			for _, profile := range []kwsim.Setting{"asked", "kept"} {
				for _, lost := range []bool{false, true} {
					name := strings.Join([]string{string(mode), string(user), string(profile)}, ",")
					if lost {
						name += ",answer lost"
					}
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						s := start(t, func(o *kwsim.Options) {
							o.Behaviour.DeletedEmail, o.Behaviour.RevivedUser, o.Behaviour.RevivedProfile = mode, user, profile
						})
						s.anna(kwsim.User{Deleted: true, Suspended: true, Deactivated: true, ProfileID: 4})
						tenant := s.tenant()
						if lost {
							tenant = s.meets(answered{effect: true, once: true})
						}
						got := apply(t, tenant, account("anna@corp.example", "Standard"))[0]
						u, _ := s.World().UserByEmail("anna@corp.example")
						if got.Result != plan.Done || got.Account != u.ID || got.Why != "" {
							t.Errorf("got %+v, want done", got)
						}
						if u.Suspended || u.Deactivated || u.Deleted || u.Unverified || u.ProfileID != 1 {
							t.Errorf("got %+v, want it live and Standard", u)
						}
					})
				}
			}
		}
	}
}

// TestARehireIsNotDemoted: a lesser profile could destroy data, and is left to a human.
func TestARehireIsNotDemoted(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *kwsim.Options) { o.Behaviour.RevivedProfile = "kept" })
	s.anna(kwsim.User{Deleted: true, ProfileID: 1})
	got := apply(t, s.tenant(), account("anna@corp.example", "Restricted"))[0]
	if got.Result != plan.Done || !strings.Contains(got.Why, "came back with the profile Standard, and stays there") {
		t.Errorf("got %v %q, want done with a word on the profile", got.Result, got.Why)
	}
}

// TestNoSeatIsToldOfEveryAct: also where an account that exists would take one.
func TestNoSeatIsToldOfEveryAct(t *testing.T) {
	t.Parallel()
	for name, a := range acts() {
		s := start(t)
		step := s.single(a.change(s))
		full := answered{status: 403, body: `{"errors":[{"code":"ERR_LICENSE_MAX_USERS_COUNT_REACHED","message":"full"}]}`}
		if got := apply(t, s.meets(full), step)[0]; got.Result != plan.Refused || !got.NoSeat {
			t.Errorf("%s: got %v, no seat %v", name, got.Result, got.NoSeat)
		}
	}
}
