package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestBind_FindsTheGroupThatARuleMeans(t *testing.T) {
	t.Parallel()
	staff, twin := group("1", "Staff"), access.Group{ID: groupID("2"), Name: "staff", DN: "CN=Staff,OU=Old,DC=corp"}
	comma := access.Group{ID: groupID("3"), Name: "Board, Top", DN: `CN=Board\, Top,OU=Groups,DC=corp`}
	renamed := access.Group{ID: groupID("1"), Name: "Employees", DN: "CN=Employees,OU=Groups,DC=corp"}
	hidden := access.Group{ID: groupID("1"), Name: "Staff", DN: staff.DN, Hidden: true}
	tests := []struct {
		name, group string
		groups      []access.Group
		pins        map[string]access.GroupID
		want        string // id; "": held
		why         string
	}{
		{"by name", "staff", []access.Group{staff, comma}, nil, "1", ""},
		{"by DN", "CN=Staff,OU=Groups,DC=corp", []access.Group{staff, twin}, nil, "1", ""},
		{"by DN, spelt otherwise", "cn = staff , ou=groups;dc=CORP", []access.Group{staff, twin}, nil, "1", ""},
		{"by DN, escaped otherwise", `cn=board\2C top,ou=groups,dc=corp`, []access.Group{comma}, nil, "3", ""},
		{"name that looks like a DN", "a=b", []access.Group{group("4", "a=b")}, nil, "4", ""},
		{"missing", "staff", []access.Group{comma}, nil, "", `group "staff" is not in the directory`},
		{"missing DN", "CN=Staff,DC=corp", []access.Group{staff}, nil, "", "is not in the directory"},
		{"ambiguous", "staff", []access.Group{staff, twin}, nil, "", "is the name of 2 groups (CN=Staff,OU=Groups,DC=corp; CN=Staff,OU=Old,DC=corp): name the one you mean by its DN"},
		{"pinned", "staff", []access.Group{staff}, pin("staff", "1"), "1", ""},
		{"pinned, a second of that name appears", "staff", []access.Group{staff, twin}, pin("staff", "1"), "1", ""},
		{"pinned and renamed", "staff", []access.Group{renamed}, pin("staff", "1"), "1", ""},
		{"pinned and renamed, the name taken by another", "staff", []access.Group{renamed, twin}, pin("staff", "1"), "", "was renamed to CN=Employees,OU=Groups,DC=corp and the name now belongs to CN=Staff,OU=Old,DC=corp"},
		{"pinned and made again", "staff", []access.Group{twin}, pin("staff", "1"), "", "was deleted and made again (id corp:1 is gone"},
		{"hidden", "staff", []access.Group{hidden}, pin("staff", "1"), "", `group "staff", or a group in it, does not show its members`},
		{"pinned and gone", "staff", []access.Group{comma}, pin("staff", "1"), "", "group \"staff\" (id corp:1) is gone from the directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, accountFor("r", rules.Condition{Group: tt.group}, ""), accountFor("r2", rules.Condition{NotGroup: tt.group}, ""))
			member := person("jane", nil)
			for i := range tt.groups {
				if tt.groups[i].ID == groupID(tt.want) {
					member.Groups = []int32{int32(i)}
				}
			}
			b := set.Bind(&access.Snapshot{People: []access.Person{member}, Groups: tt.groups}, rules.Known{Groups: tt.pins})
			v := b.Evaluate(&member, now)
			if tt.why != "" {
				checkFrozen(t, b, v, tt.why)
				return
			}
			if !v.Account || len(v.Held) > 0 || len(b.Problems()) > 0 {
				t.Errorf("got %+v, problems %v; want the member to match", v, b.Problems())
			}
			want := map[string]access.GroupID{}
			if tt.pins == nil {
				want[tt.group] = groupID(tt.want)
			}
			if diff := cmp.Diff(want, b.Resolved()); diff != "" {
				t.Errorf("new pins (-want +got):\n%s", diff)
			}
		})
	}
}

