package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// What a rule meant is known for as long as something is ours because of it.
func TestRuleDigestsAreKeptWhileSomethingIsOurs(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := open(t, o)
	r := openReadOnly(t, o)
	ours := []access.Owned{{Person: anna, Account: "a1", Folder: "f1", Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}}}}
	if err := l.Adopt(t.Context(), otto, ours, nil); err != nil {
		t.Fatal(err)
	}
	lost := map[plan.GrantKey]string{{Account: "a1", Folder: "f1"}: "a human removed it"}
	steps := []struct {
		name string
		lost bool // what was ours
		keep map[string]string
		want map[string]string
	}{
		{"nothing yet", false, nil, map[string]string{}},
		{"three rules", false, map[string]string{"sales": "1", "staff": "1", "guests": "1"}, map[string]string{"sales": "1", "staff": "1", "guests": "1"}},
		{"the same again", false, map[string]string{"sales": "1", "staff": "1", "guests": "1"}, map[string]string{"sales": "1", "staff": "1", "guests": "1"}},
		{"one means something else", false, map[string]string{"sales": "2", "staff": "1", "guests": "1"}, map[string]string{"sales": "2", "staff": "1", "guests": "1"}},
		{"one is gone that gave nothing, one that gave something", false, map[string]string{"sales": "2"}, map[string]string{"sales": "2", "staff": "1"}},
		{"nothing is ours any more", true, map[string]string{"sales": "2"}, map[string]string{"sales": "2"}},
		{"no rules", true, nil, map[string]string{}},
	}
	for _, s := range steps {
		if s.lost {
			learn(t, l, plan.Learned{Lost: lost})
		}
		if err := l.KeepRules(t.Context(), s.keep, nil); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		got, err := r.RuleDigests(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
	}
}

// How many people a rule shuts out is known from the last run that could tell.
func TestWhomARuleShutsOutIsKept(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	steps := []struct {
		name     string
		digests  map[string]string
		excluded map[string]int
		want     map[string]int
	}{
		{"two rules, of which one shuts out nobody", map[string]string{"sales": "1", "staff": "1"}, map[string]int{"sales": 9, "staff": 0}, map[string]int{"sales": 9}},
		{"nobody has counted", map[string]string{"sales": "1", "staff": "1"}, nil, map[string]int{"sales": 9}},
		{"fewer", map[string]string{"sales": "1", "staff": "1"}, map[string]int{"sales": 7, "staff": 2}, map[string]int{"sales": 7, "staff": 2}},
		{"one could not be judged", map[string]string{"sales": "1"}, map[string]int{"sales": 7, "staff": 3}, map[string]int{"sales": 7, "staff": 3}},
		{"a new one could not be judged", map[string]string{"sales": "1"}, map[string]int{"guests": 4}, map[string]int{"sales": 7, "guests": 4}},
		{"no rules", nil, nil, map[string]int{}},
	}
	for _, s := range steps {
		if err := l.KeepRules(t.Context(), s.digests, s.excluded); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		got, err := l.Excluded(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
		digests, err := l.RuleDigests(t.Context())
		if _, known := digests["guests"]; known || err != nil {
			t.Errorf("%s: got digests %v and error %v, want none of a rule that was never judged", s.name, digests, err)
		}
	}
}
