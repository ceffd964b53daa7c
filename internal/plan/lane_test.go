package plan

import (
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestLane(t *testing.T) {
	t.Parallel()
	ann := access.PersonID{Source: "corp", ID: "1"}
	bob := access.PersonID{Source: "corp", ID: "2"}
	cases := []struct {
		name   string
		change Change
		want   Lane
	}{
		{"a suspension", Change{Op: Suspend, Person: ann, Exit: ExitDisabled}, Leavers},
		{"a name of one who has left", Change{Op: SetName, Person: ann, Exit: ExitGone}, Leavers},
		{"a new account", Change{Op: CreateAccount, Person: ann}, Joiners},
		{"who returns", Change{Op: Unsuspend, Person: ann}, Joiners},
		{"a grant to a new account", Change{Op: Grant, Person: ann, Needs: []Key{accountKey(ann)}}, Joiners},
		{"the same, when the account is there", Change{Op: Grant, Person: ann, Account: "7", Needs: []Key{accountKey(ann)}}, Joiners},
		{"a grant in a new folder", Change{Op: Grant, Person: ann, Account: "7", Needs: []Key{"folder|x|/a"}}, Movers},
		{"a grant that waits for somebody else's account", Change{Op: Grant, Person: ann, Account: "7", Needs: []Key{accountKey(bob)}}, Movers},
		{"a rule that does not apply any more", Change{Op: Revoke, Person: ann, Account: "7"}, Movers},
		{"an address", Change{Op: Rename, Person: ann, Account: "7"}, Movers},
		{"a folder", Change{Op: CreateFolder}, Movers},
		{"a name", Change{Op: SetName, Person: ann, Account: "7"}, Cosmetics},
		{"a profile", Change{Op: SetProfile, Person: ann, Account: "7"}, Cosmetics},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.change.Lane(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
