package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// unitOf is a unit of a directory below DC=corp.
func unitOf(source, id, dn string) access.Unit {
	return access.Unit{ID: access.GroupID{Source: source, ID: id}, DN: dn + "DC=corp"}
}

// below is somebody of a directory right below a place.
func below(source, place string) access.Person {
	p := person("jane", nil)
	p.ID.Source, p.DN = source, "CN=Jane,"+place+"DC=corp"
	return p
}

// TestP10_AnOUThatIsRenamedIsFollowed: a rule goes on to mean the unit that it has met under its name.
func TestP10_AnOUThatIsRenamedIsFollowed(t *testing.T) {
	t.Parallel()
	const text = "OU=Sales,DC=corp"
	domain, sales := unitOf("corp", "0", ""), unitOf("corp", "1", "OU=Sales,")
	sold, again := unitOf("corp", "1", "OU=Vertrieb,"), unitOf("corp", "2", "ou=sales, ")
	east, other := unitOf("corp", "3", "OU=East,OU=Vertrieb,"), unitOf("labs", "1", "OU=Sales,")
	met := map[string]access.GroupID{"under corp:" + text: sales.ID}
	const isNow = `the unit "OU=Sales,DC=corp" is "OU=Vertrieb,DC=corp" by now: write that`
	tests := []struct {
		name    string
		units   []access.Unit
		pins    map[string]access.GroupID
		person  access.Person
		want    string // given, not, or why the rule is held
		renamed []rules.Renaming
		learnt  map[string]access.GroupID
	}{
		{"met for the first time", []access.Unit{domain, sales}, nil, below("corp", "OU=Sales,"), "given", nil, met},
		{"as it was", []access.Unit{domain, sales}, met, below("corp", "OU=Sales,"), "given", nil, nil},
		{"no unit, such as a domain", []access.Unit{}, nil, below("corp", "OU=Sales,"), "given", nil, nil},
		{"units were not read", nil, met, below("corp", "OU=Sales,"), "given", nil, nil},
		{"renamed", []access.Unit{domain, sold}, met, below("corp", "OU=Vertrieb,"), "given", []rules.Renaming{{Rule: "r", Why: isNow}}, nil},
		{"renamed, further down", []access.Unit{domain, sold, east}, met, below("corp", "OU=East,OU=Vertrieb,"), "given", []rules.Renaming{{Rule: "r", Why: isNow}}, nil},
		{"renamed, and somebody else", []access.Unit{domain, sold}, met, below("corp", ""), "not", []rules.Renaming{{Rule: "r", Why: isNow}}, nil},
		{"renamed, and the server still shows the former name", []access.Unit{domain, sold}, met, below("corp", "OU=Sales,"), "lies below what the directory does not show", []rules.Renaming{{Rule: "r", Why: isNow}}, nil},
		{"renamed, and another has the name", []access.Unit{domain, sold, again}, met, below("corp", "OU=Sales,"), "and another (id corp:2) bears its name", nil, nil},
		{"made again", []access.Unit{domain, again}, met, below("corp", "OU=Sales,"), "was deleted and made again (id corp:1 is gone, the one that is there has corp:2)", nil, nil},
		{"gone", []access.Unit{domain}, met, below("corp", "OU=Sales,"), `the unit "OU=Sales,DC=corp" (id corp:1) is gone from the directory`, nil, nil},
		{"gone, and somebody else", []access.Unit{domain}, met, below("corp", ""), `(id corp:1) is gone`, nil, nil},
		{"renamed in one directory, of another somebody in", []access.Unit{domain, sold, other}, met, below("labs", "OU=Sales,"), "given", []rules.Renaming{{Rule: "r", Why: isNow}}, map[string]access.GroupID{"under labs:" + text: other.ID}},
		{"renamed in one directory, of another somebody out", []access.Unit{domain, sold, other}, met, below("labs", "OU=Vertrieb,"), "not", []rules.Renaming{{Rule: "r", Why: isNow}}, map[string]access.GroupID{"under labs:" + text: other.ID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, accountFor("r", rules.Condition{Under: " " + text}, ""))
			b := set.Bind(&access.Snapshot{People: []access.Person{tt.person}, Units: tt.units}, rules.Known{Groups: tt.pins})
			v := b.Evaluate(&tt.person, now)
			got := "not"
			if v.Account {
				got = "given"
			}
			if len(v.Held) > 0 {
				got = v.Held[0].Why
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if difference := cmp.Diff(tt.renamed, b.Renamed()); difference != "" {
				t.Errorf("renamed (-want +got):\n%s", difference)
			}
			if learnt := b.Resolved(); len(learnt)+len(tt.learnt) > 0 && !cmp.Equal(tt.learnt, learnt) {
				t.Errorf("learnt %v, want %v", learnt, tt.learnt)
			}
		})
	}
}

