package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// walled compiles the conditions of walls, beside no rules.
func walled(t *testing.T, walls ...*rules.Condition) *rules.Set {
	t.Helper()
	o := options()
	o.Denials = walls
	set, problems := rules.Compile(nil, o)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	return set
}

func TestDenied(t *testing.T) {
	t.Parallel()
	inside, hidden := group("1", "inside"), group("2", "board")
	hidden.Hidden = true
	twins := []access.Group{inside, {ID: groupID("2"), Name: "Inside", DN: "CN=Inside,OU=Old,DC=corp"}}
	remade := []access.Group{group("9", "inside")}
	of := func(company ...string) access.Person { return person("jane", map[string][]string{"company": company}) }
	number := access.Person{ID: groupless, DN: "CN=jane,OU=Staff,DC=corp", Attrs: map[string][]string{"level": {"seven"}}}
	outside := rules.Condition{Filter: "(!(company=Corp))"}
	tests := []struct {
		name   string
		deny   rules.Condition
		groups []access.Group
		person access.Person
		want   bool
		doubt  string
	}{
		{"everyone", rules.Condition{Everyone: true}, nil, of("Corp"), true, ""},
		{"a filter that holds", outside, nil, of("Other"), true, ""},
		{"a filter that fails", outside, nil, of("corp"), false, ""},
		{"a negation of what is absent", outside, nil, of(), true, ""},
		{"a filter that cannot be decided", rules.Condition{Filter: "(level>=5)"}, nil, number, false, "filter (level>=5) cannot be decided"},
		{"its negation", rules.Condition{Filter: "(!(level>=5))"}, nil, number, false, "cannot be decided"},
		{"undecided, of somebody whom another part lets in", rules.Condition{Group: "inside", Filter: "(level>=5)"}, []access.Group{inside}, number, false, ""},
		{"an attribute that no schema has", rules.Condition{Filter: "(!(compny=Corp))"}, nil, of("Other"), false, "attribute compny is not in the directory's schema"},
		{"in the group", rules.Condition{Group: "inside"}, []access.Group{inside}, person("jane", nil, 0), true, ""},
		{"not in the group", rules.Condition{Group: "inside"}, []access.Group{inside}, of(), false, ""},
		{"outside the group", rules.Condition{NotGroup: "inside"}, []access.Group{inside}, of(), true, ""},
		{"the group is missing", rules.Condition{NotGroup: "inside"}, nil, of(), false, `group "inside" (id corp:1) is gone`},
		{"the group is hidden", rules.Condition{NotGroup: "board"}, []access.Group{inside, hidden}, of(), false, "does not show its members"},
		{"two groups of the name", rules.Condition{Group: "INSIDE"}, twins, of(), false, `"INSIDE" is the name of 2 groups`},
		{"the group was made again", rules.Condition{NotGroup: "inside"}, remade, of(), false, "was deleted and made again"},
		{"below", rules.Condition{Under: "OU=Staff,DC=corp"}, nil, of(), true, ""},
		{"not below", rules.Condition{Under: "OU=Guests,DC=corp"}, nil, of(), false, ""},
		{"a DN that is none", rules.Condition{Under: "OU=Staff,DC=corp"}, nil, access.Person{DN: "jane"}, false, "is no distinguished name"},
		{"one of two parts", rules.Condition{Under: "OU=Staff,DC=corp", Filter: "(company=Other)"}, nil, of("Corp"), false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sn := &access.Snapshot{
				Groups: tt.groups, People: []access.Person{tt.person},
				Match: map[string]access.Match{"level": access.Integer}, Unknown: []string{"compny"},
			}
			bound := walled(t, nil, &tt.deny).Bind(sn, rules.Known{Groups: pin("inside", "1")})
			denied, doubt := bound.Denied(1, &sn.People[0])
			if denied != tt.want || !strings.Contains(doubt, tt.doubt) || (doubt == "") != (tt.doubt == "") {
				t.Errorf("got %t, %q; want %t, %q", denied, doubt, tt.want, tt.doubt)
			}
			if denied, doubt := bound.Denied(0, &sn.People[0]); denied || doubt != "" {
				t.Errorf("a wall without deny: got %t, %q, want nobody kept out", denied, doubt)
			}
		})
	}
}

// groupless is somebody who is in no group.
var groupless = access.PersonID{Source: "corp", ID: "jane"}

// TestDenials_AreReadAsRulesAre: what a wall looks at has to be read of people, and its
// groups are pinned.
func TestDenials_AreReadAsRulesAre(t *testing.T) {
	t.Parallel()
	set := walled(t, &rules.Condition{Filter: "(Company=x)"}, nil, &rules.Condition{NotGroup: "inside"})
	if diff := cmp.Diff([]string{"company"}, set.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"inside"}, set.Groups()); diff != "" || !set.NeedsGroups() {
		t.Errorf("groups are needed: %t, want so (-want +got):\n%s", set.NeedsGroups(), diff)
	}
	bound := set.Bind(&access.Snapshot{Groups: []access.Group{group("1", "inside")}}, rules.Known{})
	if diff := cmp.Diff(pin("inside", "1"), bound.Resolved()); diff != "" {
		t.Errorf("pins (-want +got):\n%s", diff)
	}
}

func TestCompile_RefusesWhatNoWallCanAsk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		deny rules.Condition
		want string
	}{
		{"nothing", rules.Condition{}, "walls[0].deny: the rule has no condition"},
		{"a pattern", rules.Condition{GroupLike: "ext-<firm>"}, "walls[0].deny.group_like: a wall does not hold once for each group"},
		{"a filter that is none", rules.Condition{Filter: "company"}, "walls[0].deny.filter: "},
		{"a DN that is none", rules.Condition{Under: "Staff"}, "walls[0].deny.under: "},
		{"everyone and more", rules.Condition{Everyone: true, Group: "a"}, "walls[0].deny.everyone: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Denials = []*rules.Condition{&tt.deny}
			_, problems := rules.Compile(nil, o)
			if got := texts(problems); len(got) != 1 || !strings.HasPrefix(got[0], tt.want) {
				t.Errorf("got %q, want one that begins with %q", got, tt.want)
			}
		})
	}
}

func TestLintAgainst_AWallInDoubt(t *testing.T) {
	t.Parallel()
	set := walled(t, nil, &rules.Condition{NotGroup: "inside"})
	got := texts(set.LintAgainst(&access.Snapshot{Taken: now}, rules.Known{}))
	want := []string{`walls[1].deny: group "inside" is not in the directory: correct the name, or add its base to directory.groups.bases; until then nobody is given anything behind this wall`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
