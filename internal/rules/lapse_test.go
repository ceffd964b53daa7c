package rules_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// TestEvaluate_LapsedIsWhatHasEndedByADate: what ends by one that was written down is told apart
// from what ends for any other reason.
func TestEvaluate_LapsedIsWhatHasEndedByADate(t *testing.T) {
	t.Parallel()
	date := func(attribute string, ifEmpty rules.IfEmpty) *rules.Date {
		return &rules.Date{From: attribute, IfEmpty: ifEmpty}
	}
	until := func(attribute string) rules.Grant {
		return rules.Grant{Folder: "/Departments/" + attribute, Role: "Viewer", Until: date(attribute, rules.Deny)}
	}
	grants := func(name string, all ...rules.Grant) rules.Rule {
		return rules.Rule{Name: name, When: rules.Condition{Everyone: true}, Grants: all}
	}
	like := func(r rules.Rule) rules.Rule { r.When = rules.Condition{GroupLike: "proj-<project>-rw"}; return r }
	visible, hidden := []access.Group{group("1", "proj-a-rw"), group("2", "proj-b/c-rw")}, group("3", "proj-secret-rw")
	hidden.Hidden = true
	plain := rules.Grant{Folder: "/Departments/All", Role: "Viewer"}
	early := rules.Grant{Folder: "/Departments/Early", Role: "Viewer", From: date("future", rules.Deny)}
	both := rules.Grant{Folder: "/Departments/Both", Role: "Viewer", From: date("future", rules.Deny), Until: date("past", rules.Deny)}
	ofGroup := rules.Grant{Folder: "/Departments/{{ .project }}", Role: "Viewer"}
	nowhere := rules.Grant{Folder: "/Departments/{{ .none }}", Role: "Viewer"}
	tests := []struct {
		name   string
		rules  []rules.Rule
		in     []int32
		groups []access.Group
		want   []string
	}{
		{"without a date", []rules.Rule{grants("a", plain)}, nil, nil, nil},
		{"the end has come", []rules.Rule{grants("a", until("past"))}, nil, nil, []string{"a on /Departments/past"}},
		{"it comes at this very moment", []rules.Rule{grants("a", until("present"))}, nil, nil, []string{"a on /Departments/present"}},
		{"the end is still to come", []rules.Rule{grants("a", until("future"))}, nil, nil, nil},
		{"the beginning is still to come", []rules.Rule{grants("a", early)}, nil, nil, nil},
		{"the end has come, and another beginning is entered", []rules.Rule{grants("a", both)}, nil, nil, []string{"a on /Departments/Both"}},
		{"there is no date", []rules.Rule{grants("a", until("none"))}, nil, nil, nil},
		{"the end never comes", []rules.Rule{grants("a", until("never"))}, nil, nil, nil},
		{"of one grant of two", []rules.Rule{grants("a", plain, until("past"))}, nil, nil, []string{"a on /Departments/past"}},
		{"of two grants", []rules.Rule{grants("a", until("past"), until("present"))}, nil, nil, []string{"a on /Departments/past", "a on /Departments/present"}},
		{"of several rules", []rules.Rule{grants("b", until("past")), grants("c", until("future")), grants("a", until("past"))}, nil, nil, []string{"b on /Departments/past", "a on /Departments/past"}},
		{"where that was cannot be told any more", []rules.Rule{grants("a", rules.Grant{Folder: "/Departments/{{ .none }}", Role: "Viewer", Until: date("past", rules.Deny)}, plain)}, nil, nil, nil},
		{"the rule does not apply", []rules.Rule{{Name: "a", When: rules.Condition{Filter: "(x=y)"}, Grants: []rules.Grant{until("past")}}}, nil, nil, nil},
		{"the rule is held for the person", []rules.Rule{grants("a", until("past"), nowhere)}, nil, nil, nil},
		{"the rule is held, the end being behind", []rules.Rule{grants("a", nowhere, until("past"))}, nil, nil, nil},
		{"the rule is frozen", []rules.Rule{{Name: "a", When: rules.Condition{Group: "missing"}, Grants: []rules.Grant{until("past")}}}, nil, nil, nil},
		{"a held rule takes nothing from the next", []rules.Rule{grants("a", until("past"), nowhere), grants("b", until("past"))}, nil, nil, []string{"b on /Departments/past"}},
		{"for a group", []rules.Rule{like(grants("a", ofGroup, until("past")))}, []int32{0}, visible, []string{"a on /Departments/past"}},
		{"for no group", []rules.Rule{like(grants("a", ofGroup, until("past")))}, nil, visible, nil},
		{"held for another group", []rules.Rule{like(grants("a", ofGroup, until("past")))}, []int32{0, 1}, visible, nil},
		{"held for a group that does not show its members", []rules.Rule{like(grants("a", ofGroup, until("past")))}, []int32{0}, append(visible, hidden), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jane := person("jane", map[string][]string{
				"past": {"2026-06-01"}, "present": {now.Format("20060102150405Z")}, "future": {"2026-07-01"}, "never": {"0"},
			}, tt.in...)
			v := decide(compile(t, tt.rules...), &access.Snapshot{People: []access.Person{jane}, Groups: tt.groups})
			if diff := cmp.Diff(tt.want, lapsed(v)); diff != "" {
				t.Errorf("lapsed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvaluate_ARuleLapsesWhenItsGrantIsDue: the moment that Next tells is the one
// from which the rule has lapsed, the end of the day where the configuration lives.
func TestEvaluate_ARuleLapsesWhenItsGrantIsDue(t *testing.T) {
	t.Parallel()
	r := everyone("a", "/Departments/A")
	r.Grants[0].Until = &rules.Date{From: "ends", IfEmpty: rules.Deny}
	jane := person("jane", map[string][]string{"ends": {"2026-06-20"}})
	o := options()
	o.Location = time.FixedZone("Vienna, in summer", 2*60*60)
	set, problems := rules.Compile([]rules.Rule{r}, o)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	b := set.Bind(&access.Snapshot{People: []access.Person{jane}}, rules.Known{})
	due := b.Evaluate(&jane, now).Next
	if want := time.Date(2026, 6, 20, 22, 0, 0, 0, time.UTC); !due.Equal(want) {
		t.Errorf("due at %s, want %s", due, want)
	}
	for _, tt := range []struct {
		at   time.Time
		want []string
	}{{due.Add(-time.Nanosecond), nil}, {due, []string{"a on /Departments/A"}}} {
		v := b.Evaluate(&jane, tt.at)
		if diff := cmp.Diff(tt.want, lapsed(v)); diff != "" || len(v.Wishes) > 0 == (tt.want != nil) {
			t.Errorf("at %s: %d wishes, lapsed (-want +got):\n%s", tt.at, len(v.Wishes), diff)
		}
	}
}

// lapsed is by which rules something has lapsed and where, each once.
func lapsed(v access.Verdict) (all []string) {
	for _, w := range v.Lapsed {
		if text := w.Cause.Rule + " on " + string(w.Place.Path); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
