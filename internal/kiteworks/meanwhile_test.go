package kiteworks_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// writes are the requests but tokens that could have changed something.
func (s *site) writes() []string {
	var sent []string
	for _, e := range s.History() {
		if e.Write && e.Path != "/oauth/token" {
			sent = append(sent, e.Method+" "+e.Path)
		}
	}
	return sent
}

// TestP03_AHumansChangeMeanwhileStands: between the plan and its act somebody has changed the
// account. What is as wanted already is not ours; what is otherwise is left as it is.
func TestP03_AHumansChangeMeanwhileStands(t *testing.T) {
	t.Parallel()
	const heir = "heir@corp.example"
	tests := []struct {
		name   string
		now    kwsim.User // the account as it stands
		change plan.Change
		want   plan.Result
		why    string
	}{
		{"suspend: suspended", kwsim.User{Suspended: true}, plan.Change{Op: plan.Suspend}, plan.Already, ""},
		{"suspend: deleted", kwsim.User{Deleted: true}, plan.Change{Op: plan.Suspend}, plan.Refused, "was deleted meanwhile"},
		{"suspend: made an administrator", kwsim.User{AdminRoleID: 2}, plan.Change{Op: plan.Suspend}, plan.Refused, "administrator"},
		{"unsuspend: live", kwsim.User{}, plan.Change{Op: plan.Unsuspend}, plan.Already, ""},
		{"unsuspend: deleted", kwsim.User{Deleted: true}, plan.Change{Op: plan.Unsuspend}, plan.Refused, "was deleted meanwhile"},
		{"rename: renamed likewise", kwsim.User{Email: "Anna.Lang@corp.example"}, plan.Change{Op: plan.Rename, From: "anna@corp.example", To: "anna.lang@corp.example"}, plan.Already, ""},
		{"rename: renamed otherwise", kwsim.User{Email: "al@corp.example"}, plan.Change{Op: plan.Rename, From: "anna@corp.example", To: "anna.lang@corp.example"}, plan.Refused, `has the address "al@corp.example" now, not "anna@corp.example"`},
		{"rename: deleted", kwsim.User{Deleted: true}, plan.Change{Op: plan.Rename, From: "anna@corp.example", To: "anna.lang@corp.example"}, plan.Refused, "was deleted"},
		{"set name: named likewise", kwsim.User{Name: "Anna Lang"}, plan.Change{Op: plan.SetName, From: "Anna", To: "Anna Lang"}, plan.Already, ""},
		{"set name: named otherwise", kwsim.User{Name: "Annie"}, plan.Change{Op: plan.SetName, From: "Anna", To: "Anna Lang"}, plan.Refused, `is called "Annie" now, not "Anna"`},
		{"set profile: moved likewise", kwsim.User{ProfileID: 1}, plan.Change{Op: plan.SetProfile, From: "Restricted", To: "Standard"}, plan.Already, ""},
		{"set profile: moved otherwise", kwsim.User{ProfileID: 11}, plan.Change{Op: plan.SetProfile, From: "Restricted", To: "Standard"}, plan.Refused, `not "Restricted"`},
		{"delete: deleted", kwsim.User{Deleted: true}, plan.Change{Op: plan.Delete, From: "suspended"}, plan.Already, ""},
		{"delete: switched on again", kwsim.User{}, plan.Change{Op: plan.Delete, From: "suspended"}, plan.Refused, `is "live" now, not "suspended"`},
		{"delete: made an administrator", kwsim.User{AdminRoleID: 2, Suspended: true}, plan.Change{Op: plan.Delete, From: "suspended"}, plan.Refused, "administrator"},
		{"delete: given to another", kwsim.User{Email: "bert@corp.example", Suspended: true}, plan.Change{Op: plan.Delete, From: "suspended", Email: "anna@corp.example"}, plan.Refused, "has the address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			if tt.now.Email == "" {
				tt.now.Email = "anna@corp.example"
			}
			c := tt.change
			c.Account = s.user(tt.now)
			if c.Op == plan.Delete {
				c.Retain = &plan.Retention{Heir: s.user(kwsim.User{Email: heir})}
			}
			got := apply(t, s.tenant(), s.single(c))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Errorf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			if sent := s.writes(); len(sent) > 0 {
				t.Errorf("%q was sent all the same", sent)
			}
		})
	}
}

// TestP03_SetProfileMovesOnlyWhoIsAsThePlanSaw leaves one of three alone that share a request.
func TestP03_SetProfileMovesOnlyWhoIsAsThePlanSaw(t *testing.T) {
	t.Parallel()
	s := start(t)
	step := plan.Step{Op: plan.SetProfile, Role: "Standard"}
	for email, profile := range map[string]int{"a@corp.example": 4, "b@corp.example": 11, "c@corp.example": 4} {
		id := s.user(kwsim.User{Email: email, ProfileID: profile})
		step.Changes = append(step.Changes, plan.Change{Key: plan.Key(id), Op: plan.SetProfile, Account: id, From: "Restricted", To: "Standard"})
	}
	for i, o := range apply(t, s.tenant(), step) {
		want, profile := plan.Done, 1
		u := s.byID(step.Changes[i].Account)
		if u.Email == "b@corp.example" {
			want, profile = plan.Refused, 11
		}
		if o.Key != step.Changes[i].Key || o.Result != want || u.ProfileID != profile {
			t.Errorf("%s: got %v %q and profile %d, want %v and %d", u.Email, o.Result, o.Why, u.ProfileID, want, profile)
		}
	}
}

