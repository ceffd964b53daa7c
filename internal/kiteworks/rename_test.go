package kiteworks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// movers are people with accounts of ours, whose addresses the directory has changed.
func (s *site) movers(moves ...[2]string) (story *telling, ids []string) {
	s.t.Helper()
	story = &telling{t: s.t, tenant: s.tenant(), memory: plan.NewMemory()}
	for i, m := range moves {
		id := s.user(kwsim.User{Email: m[0], Name: "A Name"})
		to, err := access.ParseEmail(m[1])
		if err != nil {
			s.t.Fatal(err)
		}
		person := access.PersonID{Source: "story", ID: fmt.Sprint(i)}
		story.memory.Links[person] = plan.Link{Person: person, Account: id, Created: true}
		story.verdicts = append(story.verdicts, access.Verdict{
			Person: person, Email: to, Account: true, Standing: access.Active, Causes: []access.Cause{{Rule: "all"}},
		})
		ids = append(ids, id)
	}
	return story, ids
}

// addresses are those of accounts, by id.
func (s *site) addresses(ids []string) []string {
	at := map[string]string{}
	for _, u := range s.World().Users() {
		at[u.ID] = u.Email
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = at[id]
	}
	return out
}

// TestP10_RenameSequences plans and carries out changes of addresses that wait for one another.
func TestP10_RenameSequences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		moves [][2]string
		there kwsim.User // somebody else's account; none without an address
		want  []string   // addresses afterwards
		sent  int        // renames
	}{
		{name: "one", moves: [][2]string{{"a@corp.example", "b@corp.example"}}, want: []string{"b@corp.example"}, sent: 1},
		{
			name: "chain", moves: [][2]string{{"a@corp.example", "b@corp.example"}, {"b@corp.example", "c@corp.example"}, {"c@corp.example", "d@corp.example"}},
			want: []string{"b@corp.example", "c@corp.example", "d@corp.example"}, sent: 3,
		},
		{
			name: "swap", moves: [][2]string{{"a@corp.example", "b@corp.example"}, {"b@corp.example", "a@corp.example"}},
			want: []string{"b@corp.example", "a@corp.example"}, sent: 3,
		},
		{
			name: "circle of three", moves: [][2]string{{"a@corp.example", "b@corp.example"}, {"b@corp.example", "c@corp.example"}, {"c@corp.example", "a@corp.example"}},
			want: []string{"b@corp.example", "c@corp.example", "a@corp.example"}, sent: 4,
		},
		{
			name: "other case only", moves: [][2]string{{"Anna@Corp.example", "ANNA@corp.example"}},
			want: []string{"Anna@Corp.example"},
		},
		{
			name: "kept in capitals", moves: [][2]string{{"Anna@Corp.example", "anna.lang@corp.example"}},
			want: []string{"anna.lang@corp.example"}, sent: 1,
		},
		{
			name: "taken", moves: [][2]string{{"a@corp.example", "b@corp.example"}}, there: kwsim.User{Email: "b@corp.example"},
			want: []string{"a@corp.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			if tt.there.Email != "" {
				s.user(tt.there)
			}
			story, ids := s.movers(tt.moves...)
			p, err := story.plan()
			if err != nil {
				t.Fatal(err)
			}
			story.carryOut(p)
			if diff := cmp.Diff(tt.want, s.addresses(ids)); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
			if got := s.Count("POST", "/rest/admin/users/migrateEmails"); got != tt.sent {
				t.Errorf("got %d renames, want %d", got, tt.sent)
			}
			if len(story.refusals) > 0 {
				t.Errorf("got refusals %q", story.refusals)
			}
		})
	}
}

// TestP10_AnAddressThatIsTakenMeanwhile is refused, and nobody's account is touched.
func TestP10_AnAddressThatIsTakenMeanwhile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		there   kwsim.User
		deleted kwsim.Setting
		want    plan.Result
	}{
		{"by an account", kwsim.User{Email: "taken@corp.example"}, "", plan.Refused},
		{"by a deleted one", kwsim.User{Email: "taken@corp.example", Deleted: true}, "refuse", plan.Refused},
		{"by a deleted one that lets go", kwsim.User{Email: "taken@corp.example", Deleted: true}, "revive", plan.Done},
	}
	for _, tt := range tests {
		for _, status := range []kwsim.Setting{"409", "422"} {
			t.Run(tt.name+", "+string(status), func(t *testing.T) {
				t.Parallel()
				s := start(t, func(o *kwsim.Options) {
					o.Behaviour.DeletedEmail, o.Behaviour.DuplicateEmail = tt.deleted, status
				})
				id := s.user(kwsim.User{Email: "anna@corp.example"})
				other := s.user(tt.there)
				c := plan.Change{Op: plan.Rename, Account: id, From: "anna@corp.example", To: "taken@corp.example"}
				got := apply(t, s.tenant(), s.single(c))[0]
				if got.Result != tt.want || tt.want == plan.Refused && !strings.Contains(got.Why, "has this address") {
					t.Errorf("got %v %q, want %v", got.Result, got.Why, tt.want)
				}
				if u := s.byID(other); u.Deleted != tt.there.Deleted || u.Email != tt.there.Email {
					t.Errorf("the account that had the address was touched: %+v", u)
				}
			})
		}
	}
}

func (s *site) byID(id string) kwsim.User {
	for _, u := range s.World().Users() {
		if u.ID == id {
			return u
		}
	}
	return kwsim.User{}
}
