package sync_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// approve is an approval of what the stage plans now, less the keys to drop.
func (s *stage) approve(t *testing.T, drop ...string) kwsync.Approval {
	t.Helper()
	rep, err := s.runner(t).Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	approved := kwsync.Approval{}
	for _, c := range rep.Plan.Changes {
		if !slices.Contains(drop, string(c.Key)) {
			approved[c.Key] = c
		}
	}
	return approved
}

// P6: of a reviewed plan what still holds is applied, never more, and the rest
// is listed.
func TestP06_ApprovalNarrows(t *testing.T) {
	t.Parallel()
	annFolder := "folder|" + as + "|/dep/fin"
	annGrant := "grant|dir:ann|" + as + "|/dep/fin"
	tests := []struct {
		name   string
		drop   []string // of the approval
		later  func(*stage)
		sent   []string
		lapsed []string
	}{
		{"all holds", nil, func(*stage) {}, []string{annFolder, "account|dir:ann", annGrant}, nil},
		{
			"a joiner since is not let in", nil, func(s *stage) { s.person("bob", "Fin") },
			[]string{annFolder, "account|dir:ann", annGrant},
			nil,
		},
		{
			"somebody left since", nil, func(s *stage) { s.snapshot.People = nil },
			nil,
			[]string{"account|dir:ann", annFolder, annGrant},
		},
		{
			"nothing is sent whose need was not approved",
			[]string{annFolder},
			func(*stage) {},
			[]string{"account|dir:ann"},
			[]string{annGrant},
		},
		{
			"another role is another change", nil, func(s *stage) { s.rules[0].Grants[0].Role = "Collaborator" },
			[]string{annFolder, "account|dir:ann"},
			[]string{annGrant},
		},
		{
			"another address is another change", nil, func(s *stage) { s.snapshot.People[0].Email = "anna@corp.example" },
			[]string{annFolder},
			[]string{"account|dir:ann", annGrant},
		},
		{
			"a mail is another change", nil, func(s *stage) { s.rules[0].Account = &rules.Account{Notify: true} },
			[]string{annFolder},
			[]string{"account|dir:ann", annGrant},
		},
		{"an empty approval approves nothing", []string{annFolder, "account|dir:ann", annGrant}, func(*stage) {}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin")
			approved := s.approve(t, tt.drop...)
			tt.later(s)
			rep, err := s.runner(t).Run(t.Context(), kwsync.Trigger{Name: "test", Full: true, Approved: approved})
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := cmp.Diff(tt.sent, keys(s.sent)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.lapsed, keys(rep.Lapsed)); diff != "" {
				t.Errorf("lapsed (-want +got):\n%s", diff)
			}
			if want := len(tt.sent); rep.Requests.Write != want {
				t.Errorf("%d writes foretold, want %d: those of the narrowed plan", rep.Requests.Write, want)
			}
		})
	}
}

func TestP06_RaiseFromAnotherRoleLapses(t *testing.T) {
	t.Parallel()
	s := newStage()
	approved := kwsync.Approval{"raise|dir:ann|f-fin": plan.Change{Key: "raise|dir:ann|f-fin", Op: plan.Raise, From: "Manager", To: "Viewer"}}
	rep, err := s.runner(t).Run(t.Context(), kwsync.Trigger{Name: "test", Full: true, Approved: approved})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if diff := cmp.Diff([]string{"raise|dir:ann|f-fin"}, keys(rep.Lapsed)); diff != "" {
		t.Errorf("lapsed (-want +got):\n%s", diff)
	}
}
