package rules_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestEvaluate_Condition(t *testing.T) {
	t.Parallel()
	groups := []access.Group{group("1", "staff"), group("2", "contractors")}
	finance := map[string][]string{"department": {"Finance", "Sales"}, "room": {"a"}}
	tests := []struct {
		name   string
		when   rules.Condition
		person access.Person
		want   bool
	}{
		{"everyone", rules.Condition{Everyone: true}, person("p", nil), true},
		{"in the group", rules.Condition{Group: "staff"}, person("p", nil, 0), true},
		{"in another group", rules.Condition{Group: "staff"}, person("p", nil, 1), false},
		{"not in the group", rules.Condition{NotGroup: "contractors"}, person("p", nil, 0), true},
		{"in the excluded group", rules.Condition{NotGroup: "contractors"}, person("p", nil, 0, 1), false},
		{"both", rules.Condition{Group: "staff", NotGroup: "contractors"}, person("p", nil, 0), true},
		{"both, excluded", rules.Condition{Group: "staff", NotGroup: "contractors"}, person("p", nil, 0, 1), false},
		{"filter, in another case", rules.Condition{Filter: "(Department=finance)"}, person("p", finance), true},
		{"filter, second value", rules.Condition{Filter: "(department=Sales)"}, person("p", finance), true},
		{"filter without a match", rules.Condition{Filter: "(department=HR)"}, person("p", finance), false},
		{"filter on a case-exact attribute", rules.Condition{Filter: "(room=A)"}, person("p", finance), false},
		{"filter and group", rules.Condition{Filter: "(department=Finance)", Group: "staff"}, person("p", finance, 0), true},
		{"filter without the group", rules.Condition{Filter: "(department=Finance)", Group: "staff"}, person("p", finance), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, accountFor("r", tt.when, "Standard"))
			v := decide(set, &access.Snapshot{
				People: []access.Person{tt.person}, Groups: groups,
				Match: map[string]access.Match{"room": access.CaseExact},
			})
			if v.Account != tt.want || len(v.Held) > 0 || v.Skipped != "" {
				t.Errorf("got %+v, want account %v", v, tt.want)
			}
		})
	}
}

func TestEvaluate_GivesWishesInTheOrderOfTheRules(t *testing.T) {
	t.Parallel()
	set := compile(
		t,
		rules.Rule{
			Name: "staff", When: rules.Condition{Group: "staff"}, Account: &rules.Account{},
			Grants: []rules.Grant{{Folder: "/Departments/{{ .department }}", Role: "Collaborator", Create: true}, {FolderID: "f-1", Role: "Viewer", As: legal}},
		},
		accountFor("standard", rules.Condition{Everyone: true}, "Standard"),
		accountFor("premium", rules.Condition{Everyone: true}, "Premium"),
		everyone("all", "/departments/All"),
	)
	jane := person("jane", attributes(), 0)
	got := decide(set, &access.Snapshot{People: []access.Person{jane}, Groups: []access.Group{group("1", "staff")}})
	staff := access.Cause{Rule: "staff", Via: []access.GroupID{groupID("1")}, Since: changed}
	want := access.Verdict{
		Person: jane.ID, DN: jane.DN, Email: "jane@corp.example", Name: "Name of jane", Account: true, Profile: "Standard", Standing: access.Active,
		Causes: []access.Cause{staff, {Rule: "standard", Since: changed}, {Rule: "premium", Since: changed}},
		Wishes: []access.Wish{
			{Place: access.Place{As: folders, Path: "/Departments/Finance"}, Role: "Collaborator", Create: true, Cause: staff},
			{Place: access.Place{As: legal, FolderID: "f-1"}, Role: "Viewer", Cause: staff},
			{Place: access.Place{As: folders, Path: "/departments/All"}, Role: "Viewer", Cause: access.Cause{Rule: "all", Since: changed}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
}

func TestEvaluate_Skips(t *testing.T) {
	t.Parallel()
	with := func(change func(*access.Person)) access.Person {
		p := person("jane", nil)
		change(&p)
		return p
	}
	twin, third := person("twin", nil), person("third", nil)
	twin.Email, third.Email = "jane@corp.example", "jane@corp.example"
	twin.Standing = access.Disabled
	const link = ", or decide with `kw-onboarder link PERSON ACCOUNT` whose the account is"
	tests := []struct {
		name   string
		person access.Person
		others []access.Person
		want   string
	}{
		{"nobody", person("jane", nil), []access.Person{person("joe", nil)}, ""},
		{"disabled", with(func(p *access.Person) { p.Standing = access.Disabled }), nil, "disabled in the directory"},
		{"expired", with(func(p *access.Person) { p.Standing = access.Expired }), nil, "expired in the directory"},
		{"gone", with(func(p *access.Person) { p.Standing = access.Gone }), nil, "gone in the directory"},
		{"unknown", with(func(p *access.Person) { p.Standing = access.Unknown }), nil, "the directory does not say whether the person is active"},
		{"without a reason", with(func(p *access.Person) { p.Email = "" }), nil, "no e-mail address"},
		{"no e-mail", with(func(p *access.Person) { p.Email, p.NoEmail = "", "outside the domains" }), nil, "outside the domains"},
		{"no e-mail is not shared", with(func(p *access.Person) { p.Email, p.NoEmail = "", "none" }), []access.Person{{}}, "none"},
		{"shared", person("jane", nil), []access.Person{twin}, "jane@corp.example is also the address of CN=twin,OU=Staff,DC=corp: give one of them another" + link},
		{"shared by three", person("jane", nil), []access.Person{twin, third}, "jane@corp.example is also the address of CN=third,OU=Staff,DC=corp; CN=twin,OU=Staff,DC=corp: give one of them another" + link},
		{"shared with whoever is active", person("jane", nil), []access.Person{third}, "jane@corp.example is also the address of CN=third,OU=Staff,DC=corp: give one of them another"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, accountFor("r", rules.Condition{Everyone: true}, ""), everyone("all", "/Departments/All"))
			v := decide(set, &access.Snapshot{People: append([]access.Person{tt.person}, tt.others...)})
			if v.Skipped != tt.want {
				t.Errorf("got %q, want %q", v.Skipped, tt.want)
			}
			if acted := v.Account || len(v.Wishes) > 0; acted != (tt.want == "") {
				t.Errorf("got %+v: a skipped person is given nothing, any other something", v)
			}
			if v.Standing != tt.person.Standing {
				t.Errorf("the standing is %s, want %s", v.Standing, tt.person.Standing)
			}
		})
	}
}

// TestEvaluate_AHeldProfileIsNotReplaced: a later rule may give a stronger
// profile than the one that could not be decided.
func TestEvaluate_AHeldProfileIsNotReplaced(t *testing.T) {
	t.Parallel()
	standard := accountFor("standard", rules.Condition{Everyone: true}, "Standard")
	restricted := accountFor("contractors", rules.Condition{Group: "missing"}, "Restricted")
	plain := accountFor("plain", rules.Condition{Group: "missing"}, "")
	tests := []struct {
		name    string
		rules   []rules.Rule
		account bool
		profile string
	}{
		{"held before", []rules.Rule{restricted, standard}, false, ""},
		{"held behind", []rules.Rule{standard, restricted}, true, "Standard"},
		{"held without a profile", []rules.Rule{plain, standard}, true, "Standard"},
		{"held behind one without a profile", []rules.Rule{accountFor("any", rules.Condition{Everyone: true}, ""), restricted}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := decide(compile(t, append(tt.rules, everyone("all", "/Departments/All"))...), &access.Snapshot{People: []access.Person{person("p", nil)}})
			if v.Account != tt.account || v.Profile != tt.profile || len(v.Held) != 1 || len(v.Wishes) != 1 {
				t.Errorf("got %+v, want account %v with profile %q, one rule held, one wish", v, tt.account, tt.profile)
			}
		})
	}
}

