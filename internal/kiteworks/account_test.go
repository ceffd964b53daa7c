package kiteworks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestTheAddressOfADeletedAccount creates it in all three ways that a server may have.
func TestTheAddressOfADeletedAccount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mode kwsim.Setting
		want plan.Result
		why  string
	}{
		{"revive", plan.Done, ""},
		{"new_id", plan.Done, ""},
		{"refuse", plan.Refused, "an account that is deleted or no person's has this address"},
	}
	for _, tt := range tests {
		t.Run(string(tt.mode), func(t *testing.T) {
			t.Parallel()
			s := start(t, func(o *kwsim.Options) { o.Behaviour.DeletedEmail = tt.mode })
			old := s.user(kwsim.User{Email: "anna@corp.example", Deleted: true})
			got := apply(t, s.tenant(), account("anna@corp.example", ""))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Fatalf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			if tt.want == plan.Done && (got.Account == old) != (tt.mode == "revive") {
				t.Errorf("got account %s, the deleted one was %s", got.Account, old)
			}
		})
	}
}

func TestNoSeatIsTold(t *testing.T) {
	t.Parallel()
	for _, status := range []kwsim.Setting{"403", "422"} {
		s := start(t, func(o *kwsim.Options) { o.Seats, o.Behaviour.LicenseFull = 2, status })
		got := apply(t, s.tenant(), account("anna@corp.example", ""))[0]
		if got.Result != plan.Refused || !got.NoSeat {
			t.Errorf("%s: got %v, no seat %v, want refused for want of a seat", status, got.Result, got.NoSeat)
		}
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.user(kwsim.User{Email: "anna@corp.example"})
	other := s.user(kwsim.User{Email: "taken@corp.example"})
	tenant := s.tenant()
	rename := func(to string) plan.Outcome {
		return apply(t, tenant, s.single(plan.Change{Op: plan.Rename, Account: id, From: "anna@corp.example", To: to}))[0]
	}
	if got := rename("taken@corp.example"); got.Result != plan.Refused {
		t.Errorf("to a taken address: got %v %q, want refused", got.Result, got.Why)
	}
	if u, _ := s.World().UserByEmail("taken@corp.example"); u.ID != other || u.Deleted {
		t.Errorf("the account that had the address was touched: %+v", u)
	}
	if got := rename("anna.lang@corp.example"); got.Result != plan.Done {
		t.Errorf("got %v %q, want done", got.Result, got.Why)
	}
	if u, _ := s.World().UserByEmail("anna.lang@corp.example"); u.ID != id {
		t.Errorf("got account %s at the new address, want %s", u.ID, id)
	}
}

// TestSetProfileIsOneRequestForMany moves 120 accounts to a full profile, and back
// to a lesser one with a decision on their data.
func TestSetProfileIsOneRequestForMany(t *testing.T) {
	t.Parallel()
	s := start(t)
	profiles := kwsim.DefaultProfiles()
	var changes []plan.Change
	for i := range 120 {
		id := s.user(kwsim.User{Email: fmt.Sprintf("p%03d@corp.example", i), ProfileID: profiles[1].ID})
		changes = append(changes, plan.Change{
			Key: plan.Key("profile|" + id), Op: plan.SetProfile, Account: id,
			Email: access.Email(fmt.Sprintf("p%03d@corp.example", i)), From: profiles[1].Name, To: "Standard",
		})
	}
	tenant := s.tenant()
	move := func() {
		t.Helper()
		for _, step := range (plan.Plan{Changes: changes}).Steps(plan.MaxPerStep) {
			for _, o := range apply(t, tenant, step) {
				if o.Result != plan.Done {
					t.Fatalf("got %v %q, want done", o.Result, o.Why)
				}
			}
		}
	}
	move()
	if got, want := s.Count("PUT", "/rest/admin/profiles/{id}/users"), 2; got != want {
		t.Errorf("got %d requests for 120 accounts, want %d", got, want)
	}
	for i := range changes {
		changes[i].From, changes[i].To, changes[i].Retain = "Standard", profiles[1].Name, &plan.Retention{Discard: true}
	}
	move()
	for _, u := range s.World().Users() {
		if strings.HasPrefix(u.Email, "p") && u.ProfileID != profiles[1].ID {
			t.Errorf("%s has profile %d, want %d", u.Email, u.ProfileID, profiles[1].ID)
		}
	}
}

func TestDeleteSaysWhatBecomesOfTheData(t *testing.T) {
	t.Parallel()
	s := start(t)
	heir := s.user(kwsim.User{Email: "heir@corp.example"})
	tenant := s.tenant()
	tests := map[string]struct {
		retain plan.Retention
		query  []string
	}{
		"to an heir": {plan.Retention{Heir: heir}, []string{"retainData=true", "retainToUser=" + heir, "deleteUnsharedData=false", "remoteWipe=false"}},
		"discarded":  {plan.Retention{Discard: true}, []string{"retainData=false", "deleteUnsharedData=true", "remoteWipe=false", "withdrawFileLinks=false"}},
	}
	for name, tt := range tests {
		id := s.user(kwsim.User{Email: strings.ReplaceAll(name, " ", "-") + "@corp.example"})
		s.ClearHistory()
		got := apply(t, tenant, s.single(plan.Change{Op: plan.Delete, Account: id, Retain: &tt.retain}))[0]
		if got.Result != plan.Done {
			t.Errorf("%s: got %v %q, want done", name, got.Result, got.Why)
		}
		for _, e := range s.History() {
			if e.Method != "DELETE" {
				continue
			}
			for _, part := range tt.query {
				if !strings.Contains(e.Query, part) {
					t.Errorf("%s: got query %s, want %s in it", name, e.Query, part)
				}
			}
		}
	}
}

// TestAnOwnedAndASharedInFolderOfOneName is ambiguous, and says so.
func TestAnOwnedAndASharedInFolderOfOneName(t *testing.T) {
	t.Parallel()
	s := start(t)
	other := s.user(kwsim.User{Email: "other@corp.example"})
	shared, err := s.World().AddFolder(other, "", "departments", true)
	if err != nil {
		t.Fatal(err)
	}
	role, _ := s.World().Role("Manager")
	if err := s.World().AddMember(shared, s.owner, role.ID, ""); err != nil {
		t.Fatal(err)
	}
	c := catalog(t, s.tenant(), at("/Departments/Finance"))
	if len(c.Unusable) != 1 || !strings.Contains(c.Unusable[0].Why, "ambiguous") || !strings.Contains(c.Unusable[0].Why, "shared in") {
		t.Errorf("got %+v, want one place that is ambiguous", c.Unusable)
	}
	if len(c.Folders) != 0 {
		t.Errorf("got folders %+v below a root that is ambiguous", c.Folders)
	}
}
