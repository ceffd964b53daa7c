package sync_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// whySurvey has one person, in an inner group, and a folder that was moved.
func whySurvey() kwsync.Survey {
	const as = "svc@corp.example"
	id := func(id string) access.GroupID { return access.GroupID{Source: "corp", ID: id} }
	return kwsync.Survey{
		Snapshot: &access.Snapshot{
			People: []access.Person{{
				ID: access.PersonID{Source: "corp", ID: "p1"}, DN: "cn=Ann,dc=corp", Email: "ann@corp.example", Name: "Ann", Standing: access.Active,
				Attrs: map[string][]string{"ends": {"2026-01-01"}}, Groups: []int32{0, 1},
			}},
			Groups: []access.Group{{ID: id("g1"), Name: "inner", Within: []int32{1}}, {ID: id("g2"), Name: "outer"}},
		},
		Catalog: &access.Catalog{
			Roles:   []access.Role{{ID: "1", Name: "Viewer", Rank: 1}, {ID: "2", Name: "Manager", Rank: 2}},
			Folders: []access.Folder{{ID: "f1", As: as, Path: "/A/Moved"}, {ID: "f2", As: as, Path: "/A/Named"}},
		},
		Folders: map[access.Place]string{{As: as, Path: "/A/Old"}: "f1"},
	}
}