// TestEvaluate_DoesNotDependOnTheOrderOfPeople: whoever stands where, each
// verdict is the same, and asking twice changes nothing.
func TestEvaluate_DoesNotDependOnTheOrderOfPeople(t *testing.T) {
	t.Parallel()
	set := compile(
		t,
		rules.Rule{
			Name: "staff", When: rules.Condition{Group: "staff", Filter: "(!(ou=x))"}, Account: &rules.Account{Profile: "A"},
			Grants: []rules.Grant{{Folder: "/Departments/{{ .ou }}", Role: "Viewer"}},
		},
		accountFor("all", rules.Condition{NotGroup: "guests"}, "B"),
	)
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfN(rapid.Custom(drawPerson), 1, 12).Draw(t, "people")
		for i := range people {
			people[i].ID.ID = fmt.Sprint(i)
		}
		groups := []access.Group{group("1", "staff"), group("2", "guests")}
		before := verdicts(set, &access.Snapshot{People: people, Groups: groups})
		shuffled := rapid.Permutation(people).Draw(t, "shuffled")
		sn := &access.Snapshot{People: shuffled, Groups: groups}
		if diff := cmp.Diff(before, verdicts(set, sn)); diff != "" {
			t.Fatalf("another order, another verdict (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(verdicts(set, sn), verdicts(set, sn)); diff != "" {
			t.Fatalf("the same question, another verdict:\n%s", diff)
		}
	})
}

func drawPerson(t *rapid.T) access.Person {
	p := person(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "name"), nil)
	p.Standing = rapid.SampledFrom([]access.Standing{access.Active, access.Active, access.Disabled}).Draw(t, "standing")
	p.Groups = rapid.SampledFrom([][]int32{nil, {0}, {1}, {0, 1}}).Draw(t, "groups")
	p.Attrs = map[string][]string{"ou": rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z", "."}), 0, 2).Draw(t, "ou")}
	return p
}

func verdicts(set *rules.Set, sn *access.Snapshot) map[access.PersonID]access.Verdict {
	b := set.Bind(sn, rules.Known{})
	all := make(map[access.PersonID]access.Verdict, len(sn.People))
	for i := range sn.People {
		all[sn.People[i].ID] = b.Evaluate(&sn.People[i], now)
	}
	return all
}

