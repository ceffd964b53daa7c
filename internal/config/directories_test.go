package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// two is the smallest configuration with two directories.
func two(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.Load("testdata/valid/two.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse_EachDirectoryOfAListHasItsOwnDefaults(t *testing.T) {
	t.Parallel()
	type directory struct{ Name, Filter, DisplayName, Email string }
	var got []directory
	for _, d := range two(t).Directories {
		got = append(got, directory{d.Name, d.People.Filter, d.People.Name, d.People.Email.From[0]})
	}
	want := []directory{
		{"corp", "(&(objectCategory=person)(objectClass=user))", "displayName", "mail"},
		{"partners", "(objectClass=inetOrgPerson)", "displayName", "mail"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}

func TestParse_GroupsOfOneDirectoryAreEnoughForRules(t *testing.T) {
	t.Parallel()
	text := edited(t, "testdata/valid/two.yaml", "rules: []", "rules:\n  - name: a\n    when: {group: staff}\n    account: {}")
	if _, err := config.Parse("config.yaml", text); err != nil {
		t.Error(err)
	}
}