// Two directories may have groups of one name, and even of one DN. The name of
// its directory before it says which is meant.
func TestBind_TellsTheGroupsOfTwoDirectoriesApart(t *testing.T) {
	t.Parallel()
	in := func(source, name, dn string) access.Group {
		return access.Group{ID: access.GroupID{Source: source, ID: name}, Name: name, DN: dn}
	}
	corp, ext := in("corp", "Staff", "CN=Staff,DC=example"), in("ext", "Staff", "CN=Staff,DC=example")
	colon := in("ext", "corp:staff", "CN=corp:staff,DC=example")
	const both = "(corp:CN=Staff,DC=example; ext:CN=Staff,DC=example): name the one you mean by its directory and DN, as they stand here"
	tests := []struct {
		name, group string
		groups      []access.Group
		pins        map[string]access.GroupID
		want        string // source:name; "": held
		why         string
	}{
		{"a name in both", "staff", []access.Group{corp, ext}, nil, "", `group "staff" is the name of 2 groups ` + both},
		{"a DN in both", "cn=staff,dc=example", []access.Group{corp, ext}, nil, "", "is the name of 2 groups " + both},
		{"a name in both, pinned", "staff", []access.Group{corp, ext}, map[string]access.GroupID{"staff": ext.ID}, "ext:Staff", ""},
		{"a name in one", "staff", []access.Group{ext}, nil, "ext:Staff", ""},
		{"directory and name", "ext:staff", []access.Group{corp, ext}, nil, "ext:Staff", ""},
		{"directory and DN", "EXT: cn = staff, dc = example", []access.Group{corp, ext}, nil, "ext:Staff", ""},
		{"directory and DN of the other", "ext:CN=Staff,DC=example", []access.Group{corp}, nil, "", "is not in the directory"},
		{"a name with a colon", "corp:staff", []access.Group{colon}, nil, "ext:corp:staff", ""},
		{"a name with a colon that could be a directory's", "corp:staff", []access.Group{corp, colon}, nil, "", "is the name of 2 groups"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, accountFor("r", rules.Condition{Group: tt.group}, ""))
			b := set.Bind(&access.Snapshot{Groups: tt.groups}, rules.Known{Groups: tt.pins})
			for i, g := range tt.groups {
				member := person("jane", nil, int32(i))
				if got, want := b.Evaluate(&member, now).Account, g.ID.String() == tt.want; got != want {
					t.Errorf("a member of %s matches: %v, want %v", g.ID, got, want)
				}
			}
			if p := b.Problems(); len(p) > 0 != (tt.want == "") || len(p) > 0 && !strings.Contains(p[0].Why, tt.why) {
				t.Errorf("problems %v, want %q", p, tt.why)
			}
		})
	}
}

func pin(name, id string) map[string]access.GroupID {
	return map[string]access.GroupID{name: groupID(id)}
}

// checkFrozen wants both rules held, for the person and in the problems, and no pin.
func checkFrozen(t *testing.T, b *rules.Bound, v access.Verdict, why string) {
	t.Helper()
	if v.Account || len(v.Held) != 2 || !strings.Contains(v.Held[0].Why, why) {
		t.Errorf("got %+v, want both rules held because %q", v, why)
	}
	if diff := cmp.Diff(v.Held, b.Problems()); diff != "" {
		t.Errorf("problems (-held +problems):\n%s", diff)
	}
	if len(b.Resolved()) > 0 {
		t.Errorf("pins %v from a group that was not found", b.Resolved())
	}
}

func TestBind_NamesBothGroupsOfARule(t *testing.T) {
	t.Parallel()
	set := compile(t, accountFor("r", rules.Condition{Group: "a", NotGroup: "b"}, ""))
	problems := set.Bind(&access.Snapshot{}, rules.Known{}).Problems()
	if len(problems) != 1 || !strings.Contains(problems[0].Why, `"a"`) || !strings.Contains(problems[0].Why, `"b"`) {
		t.Errorf("got %v, want one problem that names a and b", problems)
	}
}

func TestBind_FreezesARuleThatLooksAtWhatNoDirectoryKnows(t *testing.T) {
	t.Parallel()
	set := compile(t,
		accountFor("misspelt", rules.Condition{Filter: "(&(employeeType=staff)(!(employeeStatsu=left)))"}, ""),
		accountFor("right", rules.Condition{Filter: "(employeeType=staff)"}, ""),
	)
	jane := person("jane", map[string][]string{"employeetype": {"staff"}})
	sn := &access.Snapshot{People: []access.Person{jane}, Unknown: []string{"employeestatsu"}}
	b := set.Bind(sn, rules.Known{})
	problems := b.Problems()
	if len(problems) != 1 || problems[0].Rule != "misspelt" || !strings.Contains(problems[0].Why, "employeestatsu is not in the directory's schema") {
		t.Errorf("got %+v, want the misspelt rule to be held", problems)
	}
	if v := b.Evaluate(&jane, time.Time{}); !v.Account || len(v.Causes) != 1 || v.Causes[0].Rule != "right" {
		t.Errorf("got %+v, want an account by the other rule alone", v)
	}
}
