package filter_test

import (
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

func TestDecisive(t *testing.T) {
	t.Parallel()
	jane := map[string][]string{"department": {"Finance"}, "title": {"Intern"}, "level": {"x"}}
	tests := []struct{ name, filter, want string }{
		{"one condition", "(department=Finance)", "(department=Finance)"},
		{"all hold", "(&(department=Finance)(title=*))", "(&(department=Finance)(title=*))"},
		{"one fails", "(&(department=Finance)(title=Clerk)(sn=x))", "(title=Clerk)"},
		{"one is enough", "(|(sn=x)(title=Intern)(department=Finance))", "(title=Intern)"},
		{"none is enough", "(|(sn=x)(title=Clerk))", "(|(sn=x)(title=Clerk))"},
		{"a negation fails", "(&(department=Finance)(!(title=Intern*)))", "(!(title=Intern*))"},
		{"a negation of one that is enough", "(!(|(sn=x)(title=Intern)))", "(!(title=Intern))"},
		{"a set of one", "(&(|(department=Finance)))", "(department=Finance)"},
		{"nested", "(&(department=*)(|(title=a)(title=b)))", "(|(title=a)(title=b))"},
		{"undecidable", "(&(department=*)(level>=3))", "(level>=3)"},
		{"empty and", "(&)", "(&)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := filter.Compile(tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			values := func(attr string) []string { return jane[attr] }
			rule := func(attr string) access.Match {
				if attr == "level" {
					return access.Integer
				}
				return access.CaseIgnore
			}
			got := f.Decisive(values, rule)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			part, err := filter.Compile(got)
			if err != nil {
				t.Fatal(err)
			}
			if part.Match(values, rule) != f.Match(values, rule) {
				t.Errorf("%s alone says otherwise than the whole", got)
			}
		})
	}
}