// TestP10_AnOUThatIsWrittenAnewMeansTheOneOfNow: that is the way out once one was made again.
func TestP10_AnOUThatIsWrittenAnewMeansTheOneOfNow(t *testing.T) {
	t.Parallel()
	jane := below("corp", "OU=Sales,")
	sn := &access.Snapshot{People: []access.Person{jane}, Units: []access.Unit{unitOf("corp", "2", "OU=Sales,")}}
	pins := map[string]access.GroupID{"under corp:OU=Sales,DC=corp": groupID("1")}
	v := compile(t, accountFor("r", rules.Condition{Under: "ou=Sales,DC=corp"}, "")).Bind(sn, rules.Known{Groups: pins}).Evaluate(&jane, now)
	if !v.Account || len(v.Held) > 0 {
		t.Errorf("got %+v, want the account", v)
	}
}

// TestP10_AnOUThatIsGoneDoesNotOpenAWall, nor close it: it cannot be told.
func TestP10_AnOUThatIsGoneLeavesAWallInDoubt(t *testing.T) {
	t.Parallel()
	o := options()
	o.Denials = []*rules.Condition{{Under: "OU=Sales,DC=corp"}}
	set, problems := rules.Compile([]rules.Rule{everyone("r", "/Departments")}, o)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	jane := below("corp", "OU=Sales,")
	pins := map[string]access.GroupID{"under corp:OU=Sales,DC=corp": groupID("1")}
	sn := &access.Snapshot{People: []access.Person{jane}, Units: []access.Unit{}}
	if denied, doubt := set.Bind(sn, rules.Known{Groups: pins}).Denied(0, &jane); denied || !strings.Contains(doubt, "is gone") {
		t.Errorf("got %v, %q; want a doubt", denied, doubt)
	}
	sn.Units = []access.Unit{unitOf("corp", "1", "OU=Vertrieb,")}
	renamed := set.Bind(sn, rules.Known{Groups: pins}).Renamed()
	if len(renamed) != 1 || !strings.HasPrefix(renamed[0].Why, `walls[0].deny: the unit "OU=Sales,DC=corp" is`) {
		t.Errorf("renamed %q, want the wall", renamed)
	}
}

// TestP10_ARenamedGroupIsTold with what it is called now, and only then.
func TestP10_ARenamedGroupIsTold(t *testing.T) {
	t.Parallel()
	set := compile(t, accountFor("in", rules.Condition{Group: "staff"}, ""), accountFor("out", rules.Condition{NotGroup: "CN=staff,OU=Groups,DC=corp"}, ""))
	pins := map[string]access.GroupID{"staff": groupID("1"), "CN=staff,OU=Groups,DC=corp": groupID("1")}
	tests := map[string]struct {
		group access.Group
		want  []string
	}{
		"as it was": {group("1", "Staff"), nil},
		"renamed": {group("1", "Employees"), []string{
			`in: the group "staff" is called "Employees" by now, and is CN=Employees,OU=Groups,DC=corp: write that`,
			`out: the group "CN=staff,OU=Groups,DC=corp" is called "Employees" by now, and is CN=Employees,OU=Groups,DC=corp: write that`,
		}},
		"moved": {access.Group{ID: groupID("1"), Name: "Staff", DN: "CN=Staff,DC=corp"}, []string{
			`out: the group "CN=staff,OU=Groups,DC=corp" is called "Staff" by now, and is CN=Staff,DC=corp: write that`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range set.Bind(&access.Snapshot{Groups: []access.Group{tt.group}}, rules.Known{Groups: pins}).Renamed() {
				got = append(got, r.Rule+": "+r.Why)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestWhySaysWhichUnitIsMeant by now.
func TestWhySaysWhichUnitIsMeant(t *testing.T) {
	t.Parallel()
	jane := below("corp", "OU=Vertrieb,")
	sn := &access.Snapshot{People: []access.Person{jane}, Units: []access.Unit{unitOf("corp", "1", "OU=Vertrieb,")}}
	pins := map[string]access.GroupID{"under corp:OU=Sales,DC=corp": groupID("1")}
	set := compile(t, accountFor("r", rules.Condition{Under: "OU=Sales,DC=corp"}, ""))
	part := set.Bind(sn, rules.Known{Groups: pins}).Explain(&jane, now)[0].Parts[0]
	want := []rules.Seen{{Attribute: "dn", Values: []string{jane.DN}}, {Attribute: "unit", Values: []string{"OU=Vertrieb,DC=corp"}}}
	if !part.Holds || !cmp.Equal(want, part.Seen) {
		t.Errorf("got %+v, want %+v", part, want)
	}
	sn.Units = []access.Unit{}
	if parts := set.Bind(sn, rules.Known{Groups: pins}).Explain(&jane, now)[0].Parts; len(parts) > 0 {
		t.Errorf("got %+v of a unit that is gone, want nothing", parts)
	}
}
