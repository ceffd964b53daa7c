package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// TestP02_AFrozenRuleIsHeldForEverybody: what it gave before stays only for whom the
// verdict names it, and who had something from it may be in no group any more, or in
// any other. Only whom another part of the condition shuts out for certain is left out.
func TestP02_AFrozenRuleIsHeldForEverybody(t *testing.T) {
	t.Parallel()
	staff, twin := group("1", "staff"), access.Group{ID: groupID("2"), Name: "twins", DN: "CN=twins,OU=A,DC=corp"}
	groups := []access.Group{
		staff, twin,
		{ID: groupID("3"), Name: "twins", DN: "CN=twins,OU=B,DC=corp"},
		group("4", "hidden"), group("5", "proj-a-rw"), group("6", "proj-b-rw"), group("7", "again"),
	}
	groups[3].Hidden, groups[5].Hidden = true, true
	pins := map[string]access.GroupID{"gone": groupID("9"), "again": groupID("8")}
	people := []access.Person{person("none", nil)}
	for i := range groups {
		people = append(people, person(fmt.Sprintf("p%d", i), map[string][]string{"title": {"Boss"}}, int32(i)))
	}
	people = append(people, person("all", nil, 0, 1, 2, 3, 4, 5, 6))
	tests := []struct {
		name string
		when rules.Condition
		not  []string // who is shut out, or known to be let in
	}{
		{"a group that is missing", rules.Condition{Group: "missing"}, nil},
		{"a group that is gone", rules.Condition{Group: "gone"}, nil},
		{"a group that was made again", rules.Condition{Group: "again"}, nil},
		{"a group of whose name there are two", rules.Condition{Group: "twins"}, nil},
		{"a group that does not show its members", rules.Condition{Group: "hidden"}, nil},
		{"a group that is missing, and others like a pattern", rules.Condition{Group: "missing", GroupLike: "proj-<p>-rw"}, nil},
		{"a negated group that is missing", rules.Condition{NotGroup: "missing"}, nil},
		{"a negated group that is missing, and one that is not", rules.Condition{Group: "staff", NotGroup: "missing"}, nil},
		{"a negated group that is missing, and a filter", rules.Condition{NotGroup: "missing", Filter: "(title=Boss)"}, nil},
		{"a negated group that is missing, and others like a pattern", rules.Condition{NotGroup: "missing", GroupLike: "proj-<p>-rw"}, nil},
		{"an attribute that nobody has", rules.Condition{Filter: "(!(titel=x))"}, nil},
		{"an attribute that nobody has, and a group", rules.Condition{Filter: "(!(titel=x))", Group: "staff"}, nil},
		{"of a pattern a group that does not show its members", rules.Condition{GroupLike: "proj-<p>-rw"}, []string{"p5", "all"}},
		{"alike, and a group", rules.Condition{GroupLike: "proj-<p>-rw", Group: "staff"}, []string{"none", "p1", "p2", "p3", "p4", "p5", "p6", "all"}},
		{"alike, and a filter", rules.Condition{GroupLike: "proj-<p>-rw", Filter: "(title=Boss)"}, []string{"none", "p5", "all"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			frozen := everyone("frozen", "/Departments/Frozen")
			frozen.When = tt.when
			all := []rules.Rule{everyone("all", "/Departments/All")}
			for i := range 70 { // more than a word of the index holds
				r := everyone(fmt.Sprint(i), fmt.Sprintf("/Departments/%d", i))
				r.When = rules.Condition{Group: "staff"}
				all = append(all, r)
			}
			b := compile(t, append(all, frozen)...).Bind(&access.Snapshot{People: people, Groups: groups, Unknown: []string{"titel"}}, rules.Known{Groups: pins})
			for i := range people {
				v := b.Evaluate(&people[i], now)
				held := slices.ContainsFunc(v.Held, func(h access.Held) bool { return h.Rule == "frozen" && h.Common && h.Why != "" })
				if want := !slices.Contains(tt.not, people[i].ID.ID); held != want || len(v.Wishes) == 0 {
					t.Errorf("%s: held %v (%v), want %v; %d wishes", people[i].ID.ID, held, v.Held, want, len(v.Wishes))
				}
			}
		})
	}
}
