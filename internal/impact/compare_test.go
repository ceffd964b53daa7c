package impact_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/impact"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const as = "folders@corp.example"

// world is ann, bo and cy, who is in the group night and has two towns; /Dep/Fin and three roles.
func world() impact.World {
	person := func(id string, groups []int32, towns ...string) access.Person {
		return access.Person{
			ID: access.PersonID{Source: "corp", ID: id}, DN: "uid=" + id, Email: access.Email(id + "@corp.example"), Name: strings.ToUpper(id),
			Standing: access.Active, Attrs: map[string][]string{"l": towns, "uid": {id}}, Groups: groups,
		}
	}
	return impact.World{
		Snapshot: &access.Snapshot{
			Taken:  time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC),
			People: []access.Person{person("ann", nil, "Graz"), person("bo", nil, "Linz"), person("cy", []int32{0}, "Graz", "Linz")},
			Groups: []access.Group{{ID: access.GroupID{Source: "corp", ID: "1"}, Name: "night", DN: "cn=night"}},
		},
		Catalog: &access.Catalog{
			Roles:    []access.Role{{ID: "1", Name: "Viewer", Rank: 1}, {ID: "2", Name: "Manager", Rank: 7}, {ID: "3", Name: "Uploader", Rank: 3}},
			Profiles: []access.Profile{{ID: "1", Name: "Standard"}, {ID: "2", Name: "Guest"}},
			Folders:  []access.Folder{{ID: "f1", As: as, Path: "/Dep/Fin"}},
		},
	}
}

func grant(name, filter, folder, role string) rules.Rule {
	return rules.Rule{Name: name, When: rules.Condition{Filter: filter}, Grants: []rules.Grant{{Folder: folder, Role: role, Create: true}}}
}

func account(name, filter string, a rules.Account) rules.Rule {
	return rules.Rule{Name: name, When: rules.Condition{Filter: filter}, Account: &a}
}

func judge(t *testing.T, list []rules.Rule) impact.Side {
	t.Helper()
	set, problems := rules.Compile(list, rules.Options{Identities: []string{as}, DefaultAs: as, Roots: []access.Path{"/Dep"}})
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	return impact.Judge(set, world())
}