// BenchmarkEvaluate decides 100,000 people by 50 rules: 20 filters, 20 groups,
// 5 templates and 5 for everybody.
func BenchmarkEvaluate(b *testing.B) {
	const people, groups = 100_000, 20
	set, sn := compile(b, benchRules(groups)...), benchSnapshot(people, groups)
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		bound := set.Bind(sn, rules.Known{})
		wishes := 0
		for i := range sn.People {
			wishes += len(bound.Evaluate(&sn.People[i], now).Wishes)
		}
		if wishes < people {
			b.Fatalf("only %d wishes", wishes)
		}
	}
	b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}

// processorTime is what the process has used so far: on a busy machine the wall
// clock measures the neighbours.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func benchRules(groups int) []rules.Rule {
	var all []rules.Rule
	add := func(when rules.Condition, folder string) {
		name := fmt.Sprintf("rule %d", len(all))
		all = append(all, rules.Rule{Name: name, When: when, Grants: []rules.Grant{{Folder: folder, Role: "Viewer"}}})
	}
	for i := range groups {
		add(rules.Condition{Group: fmt.Sprintf("group %d", i)}, fmt.Sprintf("/Departments/G%d", i))
		add(rules.Condition{Filter: fmt.Sprintf("(&(department=Department %d)(!(title=Intern*)))", i)}, fmt.Sprintf("/Departments/D%d", i))
	}
	for i := range 5 {
		add(rules.Condition{Everyone: true}, fmt.Sprintf("/Departments/All %d", i))
		add(rules.Condition{Filter: "(title=Manager)"}, fmt.Sprintf("/Departments/{{ .department | lower }}/Managers %d", i))
	}
	return all
}

func benchSnapshot(people, groups int) *access.Snapshot {
	random := rand.New(rand.NewPCG(1, 2))
	sn := &access.Snapshot{}
	for i := range groups {
		sn.Groups = append(sn.Groups, group(fmt.Sprint(i), fmt.Sprintf("group %d", i)))
	}
	titles := []string{"Manager", "Engineer", "Intern", "Clerk"}
	for i := range people {
		sn.People = append(sn.People, person(fmt.Sprintf("person%06d", i), map[string][]string{
			"department": {fmt.Sprintf("Department %d", random.IntN(40))},
			"title":      {titles[random.IntN(len(titles))]},
		}, int32(random.IntN(groups))))
	}
	return sn
}

// BenchmarkEvaluate_NoMatch decides people by 50 rules of every kind of condition that
// hold for none of them.
func BenchmarkEvaluate_NoMatch(b *testing.B) {
	const people, groups, most = 1_000, 20, 100
	conditions := []rules.Condition{
		{Group: "nobody"},
		{GroupLike: "proj-<project>-rw"},
		{NotGroup: "group 0", Filter: "(department=None)"},
		{Filter: "(&(department=Department 1*)(!(title>=A)))"},
		{Filter: "(|(title=*boss*)(sn=x)(mail=nobody@*))"},
		{Under: "ou=Nobody,dc=corp"},
	}
	var all []rules.Rule
	for i := range 50 {
		r := everyone(fmt.Sprintf("rule %d", i), "/Departments/{{ .department | lower }}/A")
		r.When = conditions[i%len(conditions)]
		all = append(all, r)
	}
	sn := benchSnapshot(people, groups)
	sn.Groups = append(sn.Groups, group("none", "nobody"), group("project", "proj-a-rw"))
	bound := compile(b, all...).Bind(sn, rules.Known{})
	allocated := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	b.ReportAllocs()
	before := allocated()
	for b.Loop() {
		for i := range sn.People {
			if v := bound.Evaluate(&sn.People[i], now); len(v.Wishes)+len(v.Held) > 0 {
				b.Fatalf("a rule matches, or is held: %+v", v)
			}
		}
	}
	each := float64(allocated()-before) / float64(b.N*people*len(all))
	if each >= most {
		b.Errorf("%.1f bytes for a person and rule that do not match, want less than %d", each, most)
	}
	b.ReportMetric(each, "B/person-rule")
}

// BenchmarkEvaluate_ByGroup decides 20,000 people by 2,000 rules about one group
// each and one about all groups of a pattern: what counts is how many match.
func BenchmarkEvaluate_ByGroup(b *testing.B) {
	const people, groups = 20_000, 2_000
	var all []rules.Rule
	for i := range groups {
		r := everyone(fmt.Sprintf("rule %d", i), fmt.Sprintf("/Departments/G%d", i))
		r.When = rules.Condition{Group: fmt.Sprintf("group %d", i)}
		all = append(all, r)
	}
	pattern := everyone("pattern", "/Departments/P{{ .number }}")
	pattern.When = rules.Condition{GroupLike: "group <number>"}
	set, sn := compile(b, append(all, pattern)...), benchSnapshot(people, groups)
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		bound := set.Bind(sn, rules.Known{})
		wishes := 0
		for i := range sn.People {
			wishes += len(bound.Evaluate(&sn.People[i], now).Wishes)
		}
		if wishes != 2*people {
			b.Fatalf("%d wishes, want %d", wishes, 2*people)
		}
	}
	b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}