func TestExplain_KeepsWhatConcernsTheFolder(t *testing.T) {
	t.Parallel()
	rule := func(name string, when rules.Condition, g rules.Grant) rules.Rule {
		return rules.Rule{Name: name, When: when, Grants: []rules.Grant{g}}
	}
	all, outer := rules.Condition{Everyone: true}, rules.Condition{Group: "outer"}
	set, problems := rules.Compile([]rules.Rule{
		rule("old", all, rules.Grant{Folder: "/A/Old", Role: "Viewer"}),
		rule("moved", outer, rules.Grant{Folder: "/A/Moved", Role: "Manager"}),
		rule("id", all, rules.Grant{FolderID: "f2", Role: "Viewer"}),
		rule("over", all, rules.Grant{Folder: "/A/Over", Role: "Viewer", Until: &rules.Date{From: "ends", IfEmpty: rules.Deny}}),
		rule("unknown", all, rules.Grant{Folder: "/A/{{ .none }}", Role: "Viewer"}),
		rule("elsewhere", all, rules.Grant{Folder: "/B", Role: "Viewer"}),
	}, rules.Options{Identities: []string{"svc@corp.example"}, DefaultAs: "svc@corp.example", Roots: []access.Path{"/A", "/B"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	type folder struct {
		Rules  []string
		Claims map[access.Path][]string
	}
	tests := map[access.Path]folder{
		"":          {[]string{"old", "moved", "id", "over", "unknown", "elsewhere"}, map[access.Path][]string{"/A/Moved": {"moved", "old"}, "/A/Named": {"id"}, "/B": {"elsewhere"}}},
		"/A/Old":    {[]string{"old", "unknown"}, map[access.Path][]string{"/A/Moved": {"old"}}},
		"/a/moved":  {[]string{"old", "moved", "unknown"}, map[access.Path][]string{"/A/Moved": {"moved", "old"}}},
		"/A/Named":  {[]string{"id", "unknown"}, map[access.Path][]string{"/A/Named": {"id"}}},
		"/A/Over/X": {[]string{"over", "unknown"}, map[access.Path][]string{}},
		"/C":        {nil, map[access.Path][]string{}},
	}
	for path, want := range tests {
		t.Run(string(path), func(t *testing.T) {
			t.Parallel()
			why, err := kwsync.Explain(set, whySurvey(), kwsync.Question{Person: "CN=ann,dc=corp", Folder: path}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
			if err != nil || len(why.Answers) != 1 {
				t.Fatalf("got %d answers, error %v", len(why.Answers), err)
			}
			got := folder{Claims: map[access.Path][]string{}}
			for _, r := range why.Answers[0].Rules {
				got.Rules = append(got.Rules, r.Rule)
			}
			for _, s := range why.Answers[0].Spots {
				for _, c := range s.Claims {
					got.Claims[s.Path] = append(got.Claims[s.Path], c.Rule)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			ways := map[access.GroupID][]string{{Source: "corp", ID: "g1"}: {"inner"}, {Source: "corp", ID: "g2"}: {"inner", "outer"}}
			if diff := cmp.Diff(ways, why.Answers[0].Ways); diff != "" {
				t.Errorf("ways (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhy_TellsWhatIsOursFromWhatIsNot(t *testing.T) {
	t.Parallel()
	const key = "f-fin"
	given := func(role, origin string) []access.Grant {
		return []access.Grant{{Account: "u-ann", Folder: key, Role: role, Origin: origin}}
	}
	owned := map[plan.GrantKey]access.Owned{{Account: "u-ann", Folder: key}: {Person: id("ann"), Role: "Viewer"}}
	lost := map[plan.GrantKey]access.Owned{{Account: "u-ann", Folder: key}: {Person: id("ann"), Role: "Viewer", Lost: "removed by somebody else"}}
	tests := []struct {
		name   string
		grants []access.Grant
		owned  map[plan.GrantKey]access.Owned
		want   kwsync.Spot // of it has, inherited, ours and stronger
		note   string
	}{
		{"ours", given("Viewer", ""), owned, kwsync.Spot{Has: "Viewer", Ours: true}, ""},
		{"by hand", given("Viewer", ""), nil, kwsync.Spot{Has: "Viewer"}, ""},
		{"more, by hand", given("Collaborator", ""), nil, kwsync.Spot{Has: "Collaborator", Stronger: true}, ""},
		{"from above", given("Viewer", "f-dep"), owned, kwsync.Spot{Has: "Viewer", Inherited: true}, ""},
		{
			"ours, and made another since", given("Collaborator", ""), owned,
			kwsync.Spot{Has: "Collaborator", Stronger: true},
			"had Viewer on /Dep/Fin from us: made Collaborator by somebody else",
		},
		{"lost, and the same by hand", given("Viewer", ""), lost, kwsync.Spot{Has: "Viewer"}, ""},
		{"ours, and taken away", nil, owned, kwsync.Spot{}, "had Viewer on /Dep/Fin from us: removed by somebody else" +
			"had Viewer on /Dep/Fin from us, and somebody else has removed it since: it is not given again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").person("bob", "IT").account("ann").folder(key, "/Dep/Fin")
			s.state.Grants = tt.grants
			s.memory.Owned = tt.owned
			planner := s.runner(t).Planner
			why, err := planner.Why(t.Context(), kwsync.Question{Person: "ann@corp.example", Folder: "/Dep/Fin"})
			if err != nil || len(why.Answers) != 1 || len(why.Answers[0].Spots) != 1 {
				t.Fatalf("got %+v, error %v; want one answer with one folder", why, err)
			}
			tt.want.Path, tt.want.As, tt.want.There, tt.want.Read = "/Dep/Fin", as, true, true
			tt.want.Claims = []kwsync.Claim{{Rule: "staff", Role: "Viewer", Rank: 1}}
			a := why.Answers[0]
			if diff := cmp.Diff(tt.want, a.Spots[0]); diff != "" {
				t.Errorf("folder (-want +got):\n%s", diff)
			}
			note := ""
			for _, n := range a.Now.Notes {
				note += n.Why
			}
			if note != tt.note || len(a.Now.Changes) > 0 {
				t.Errorf("noted %q, %d changes; want %q and none", note, len(a.Now.Changes), tt.note)
			}
			reads := []string{"recall", "refresh", "catalog", "observe"}
			if tt.grants == nil && tt.owned != nil {
				reads = append(reads, "confirm") // the list may have lacked it
			}
			if diff := cmp.Diff(reads, s.events); diff != "" {
				t.Errorf("it did (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhy_ShowsWhatNoRuleAsksForAnyMore: what is left over is somebody's access,
// too. While something is held it is shown, and not said to be left over.
func TestWhy_ShowsWhatNoRuleAsksForAnyMore(t *testing.T) {
	t.Parallel()
	const old = "f-old"
	left := []kwsync.Spot{{Path: "/Dep/Old", As: as, Has: "Viewer", Ours: true}}
	tests := []struct {
		name       string
		department string
		folder     access.Path
		owner      string
		other      rules.Rule
		forgotten  bool // the catalog lacks the folder: no rule leads there
		want       []kwsync.Spot
		open       string // why it is not known whether a rule asks for it
	}{
		{name: "everywhere", department: "Fin", owner: "ann", want: left},
		{name: "on the folder", department: "Fin", folder: "/dep/old/2025", owner: "ann", want: left},
		{name: "known by its pin alone", department: "Fin", folder: "/Dep/Old", owner: "ann", forgotten: true, want: left},
		{name: "on another folder", department: "Fin", folder: "/Dep/Fin", owner: "ann"},
		{name: "of another person", department: "Fin", owner: "bob"},
		{name: "a rule asks for it", department: "Old", owner: "ann"},
		{name: "a rule is held", department: "", owner: "ann", want: left, open: "rule staff: department: a folder name is empty"},
		{name: "a rule is frozen", department: "Fin", owner: "ann", other: rules.Rule{Name: "old", When: rules.Condition{Group: "gone"}, Grants: []rules.Grant{{Folder: "/Dep/Old", Role: "Viewer"}}}, want: left, open: `rule old: group "gone" is not in the directory: correct the name, or add its base to directory.groups.bases`},
		{name: "a rule is blocked", department: "Fin", owner: "ann", other: rules.Rule{Name: "old", When: rules.Condition{Everyone: true}, Grants: []rules.Grant{{Folder: "/Dep/Fin", Role: "Unheard"}}}, want: left, open: `rule old: the server has no role "Unheard": it offers Collaborator, Viewer`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", tt.department).account("ann").folder("f-fin", "/Dep/Fin")
			if tt.other.Name != "" {
				s.rules = append(s.rules, tt.other)
			}
			if s.memory.Folders[access.Place{As: as, Path: "/Dep/Old"}] = old; !tt.forgotten {
				s.folder(old, "/Dep/Old")
			}
			s.memory.Owned[plan.GrantKey{Account: "u-ann", Folder: old}] = access.Owned{Person: id(tt.owner), Account: "u-ann", Folder: old, As: as, Role: "Viewer"}
			planner := s.runner(t).Planner
			why, err := planner.Why(t.Context(), kwsync.Question{Person: "ann@corp.example", Folder: tt.folder})
			if err != nil || len(why.Answers) != 1 {
				t.Fatalf("got %+v, error %v; want one answer", why, err)
			}
			want := slices.Clone(tt.want)
			for i := range want {
				want[i].Open = tt.open
			}
			if diff := cmp.Diff(want, why.Answers[0].Now.Left); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
		})
	}
}
