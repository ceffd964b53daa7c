package drill

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// company has ten people: p0 to p6 in Sales, the others in IT; g1 has p0 to p5, and g2,
// which lists it, p0 to p7.
func company() *access.Snapshot {
	s := &access.Snapshot{Groups: []access.Group{
		{ID: access.GroupID{Source: "corp", ID: "g1"}, Name: "Staff", Within: []int32{1}},
		{ID: access.GroupID{Source: "corp", ID: "g2"}, Name: "All", DN: "cn=All,dc=corp"},
		{ID: access.GroupID{Source: "corp", ID: "g3"}, Name: "Nobody"},
	}}
	for i := range 10 {
		p := access.Person{ID: access.PersonID{Source: "corp", ID: fmt.Sprintf("p%d", i)}, Attrs: map[string][]string{"department": {"Sales"}}}
		if i > 6 {
			p.Attrs["department"] = []string{"IT"}
		}
		for g, size := range []int{6, 8} {
			if i < size {
				p.Groups = append(p.Groups, int32(g))
			}
		}
		s.People = append(s.People, p)
	}
	return s
}

// find is the exercise of that name. None may touch what it was made of.
func find(t *testing.T, name string, o Options) Exercise {
	t.Helper()
	s := company()
	all := Exercises(s, o)
	if diff := cmp.Diff(company(), s); diff != "" {
		t.Fatalf("the exercises have changed the snapshot (-want +got):\n%s", diff)
	}
	at := slices.IndexFunc(all, func(e Exercise) bool { return e.Name == name })
	if at < 0 || all[at].Snapshot == nil {
		t.Fatalf("%s: got %+v, want a snapshot", name, all)
	}
	return all[at]
}

func TestTheSeedDecidesWhoGoes(t *testing.T) {
	t.Parallel()
	left := func(seed uint64) []access.Person { return find(t, "half-gone", Options{Seed: seed}).Snapshot.People }
	if got := left(1); len(got) != 5 || !slices.IsSortedFunc(got, func(a, b access.Person) int { return a.ID.Compare(b.ID) }) {
		t.Errorf("left are %v, want five, sorted", got)
	}
	if diff := cmp.Diff(left(1), left(1)); diff != "" {
		t.Errorf("the same seed leaves others:\n%s", diff)
	}
	if cmp.Equal(left(1), left(2)) {
		t.Error("another seed leaves the same")
	}
}

func TestTheLargestGroupThatIsNamedIsHit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		groups []string
		want   int // index
	}{
		{"by name", []string{"staff", "nobody"}, 0},
		{"by DN", []string{"CN=all,DC=corp"}, 1},
		{"the largest of several", []string{"staff", "all"}, 1},
		{"none is named", nil, 1},
		{"who is named is empty", []string{"nobody"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range find(t, "group-emptied", Options{Groups: tt.groups}).Snapshot.People {
				if slices.Contains(p.Groups, int32(tt.want)) {
					t.Errorf("%s is still in group %d", p.ID, tt.want)
				}
			}
		})
	}
}

// Memberships are indices into groups that are sorted by id: a new id moves them all.
func TestARecreatedGroupKeepsItsMembers(t *testing.T) {
	t.Parallel()
	s := find(t, "group-recreated", Options{Groups: []string{"Staff"}}).Snapshot
	var names []string
	for _, g := range s.Groups {
		names = append(names, g.Name)
	}
	if diff := cmp.Diff([]string{"All", "Nobody", "Staff"}, names); diff != "" {
		t.Fatalf("groups (-want +got):\n%s", diff)
	}
	if got := s.Groups[2]; got.ID.ID == "g1" || !slices.Equal(got.Within, []int32{0}) {
		t.Errorf("the group is %+v, want another id, within the first", got)
	}
	for i, p := range s.People {
		want := []int32{0, 2}[:max(0, 2-i/6-i/8)]
		if !slices.Equal(p.Groups, want) {
			t.Errorf("%s is in %v, want %v", p.ID, p.Groups, want)
		}
	}
}

func TestTheLargestDepartmentIsRenamed(t *testing.T) {
	t.Parallel()
	s := find(t, "department-renamed", Options{Attributes: []string{"department"}}).Snapshot
	for i, p := range s.People {
		want := "Renamed Sales"
		if i > 6 {
			want = "IT"
		}
		if got := p.Attrs["department"][0]; got != want {
			t.Errorf("%s is in %q, want %q", p.ID, got, want)
		}
	}
}

func TestNobodyMatchesAMistypedFilter(t *testing.T) {
	t.Parallel()
	if got := find(t, "filter-mistyped", Options{}).Snapshot; len(got.People) != 0 || len(got.Groups) != 3 {
		t.Errorf("got %d people and %d groups, want none and three", len(got.People), len(got.Groups))
	}
}

// What cannot be tried says why.
func TestExercisesOfAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	for _, e := range Exercises(&access.Snapshot{}, Options{}) {
		tried := slices.Contains([]string{"as-it-is", "filter-mistyped", "first-run"}, e.Name)
		if (e.Snapshot != nil) != tried || (e.Why == "") != tried || e.What == "" {
			t.Errorf("got %+v, want it tried: %t", e, tried)
		}
	}
}
