package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestExplain_SaysWhichPartDecidedAndWhatWasSeen(t *testing.T) {
	t.Parallel()
	groups := []access.Group{group("1", "staff"), group("2", "guests"), group("3", "proj-a-rw"), group("4", "proj-b/c-rw")}
	finance := map[string][]string{"department": {"Finance"}, "title": {"Intern"}, "ends": {"2026-06-01"}}
	give := []rules.Grant{{Folder: "/Departments/A", Role: "Viewer"}}
	cause := access.Cause{Rule: "r", Since: changed}
	wish := access.Wish{Place: access.Place{As: folders, Path: "/Departments/A"}, Role: "Viewer", Cause: cause}
	tests := []struct {
		name string
		rule rules.Rule
		want rules.Explanation
	}{
		{
			"everyone",
			rules.Rule{When: rules.Condition{Everyone: true}, Grants: give},
			rules.Explanation{
				Outcome: rules.Given, Parts: []rules.Part{{Key: "everyone", Holds: true}},
				Grants: []rules.GivenGrant{{Wish: wish, Term: rules.Term{Phase: rules.Open}}},
			},
		},
		{
			"all parts are shown, though the first fails",
			rules.Rule{When: rules.Condition{Group: "guests", Under: "OU=Staff,DC=corp", Filter: "(&(department=Finance)(!(title=Intern*)))"}, Grants: give},
			rules.Explanation{
				Outcome: rules.NoMatch,
				Parts: []rules.Part{
					{Key: "group", Text: "guests", Groups: []access.GroupID{groupID("2")}},
					{Key: "under", Text: "OU=Staff,DC=corp", Holds: true, Seen: []rules.Seen{{Attribute: "dn", Values: []string{"CN=jane,OU=Staff,DC=corp"}}}},
					{
						Key: "filter", Text: "(&(department=Finance)(!(title=Intern*)))", Decided: "(!(title=Intern*))",
						Seen: []rules.Seen{{Attribute: "department", Values: []string{"Finance"}}, {Attribute: "title", Values: []string{"Intern"}}},
					},
				},
			},
		},
		{
			"a frozen rule",
			rules.Rule{When: rules.Condition{NotGroup: "gone"}, Grants: give},
			rules.Explanation{Outcome: rules.Undecided, Held: []string{`group "gone" is not in the directory: correct the name, or add its base to directory.groups.bases`}},
		},
		{
			"an account, held by its name",
			rules.Rule{When: rules.Condition{NotGroup: "guests"}, Account: &rules.Account{Name: "{{ .sn }}"}, Grants: give},
			rules.Explanation{
				Outcome: rules.Undecided, Parts: []rules.Part{{Key: "not_group", Text: "guests", Holds: true, Groups: []access.GroupID{groupID("2")}}},
				Held: []string{"sn has no value (until that is corrected no account is made: this rule would choose its name)"},
			},
		},
		{
			"an account",
			rules.Rule{When: rules.Condition{Everyone: true}, Account: &rules.Account{Profile: "P", Name: "{{ .department }}", Notify: true}},
			rules.Explanation{
				Outcome: rules.Given, Parts: []rules.Part{{Key: "everyone", Holds: true}},
				Account: &rules.GivenAccount{Profile: "P", Name: "Finance", Notify: true},
			},
		},
		{
			"a grant whose time is over",
			rules.Rule{When: rules.Condition{Everyone: true}, Grants: []rules.Grant{{Folder: "/Departments/{{ .none }}", Role: "Viewer", Until: &rules.Date{From: "ends", IfEmpty: rules.Deny}}}},
			rules.Explanation{
				Outcome: rules.Waiting, Parts: []rules.Part{{Key: "everyone", Holds: true}},
				Grants: []rules.GivenGrant{{Wish: access.Wish{Role: "Viewer", Cause: cause}, Term: rules.Term{Phase: rules.Over, Until: time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)}}},
			},
		},
		{
			"one of the groups of a pattern",
			rules.Rule{When: rules.Condition{GroupLike: "proj-<p>-rw"}, Grants: []rules.Grant{{Folder: "/Departments/{{ .p }}", Role: "Viewer"}}},
			rules.Explanation{
				Outcome: rules.Given,
				Parts:   []rules.Part{{Key: "group_like", Text: "proj-<p>-rw", Holds: true, Groups: []access.GroupID{groupID("3"), groupID("4")}}},
				Grants: []rules.GivenGrant{{
					Wish: access.Wish{Place: access.Place{As: folders, Path: "/Departments/a"}, Role: "Viewer", Cause: access.Cause{Rule: "r", Via: []access.GroupID{groupID("3")}, Since: changed}},
					Term: rules.Term{Phase: rules.Open},
				}},
				Held: []string{`p of group proj-b/c-rw: "b/c" holds a path separator`},
			},
		},
		{
			"none of the groups of a pattern",
			rules.Rule{When: rules.Condition{GroupLike: "team-<p>"}, Grants: give},
			rules.Explanation{Outcome: rules.NoMatch, Parts: []rules.Part{{Key: "group_like", Text: "team-<p>"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.rule.Name, tt.want.Rule = "r", "r"
			jane := person("jane", finance, 0, 2, 3)
			b := compile(t, tt.rule).Bind(&access.Snapshot{People: []access.Person{jane}, Groups: groups}, rules.Known{})
			if diff := cmp.Diff([]rules.Explanation{tt.want}, b.Explain(&jane, now)); diff != "" {
				t.Errorf("explanation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExplain_SaysWhatEvaluateDoes: the wishes and the reasons are the same, rule
// by rule, whatever the person and the groups are.
func TestExplain_SaysWhatEvaluateDoes(t *testing.T) {
	t.Parallel()
	r := projects("/Departments/{{ .project }}/{{ .ou }}")
	r.Account = &rules.Account{Profile: "P"}
	r.Grants[0].Until = &rules.Date{From: "ends", IfEmpty: rules.Hold}
	set := compile(
		t, r,
		accountFor("under", rules.Condition{Under: "OU=Staff,DC=corp", Group: "proj-a-rw"}, "Q"),
		accountFor("named", rules.Condition{NotGroup: "proj-b-rw", Filter: "(ou=x)"}, ""),
		everyone("ou", "/Departments/{{ .ou }}"),
	)
	rapid.Check(t, func(t *rapid.T) {
		groups := []access.Group{group("1", "proj-a-rw"), group("2", "proj-b-rw"), group("3", "proj-..-rw")}
		groups[2].Hidden = rapid.Bool().Draw(t, "hidden")
		p := rapid.Custom(drawPerson).Draw(t, "person")
		p.Standing = access.Active
		p.DN = rapid.SampledFrom([]string{p.DN, "none"}).Draw(t, "dn")
		p.Groups = rapid.SampledFrom([][]int32{nil, {0}, {1}, {0, 1}, {0, 2}, {0, 1, 2}}).Draw(t, "memberships")
		p.Attrs["ends"] = rapid.SampledFrom([][]string{nil, {"2026-06-15"}, {"2026-06-14"}, {"x"}}).Draw(t, "ends")
		b := set.Bind(&access.Snapshot{People: []access.Person{p}, Groups: groups}, rules.Known{})
		v := b.Evaluate(&p, now)
		var wishes []access.Wish
		var held []string
		for _, e := range b.Explain(&p, now) {
			for _, g := range e.Grants {
				if g.Term.Phase == rules.Open {
					wishes = append(wishes, g.Wish)
				}
			}
			for _, why := range e.Held {
				held = append(held, e.Rule+": "+why)
			}
			if e.Outcome.String() == "invalid" {
				t.Fatalf("%+v has no outcome", e)
			}
		}
		if diff := cmp.Diff(v.Wishes, wishes); diff != "" {
			t.Fatalf("wishes (-evaluated +explained):\n%s", diff)
		}
		if diff := cmp.Diff(reasons(v), held); diff != "" {
			t.Fatalf("held (-evaluated +explained):\n%s", diff)
		}
	})
}
