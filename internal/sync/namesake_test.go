package sync_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP03_ANewcomerDoesNotTakeOverAnAddress: somebody comes with the address of a
// person who is linked to an account. That person goes on getting what the rules
// say, the newcomer gets nothing, of the account neither.
func TestP03_ANewcomerDoesNotTakeOverAnAddress(t *testing.T) {
	t.Parallel()
	const incumbent = "ann@corp.example is the address of dir:uid=ann, who has the account: give ext:uid=eva another"
	const both = "ann@corp.example is also the address of "
	tests := []struct {
		name   string
		linked []access.PersonID
		want   []string // outcomes
		notes  []string
	}{
		{
			"the one who was there first is linked",
			[]access.PersonID{id("ann")},
			[]string{"done grant|dir:ann|f-fin"},
			[]string{"skipped ann@corp.example : " + incumbent + " (0)"},
		},
		{"nobody is linked", nil, nil, []string{
			"skipped ann@corp.example : " + both + "ext:uid=eva: give one of them another (0)",
			"skipped ann@corp.example : " + both + "dir:uid=ann: give one of them another (0)",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").person("eva", "Fin").folder("f-fin", "/Dep/Fin").account("ann")
			s.snapshot.People[1].ID.Source, s.snapshot.People[1].Email = "ext", "ann@corp.example"
			for _, p := range tt.linked {
				s.memory.Links[p] = plan.Link{Person: p, Account: "u-" + p.ID}
			}
			rep, err := s.run(t)
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := cmp.Diff(tt.want, results(&rep)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, notes(&rep)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}
