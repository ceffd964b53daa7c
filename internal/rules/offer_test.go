package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestOffers_AreMadeWhetherARuleHoldsOrNot(t *testing.T) {
	t.Parallel()
	like := func(pattern string) rules.Condition { return rules.Condition{GroupLike: pattern} }
	give := func(when rules.Condition, path string) rules.Rule {
		return rules.Rule{Name: "r", When: when, Grants: []rules.Grant{{Folder: path, Role: "Viewer"}}}
	}
	at := func(path access.Path) access.Place { return access.Place{As: folders, Path: path} }
	tests := []struct {
		name string
		rule rules.Rule
		want []rules.Offer
	}{
		{"no match", give(rules.Condition{Filter: "(title=x)"}, "/Departments/{{ .department }}"), []rules.Offer{{Place: at("/Departments/Finance")}}},
		{"held", give(rules.Condition{Group: "gone"}, "/Departments/A"), []rules.Offer{{Place: at("/Departments/A")}}},
		{"no value", give(rules.Condition{Everyone: true}, "/Departments/A/{{ .title }}/B"), []rules.Offer{{Place: at("/Departments/A"), Why: "title has no value"}}},
		{"no group of the pattern", give(like("team-<p>"), "/Departments/{{ .p }}"), []rules.Offer{{Place: at("/Departments"), Why: "no group is called like team-<p>"}}},
		{"groups of the pattern", give(like("proj-<p>"), "/Departments/{{ .p }}"), []rules.Offer{
			{Place: at("/Departments/a"), Group: groupID("1"), Named: "proj-a", Member: true}, {Place: at("/Departments/b"), Group: groupID("2"), Named: "proj-b"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jane := person("jane", map[string][]string{"department": {"Finance"}}, 0)
			sn := &access.Snapshot{People: []access.Person{jane}, Groups: []access.Group{group("1", "proj-a"), group("2", "proj-b")}}
			for i := range tt.want {
				tt.want[i].Rule, tt.want[i].Role = "r", "Viewer"
			}
			if diff := cmp.Diff([][]rules.Offer{tt.want}, compile(t, tt.rule).Bind(sn, rules.Known{}).Offers(&jane)); diff != "" {
				t.Errorf("offers (-want +got):\n%s", diff)
			}
		})
	}
}
