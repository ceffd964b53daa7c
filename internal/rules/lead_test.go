package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestLeads_AreWhatOtherValuesWouldLeadTo(t *testing.T) {
	t.Parallel()
	grant := func(folder string) []rules.Grant { return []rules.Grant{{Folder: folder, Role: "Viewer"}} }
	set, problems := rules.Compile([]rules.Rule{
		{Name: "department", When: rules.Condition{Everyone: true}, Grants: grant("/Dep/{{ .ou }} Team")},
		{Name: "others", When: rules.Condition{Filter: "(ou=IT)"}, Grants: grant("/Dep/{{ .ou }}")},
		{Name: "fixed", When: rules.Condition{Everyone: true}, Grants: grant("/Dep/All")},
		{Name: "lacking", When: rules.Condition{Everyone: true}, Grants: grant("/Town/{{ .l }}/In")},
	}, rules.Options{Identities: []string{"svc@corp.example"}, DefaultAs: "svc@corp.example", Roots: []access.Path{"/Dep", "/Town"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	sn := &access.Snapshot{People: []access.Person{{ID: access.PersonID{Source: "corp", ID: "1"}, Standing: access.Active, Attrs: map[string][]string{"ou": {"Sales"}}}}}
	department := []rules.Lead{{Rule: "department", Role: "Viewer", By: []rules.Seen{{Attribute: "ou", Values: []string{"Sales"}}}}}
	tests := []struct {
		name   string
		folder access.Path
		want   []rules.Lead
	}{
		{"by another value", "/dep/R&D team", department},
		{"above it", "/Dep/Law Team/Cases", department},
		{"another text beside the value", "/Dep/Law", nil},
		{"a value is missing", "/Town/Graz/In", []rules.Lead{{Rule: "lacking", Role: "Viewer", By: []rules.Seen{{Attribute: "l"}}}}},
		{"more than a value", "/Town/Graz", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := set.Bind(sn, rules.Known{}).Leads(&sn.People[0], time.Time{}, tt.folder)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
