package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// ranked is a catalog of three roles, the weakest first.
func ranked() *access.Catalog {
	return &access.Catalog{Roles: []access.Role{{ID: "1", Name: "Reader", Rank: 1}, {ID: "2", Name: "Collaborator", Rank: 2}, {ID: "3", Name: "Owner", Rank: 3}}}
}

// lessen is a change that ends anna's role; of one that is lowered the server may say that
// it was given anew.
func lessen(op plan.Op, from, to string, result plan.Result, anew bool) event {
	e := grant(op, from, to, result)
	e.outcome = plan.Outcome{Result: result}
	if anew {
		e.outcome.SharedBy, e.outcome.Created = "other-id", day(1)
	}
	return e
}

func TestP03_WhatEndsIsNotOursAnyMore(t *testing.T) {
	t.Parallel()
	given, raised := grant(plan.Grant, "", "Owner", plan.Done), grant(plan.Raise, "Collaborator", "Owner", plan.Done)
	lower := func(to string, r plan.Result) event { return lessen(plan.Lower, "Owner", to, r, false) }
	anew := owned("Reader", "")
	anew.SharedBy, anew.Created = "other-id", day(1)
	cases := []struct {
		name   string
		events []event
		want   *access.Owned
		role   string // that is held by what is known; "": none
	}{
		{"revoked", []event{given, lessen(plan.Revoke, "Owner", "", plan.Done, false)}, nil, ""},
		{"revoked by somebody else", []event{given, lessen(plan.Revoke, "Owner", "", plan.Already, false)}, nil, ""},
		{"not revoked", []event{given, lessen(plan.Revoke, "Owner", "", plan.Refused, false)}, owned("Owner", ""), "Owner"},
		{"perhaps revoked", []event{given, lessen(plan.Revoke, "Owner", "", plan.Unknown, false)}, owned("Owner", ""), "Owner"},
		{"lowered", []event{given, lower("Reader", plan.Done)}, owned("Reader", ""), "Reader"},
		{"lowered, which gave it anew", []event{given, lessen(plan.Lower, "Owner", "Reader", plan.Done, true)}, anew, "Reader"},
		{"lowered by somebody else", []event{given, lower("Reader", plan.Already)}, nil, "Reader"},
		{"not lowered", []event{given, lower("Reader", plan.Refused)}, owned("Owner", ""), "Owner"},
		{"lowered to the floor", []event{raised, lower("collaborator", plan.Done)}, nil, "collaborator"},
		{"lowered below the floor", []event{raised, lower("Reader", plan.Done)}, nil, "Reader"},
		{
			"lowered to above the floor",
			[]event{grant(plan.Raise, "Reader", "Owner", plan.Done), lower("Collaborator", plan.Done)},
			owned("Collaborator", "Reader"), "Collaborator",
		},
		{"lowered to a role that nobody knows", []event{raised, lower("Odd", plan.Done)}, owned("Odd", "Collaborator"), "Odd"},
		{"lowered though it was not ours", []event{grant(plan.Grant, "", "Owner", plan.Already), lower("Reader", plan.Done)}, nil, "Reader"},
		{"ended, and given again", []event{raised, lower("Collaborator", plan.Done), raised}, owned("Owner", "Collaborator"), "Owner"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			observe(t, l, day(0), ranked(), access.State{Of: access.Scope{Folders: []string{"f1"}}})
			play(t, l, tt.events...)
			want, role := map[plan.GrantKey]access.Owned{}, ""
			if tt.want != nil {
				want[key] = *tt.want
			}
			if diff := cmp.Diff(want, recall(t, l).Owned); diff != "" {
				t.Errorf("owned (-want +got):\n%s", diff)
			}
			for _, g := range lastKnown(t, l, nil).Grants {
				role = g.Role
			}
			if role != tt.role {
				t.Errorf("known is the role %q, want %q", role, tt.role)
			}
			wantNoOverlap(t, l)
		})
	}
}

// What reaches into folders below ends with the role above; what others gave there stays.
func TestSettleKeepsWhatIsInheritedCurrent(t *testing.T) {
	t.Parallel()
	below := func(role, origin string) access.Grant {
		return access.Grant{Account: "a1", Folder: "f2", Role: role, Origin: origin, SharedBy: "svc-id", Created: given}
	}
	cases := []struct {
		name   string
		origin string
		event  event
		want   []access.Grant
	}{
		{"revoked above", "f1", lessen(plan.Revoke, "Owner", "", plan.Done, false), nil},
		{"lowered above", "f1", lessen(plan.Lower, "Owner", "Reader", plan.Done, false), []access.Grant{below("Reader", "f1")}},
		{"given on it", "", lessen(plan.Revoke, "Owner", "", plan.Done, false), []access.Grant{below("Owner", "")}},
		{"given elsewhere", "f0", lessen(plan.Revoke, "Owner", "", plan.Done, false), []access.Grant{below("Owner", "f0")}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, grant(plan.Grant, "", "Owner", plan.Done))
			observe(t, l, day(0), ranked(), access.State{Of: access.Scope{Folders: []string{"f2"}}, Grants: []access.Grant{below("Owner", tt.origin)}})
			play(t, l, tt.event)
			if diff := cmp.Diff(tt.want, lastKnown(t, l, nil, "f2").Grants); diff != "" {
				t.Errorf("known below (-want +got):\n%s", diff)
			}
		})
	}
}
