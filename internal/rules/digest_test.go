package rules_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// digested is what two rules are compiled from: one is edited, the other is not.
type digested struct {
	edited, other rules.Rule
	options       rules.Options
}

func newDigested() *digested {
	d := &digested{other: everyone("other", "/Departments/All"), options: options()}
	d.edited = rules.Rule{
		Name:    "edited",
		When:    rules.Condition{Group: "staff", Under: "OU=Staff,DC=corp", Filter: "(title=*)"},
		Account: &rules.Account{Profile: "Standard", Name: "{{ .name }} ({{ .site | lookup \"sites\" }})"},
		Grants: []rules.Grant{
			{Folder: "/Departments/{{ .department | lookup \"departments\" }}", Role: "Viewer", Create: true},
			{Folder: "/Departments/Staff", Role: "Viewer", Until: &rules.Date{From: "accountExpires", IfEmpty: rules.Never}},
			{FolderID: "f1", Role: "Viewer"},
			{Folder: "/{{ .area }}/{{ .title }}", Role: "Viewer"},
		},
	}
	d.options.Tables = rules.Tables{
		"departments": {"fin": "Finance", "leg": "Legal"}, "sites": {"b": "Bern"}, "unused": {"x": "y"},
	}
	return d
}

func (d *digested) digests(t *testing.T, all ...rules.Rule) map[string]string {
	t.Helper()
	set, problems := rules.Compile(all, d.options)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	return set.Digests()
}

// TestDigests_ChangeWithWhatTheRuleMeans, and only those of the rule that means something else.
func TestDigests_ChangeWithWhatTheRuleMeans(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*digested)
	}{
		{"another group", func(d *digested) { d.edited.When.Group = "others" }},
		{"the same text as another test", func(d *digested) { d.edited.When.Group, d.edited.When.NotGroup = "", "staff" }},
		{"a pattern", func(d *digested) { d.edited.When.GroupLike = "proj-<p>" }},
		{"another place in the directory", func(d *digested) { d.edited.When.Under = "OU=Guests,DC=corp" }},
		{"another filter", func(d *digested) { d.edited.When.Filter = "(title=x)" }},
		{"a part less", func(d *digested) { d.edited.When.Filter = "" }},
		{"no account", func(d *digested) { d.edited.Account = nil }},
		{"another profile", func(d *digested) { d.edited.Account.Profile = "Restricted" }},
		{"another name", func(d *digested) { d.edited.Account.Name = "{{ .name }}" }},
		{"a mail to the owner", func(d *digested) { d.edited.Account.Notify = true }},
		{"a grant less", func(d *digested) { d.edited.Grants = d.edited.Grants[1:] }},
		{"another role", func(d *digested) { d.edited.Grants[0].Role = "Collaborator" }},
		{"another template", func(d *digested) { d.edited.Grants[0].Folder = "/Departments/{{ .department }}" }},
		{"another folder", func(d *digested) { d.edited.Grants[1].Folder = "/Departments/Guests" }},
		{"another id", func(d *digested) { d.edited.Grants[2].FolderID = "f2" }},
		{"the folder is not made", func(d *digested) { d.edited.Grants[0].Create = false }},
		{"another identity", func(d *digested) { d.edited.Grants[1].As = legal }},
		{"no end", func(d *digested) { d.edited.Grants[1].Until = nil }},
		{"a beginning in place of the end", func(d *digested) {
			d.edited.Grants[1].From = &rules.Date{From: "accountExpires", IfEmpty: rules.Hold}
			d.edited.Grants[1].Until = nil
		}},
		{"an end by another attribute", func(d *digested) { d.edited.Grants[1].Until.From = "endDate" }},
		{"an end that is meant otherwise", func(d *digested) { d.edited.Grants[1].Until.IfEmpty = rules.Deny }},
		{"another value in a table", func(d *digested) { d.options.Tables["departments"]["leg"] = "Law" }},
		{"a key less in a table", func(d *digested) { delete(d.options.Tables["departments"], "leg") }},
		{"another value in the name's table", func(d *digested) { d.options.Tables["sites"]["b"] = "Basel" }},
		{"another time zone", func(d *digested) { d.options.Location = time.FixedZone("CET", 3600) }},
		{"a root more", func(d *digested) { d.options.Roots = append(d.options.Roots, "/Areas") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDigested()
			before := d.digests(t, d.edited, d.other)
			tt.edit(d)
			after := d.digests(t, d.edited, d.other)
			if after["edited"] == before["edited"] {
				t.Error("the digest is the same, want another")
			}
			if after["other"] != before["other"] {
				t.Error("the digest of another rule has changed")
			}
		})
	}
}

func TestDigests_ChangeWithTheIdentityThatActs(t *testing.T) {
	t.Parallel()
	d := newDigested()
	before := d.digests(t, d.other)
	d.options.DefaultAs = legal
	if after := d.digests(t, d.other); after["other"] == before["other"] {
		t.Error("the digest is the same, want another")
	}
}

// TestDigests_StayWhereTheRuleMeansTheSame, so that nothing waits for an approval without need.
func TestDigests_StayWhereTheRuleMeansTheSame(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*digested)
	}{
		{"spaces", func(d *digested) {
			d.edited.When.Group, d.edited.Account.Profile, d.edited.Grants[0].Role = " staff ", " Standard", "Viewer "
		}},
		{"a DN in another spelling", func(d *digested) { d.edited.When.Under = "ou=staff, dc=CORP" }},
		{"another file", func(d *digested) { d.edited.At = "more.yaml[3]" }},
		{"the grants in another order", func(d *digested) { slices.Reverse(d.edited.Grants) }},
		{"the identity spelt out", func(d *digested) { d.edited.Grants[1].As = folders }},
		{"an attribute in another case", func(d *digested) { d.edited.Grants[1].Until.From = "ACCOUNTEXPIRES" }},
		{"a key of a table in another case", func(d *digested) {
			d.options.Tables["departments"] = map[string]string{"FIN": "Finance", " leg": "Legal"}
		}},
		{"a table that it does not look up", func(d *digested) { d.options.Tables["unused"]["x"] = "z" }},
		{"the roots in another order", func(d *digested) { slices.Reverse(d.options.Roots) }},
		{"the time zone spelt out", func(d *digested) { d.options.Location = time.UTC }},
		{"a wall", func(d *digested) { d.options.Denials = []*rules.Condition{{Group: "guests"}} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDigested()
			before := d.digests(t, d.edited, d.other)
			tt.edit(d)
			if diff := cmp.Diff(before, d.digests(t, d.other, d.edited)); diff != "" {
				t.Errorf("digests (-before +after):\n%s", diff)
			}
		})
	}
}

// TestDigests_AreTheSameInEachProcess pins one, so that nobody changes them without knowing: a
// digest that is another with each version of the program would let everything wait.
func TestDigests_AreTheSameInEachProcess(t *testing.T) {
	t.Parallel()
	d := newDigested()
	got := d.digests(t, d.other)
	want := map[string]string{"other": "e07937a97089378d9f8e1e0d6099a5b492258041fe2c3dabafc84e5e68cf5ab1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("digests (-want +got):\n%s", diff)
	}
	if names := slices.Sorted(maps.Keys(d.digests(t, d.edited, d.other))); !slices.Equal(names, []string{"edited", "other"}) {
		t.Errorf("got digests of %v, want those of both rules", names)
	}
}