// TestTheHeirIsLookedAtRightBefore refuses a deletion whose heir cannot have the data by now.
func TestTheHeirIsLookedAtRightBefore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		heir kwsim.User
		want plan.Result
		why  string
	}{
		{"live", kwsim.User{}, plan.Done, ""},
		{"administrator", kwsim.User{AdminRoleID: 2}, plan.Done, ""},
		{"not verified", kwsim.User{Unverified: true}, plan.Refused, "is unverified by now"},
		{"suspended", kwsim.User{Suspended: true}, plan.Refused, "is suspended by now"},
		{"deactivated", kwsim.User{Deactivated: true}, plan.Refused, "is deactivated by now"},
		{"deleted", kwsim.User{Deleted: true}, plan.Refused, "is deleted by now"},
		{"recipient", kwsim.User{Recipient: true}, plan.Refused, "is a recipient"},
		{"nobody", kwsim.User{Email: "none"}, plan.Refused, "the heir could not be read before"},
		{"the account itself", kwsim.User{Email: "self"}, plan.Refused, "cannot inherit its own data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			c := plan.Change{Op: plan.Delete, From: "suspended", Account: s.user(kwsim.User{Email: "anna@corp.example", Suspended: true})}
			heir := "6f1c0d3e-0000-4000-8000-000000000001"
			switch tt.heir.Email {
			case "none":
			case "self":
				heir = c.Account
			default:
				tt.heir.Email = "heir@corp.example"
				heir = s.user(tt.heir)
			}
			c.Retain = &plan.Retention{Heir: heir}
			got := apply(t, s.tenant(), s.single(c))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Errorf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			if deleted := s.byID(c.Account).Deleted; deleted != (tt.want == plan.Done) || len(s.writes()) > 0 != deleted {
				t.Errorf("deleted: %v, sent %q", deleted, s.writes())
			}
		})
	}
}

// TestADeletionThatTakesItsTime is neither done nor refused: it is read again later.
func TestADeletionThatTakesItsTime(t *testing.T) {
	t.Parallel()
	s := start(t)
	url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		}
		return r.Method == http.MethodDelete
	})
	c := plan.Change{Op: plan.Delete, Account: s.user(kwsim.User{Email: "anna@corp.example"}), Retain: &plan.Retention{Discard: true}}
	if got := apply(t, s.tenant(through(url)), s.single(c))[0]; got.Result != plan.Unknown || !strings.Contains(got.Why, "has not deleted the account yet") {
		t.Errorf("got %v %q, want unknown", got.Result, got.Why)
	}
}

// TestP03_AMemberOfASuspendedAccount is revoked also where the server does not show it, and
// never takes a human's role along where it can be seen.
func TestP03_AMemberOfASuspendedAccount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		shown kwsim.Setting
		op    plan.Op
		held  string // on the folder; "": nothing
		to    string
		want  plan.Result
		after string
	}{
		{"listed", plan.Revoke, "Viewer", "", plan.Done, ""},
		{"listed", plan.Revoke, "", "", plan.Already, ""},
		{"hidden", plan.Revoke, "Viewer", "", plan.Done, ""},
		{"hidden", plan.Revoke, "Manager", "", plan.Refused, "Manager"},
		{"hidden", plan.Revoke, "", "", plan.Already, ""},
		{"hidden", plan.Lower, "Viewer", "Downloader", plan.Done, "Downloader"},
		{"unseen", plan.Revoke, "Viewer", "", plan.Done, ""},
		{"unseen", plan.Revoke, "", "", plan.Already, ""},
		{"unseen", plan.Lower, "Viewer", "Downloader", plan.Refused, "Viewer"},
	}
	for _, tt := range tests {
		for _, unknown := range []kwsim.Setting{"403", "404"} {
			t.Run(string(tt.shown)+" "+tt.op.String()+" "+tt.held+" "+string(unknown), func(t *testing.T) {
				t.Parallel()
				s := start(t, func(o *kwsim.Options) { o.Behaviour.BlockedMember, o.Behaviour.UnknownID = tt.shown, unknown })
				id := s.user(kwsim.User{Email: "anna@corp.example", Suspended: true})
				if tt.held != "" {
					s.member("/Departments/Finance", id, tt.held)
				}
				got := apply(t, s.tenant(), s.single(plan.Change{Op: tt.op, Account: id, From: "Viewer", To: tt.to}))[0]
				if got.Result != tt.want {
					t.Errorf("got %v %q, want %v", got.Result, got.Why, tt.want)
				}
				if m, _ := s.World().Member(s.folder["/Departments/Finance"], id); s.roleName(m.RoleID) != tt.after {
					t.Errorf("holds %q afterwards, want %q", s.roleName(m.RoleID), tt.after)
				}
			})
		}
	}
}

// TestWhatAHiddenRevokeComesToIsNotGuessed loses the answer where nothing can be read.
func TestWhatAHiddenRevokeComesToIsNotGuessed(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *kwsim.Options) { o.Behaviour.BlockedMember = "unseen" })
	id := s.user(kwsim.User{Email: "anna@corp.example", Suspended: true})
	s.member("/Departments/Finance", id, "Viewer")
	url := s.before(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete {
			return false
		}
		s.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	c := plan.Change{Op: plan.Revoke, Account: id, From: "Viewer"}
	if got := apply(t, s.tenant(through(url)), s.single(c))[0]; got.Result != plan.Unknown {
		t.Errorf("got %v %q, want unknown", got.Result, got.Why)
	}
	if got := apply(t, s.tenant(), s.single(c))[0]; got.Result != plan.Already {
		t.Errorf("again: got %v %q, want already", got.Result, got.Why)
	}
}
