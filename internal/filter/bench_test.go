package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

var departments = []string{"Finance", "Legal", "Engineering", "Sales", "Human Resources", "Operations", "Research", "Marketing"}

// crowd is n people, one in eight with a name beyond ASCII.
func crowd(n int) []person {
	people := make([]person, n)
	for i := range people {
		title := fmt.Sprintf("Senior Consultant %d", i%40)
		if i%8 == 0 {
			title = "Geschäftsführer"
		}
		people[i] = person{
			"employeetype": {[]string{"staff", "contractor", "intern"}[i%3]},
			"department":   {departments[i%len(departments)]},
			"title":        {title},
			"l":            {[]string{"Wien", "Graz", "Linz"}[i%3]},
		}
	}
	return people
}

// rules is n filters of the kind that rules have.
func rules(tb testing.TB, n int) []*filter.Filter {
	shapes := []string{
		"(department=DEPARTMENT)",
		"(&(employeeType=staff)(!(title=Intern*)))",
		"(&(employeeType=staff)(|(department=Finance)(department=Legal)(department=DEPARTMENT)))",
		"(&(department=DEPARTMENT)(title=*consultant*)(!(l=Wien)))",
		"(title=Geschäftsführer)",
	}
	filters := make([]*filter.Filter, n)
	for i := range filters {
		shape := shapes[i%len(shapes)]
		filters[i] = mustCompile(tb, strings.ReplaceAll(shape, "DEPARTMENT", departments[i%len(departments)]))
	}
	return filters
}

// BenchmarkPeopleTimesRules is the whole of a full run: 100,000 people, 50 rules.
func BenchmarkPeopleTimesRules(b *testing.B) {
	people, filters := crowd(100_000), rules(b, 50)
	b.ReportAllocs()
	for b.Loop() {
		matched := 0
		for _, p := range people {
			values := p.values
			for _, f := range filters {
				if f.Match(values, rule) {
					matched++
				}
			}
		}
		if matched == 0 {
			b.Fatal("no filter matched anybody")
		}
	}
}

// TestMatchDoesNotAllocate holds for ASCII values: rules are evaluated millions
// of times in a run.
func TestMatchDoesNotAllocate(t *testing.T) {
	p := crowd(2)[1]
	values := p.values
	for _, f := range rules(t, 10) {
		if got := testing.AllocsPerRun(100, func() { f.Match(values, rule) }); got != 0 {
			t.Errorf("%s: %v allocations, want none", f, got)
		}
	}
}