// lines are the changes, a line for each.
func lines(r impact.Report) []string {
	var out []string
	for _, c := range r.Changes {
		var who []string
		for _, p := range c.People {
			who = append(who, p.ID.ID)
		}
		line := fmt.Sprintf("%s %s %s %s>%s by %s: %s", c.What, c.Way, c.Folder.Path, c.From, c.To, strings.Join(c.Rules, "+"), strings.Join(who, " "))
		if c.Note != "" {
			line += " (" + c.Note + ")"
		}
		out = append(out, line)
	}
	return out
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const all, graz, linz, cy = "(uid=*)", "(l=Graz)", "(l=Linz)", "(uid=cy)"
	viewers := grant("v", all, "/Dep/Fin", "Viewer")
	own := grant("own", all, "/Dep/{{ .l }}", "Viewer")
	towns := grant("own", all, "/Dep/{{ .l | first }}", "Viewer")
	lost := rules.Rule{Name: "v", When: rules.Condition{Group: "nobody"}, Grants: viewers.Grants}
	night := rules.Rule{Name: "night", When: rules.Condition{Group: "night"}, Account: &rules.Account{}}
	tests := []struct {
		name         string
		older, newer []rules.Rule
		want         []string
		totals       impact.Counts
	}{
		{"nothing", []rules.Rule{viewers}, []rules.Rule{viewers}, nil, impact.Counts{}},
		{"the same by another rule", []rules.Rule{viewers}, []rules.Rule{grant("g", graz, "/dep/fin/", "viewer"), grant("l", linz, "/Dep/Fin", "Viewer")}, nil, impact.Counts{}},
		{"what is weaker than what there is", []rules.Rule{grant("m", all, "/Dep/Fin", "Manager")}, []rules.Rule{grant("m", all, "/Dep/Fin", "Manager"), viewers}, nil, impact.Counts{}},
		{
			"a folder, stronger and weaker",
			[]rules.Rule{viewers, grant("m", cy, "/Dep/Fin", "Manager")},
			[]rules.Rule{viewers, grant("u", graz, "/Dep/Fin", "Uploader"), grant("n", linz, "/Dep/New", "Viewer")},
			[]string{
				"folder stronger /Dep/Fin Viewer>Uploader by u: ann", "folder weaker /Dep/Fin Manager>Uploader by m: cy",
				"folder gains /Dep/New >Viewer by n: bo cy",
			},
			impact.Counts{Touched: 3, Gain: 3, Lose: 1},
		},
		{
			"lost",
			[]rules.Rule{viewers, night},
			[]rules.Rule{grant("v", linz, "/Dep/Fin", "Viewer")},
			[]string{"account loses  > by night: cy", "folder loses /Dep/Fin Viewer> by v: ann"},
			impact.Counts{Touched: 2, Lose: 2},
		},
		{
			"a role that nobody knows",
			[]rules.Rule{viewers},
			[]rules.Rule{grant("v", graz, "/Dep/Fin", "Boss"), grant("w", "(uid=bo)", "/Dep/Fin", "Viewer")},
			[]string{`folder differs /Dep/Fin Viewer>Boss by v: ann cy (the server has no role "Boss": it offers Manager, Uploader, Viewer)`},
			impact.Counts{Touched: 2, Change: 2},
		},
		{
			"an account and how it is",
			[]rules.Rule{account("a", graz, rules.Account{Profile: "Standard"})},
			[]rules.Rule{account("b", all, rules.Account{Profile: "Guest", Name: "{{ .uid }}", Notify: true})},
			[]string{
				"account gains  >Guest by b: bo", "profile differs  Standard>Guest by b: ann cy",
				"name differs  ANN>ann by b: ann", "name differs  CY>cy by b: cy", "mail gains  > by b: ann cy",
			},
			impact.Counts{Touched: 3, Gain: 1, Anew: 2},
		},
		{
			"a folder that is not there",
			[]rules.Rule{viewers},
			[]rules.Rule{viewers, {Name: "w", When: rules.Condition{Filter: graz}, Grants: []rules.Grant{{Folder: "/Dep/Nowhere", Role: "Viewer"}}}},
			[]string{"folder gains /Dep/Nowhere >Viewer by w: ann cy (no such folder is known of folders@corp.example, and the rule does not say create: true)"},
			impact.Counts{Touched: 2, Doubt: 2},
		},
		{
			"held for one",
			[]rules.Rule{towns},
			[]rules.Rule{own},
			[]string{"folder waits /Dep/Graz Viewer> by own: cy", "hold gains  > by own: cy (l has 2 values: Graz, Linz)"},
			impact.Counts{Touched: 1, Wait: 1, Held: 1},
		},
		{
			"held no longer",
			[]rules.Rule{own},
			[]rules.Rule{towns},
			[]string{"folder gains /Dep/Graz >Viewer by own: cy", "hold loses  > by own: cy (l has 2 values: Graz, Linz)"},
			impact.Counts{Touched: 1, Gain: 1, Released: 1},
		},
		{
			"held for everybody, and given by another rule less",
			[]rules.Rule{grant("v", all, "/Dep/Fin", "Manager")},
			[]rules.Rule{lost, grant("w", graz, "/Dep/Fin", "Viewer")},
			[]string{
				"folder waits /Dep/Fin Manager> by v: bo", "folder waits /Dep/Fin Manager>Viewer by v: ann cy",
				`hold gains  > by v: ann bo cy (group "nobody" is not in the directory: correct the name, or add its base to directory.groups.bases)`,
			},
			impact.Counts{Touched: 3, Wait: 3, Held: 3},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := impact.Compare(judge(t, tt.older), judge(t, tt.newer))
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Totals != tt.totals || got.Different() != (tt.want != nil) {
				t.Errorf("got %+v, want %+v", got.Totals, tt.totals)
			}
		})
	}
}

func TestCompareCountsByRule(t *testing.T) {
	t.Parallel()
	viewer, old := grant("v", "(uid=*)", "/Dep/Fin", "Viewer"), grant("old", "(l=Linz)", "/Dep/Old", "Viewer")
	fresh, idle := grant("new", "(l=Linz)", "/Dep/New", "Viewer"), grant("idle", "(l=Wels)", "/Dep/Wels", "Viewer")
	got := impact.Compare(judge(t, []rules.Rule{old, viewer}), judge(t, []rules.Rule{viewer, idle, fresh})).Rules
	want := []impact.Rule{
		{Name: "idle", Added: true},
		{Name: "new", Added: true, Counts: impact.Counts{Touched: 2, Gain: 2}},
		{Name: "old", Gone: true, Counts: impact.Counts{Touched: 2, Lose: 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
