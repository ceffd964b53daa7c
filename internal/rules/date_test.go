package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestEvaluate_FromAndUntil(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 6, d, 0, 0, 0, 0, time.UTC) }
	date := func(attribute string) *rules.Date { return &rules.Date{From: attribute, IfEmpty: rules.Deny} }
	attrs := map[string][]string{"Starts": nil, "starts": {"2026-06-10"}, "ends": {"2026-06-20"}, "never": {"0"}, "bad": {"soon"}}
	tests := []struct {
		name        string
		from, until *rules.Date
		now         time.Time
		given       bool
		next        time.Time
		held        []string
	}{
		{"before", date("Starts"), date("ends"), day(9), false, day(10), nil},
		{"at the beginning", date("Starts"), date("ends"), day(10), true, day(21), nil},
		{"on the last day", date("Starts"), date("ends"), day(21).Add(-time.Nanosecond), true, day(21), nil},
		{"behind", date("Starts"), date("ends"), day(21), false, time.Time{}, nil},
		{"without an end", date("starts"), nil, day(15), true, time.Time{}, nil},
		{"without a beginning", nil, date("ends"), day(15), true, day(21), nil},
		{"never ends", nil, date("never"), day(15), true, time.Time{}, nil},
		{"never begins", date("never"), nil, day(15), false, time.Time{}, nil},
		{"no date", nil, date("none"), day(15), false, time.Time{}, nil},
		{"no date for the end, before the beginning", date("starts"), date("none"), day(9), false, time.Time{}, nil},
		{"a text", nil, date("bad"), day(15), false, time.Time{}, []string{`r: bad: "soon" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`}},
		{"hold", nil, &rules.Date{From: "none", IfEmpty: rules.Hold}, day(15), false, time.Time{}, []string{"r: none has no value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := everyone("r", "/Departments/A")
			r.Grants[0].From, r.Grants[0].Until = tt.from, tt.until
			set := compile(t, r)
			jane := person("jane", attrs)
			v := set.Bind(&access.Snapshot{People: []access.Person{jane}}, rules.Known{}).Evaluate(&jane, tt.now)
			if len(v.Wishes) > 0 != tt.given || !v.Next.Equal(tt.next) {
				t.Errorf("given %v, next %v; want %v, %v", len(v.Wishes) > 0, v.Next, tt.given, tt.next)
			}
			if diff := cmp.Diff(tt.held, reasons(v)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvaluate_NextIsTheEarliest of all rules that match; one that is out of time
// needs no place.
func TestEvaluate_NextIsTheEarliest(t *testing.T) {
	t.Parallel()
	until := func(name, attribute, folder string) rules.Rule {
		r := everyone(name, folder)
		r.Grants[0].Until = &rules.Date{From: attribute, IfEmpty: rules.Deny}
		return r
	}
	other := until("other", "first", "/Departments/O")
	other.When = rules.Condition{Filter: "(x=y)"}
	set := compile(t, other, until("late", "late", "/Departments/L"), until("soon", "soon", "/Departments/S"), until("past", "past", "/Departments/{{ .none }}"))
	jane := person("jane", map[string][]string{"first": {"2026-06-16"}, "soon": {"2026-06-17"}, "late": {"2026-06-18"}, "past": {"2026-06-01"}})
	v := decide(set, &access.Snapshot{People: []access.Person{jane}})
	if want := time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC); !v.Next.Equal(want) || len(v.Wishes) != 2 || len(v.Held) > 0 {
		t.Errorf("next %v, %d wishes, held %v; want %v, 2 wishes", v.Next, len(v.Wishes), v.Held, want)
	}
}
