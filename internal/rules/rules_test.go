package rules_test

import (
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const (
	folders = "folders@corp.example"
	legal   = "legal@corp.example"
)

var changed = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// now is the moment of every test that does not say another.
var now = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

func options() rules.Options {
	return rules.Options{
		Identities: []string{folders, legal},
		DefaultAs:  folders,
		Roots:      []access.Path{"/Departments", "/Projects/Open"},
	}
}

// compile is Compile for rules without mistakes.
func compile(t testing.TB, r ...rules.Rule) *rules.Set {
	t.Helper()
	set, problems := rules.Compile(r, options())
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	return set
}

// everyone is a rule for everybody that gives Viewer on the folders.
func everyone(name string, paths ...string) rules.Rule {
	r := rules.Rule{Name: name, When: rules.Condition{Everyone: true}}
	for _, path := range paths {
		r.Grants = append(r.Grants, rules.Grant{Folder: path, Role: "Viewer"})
	}
	return r
}

// accountFor asks for an account with a profile.
func accountFor(name string, when rules.Condition, profile string) rules.Rule {
	return rules.Rule{Name: name, When: when, Account: &rules.Account{Profile: profile}}
}

func groupID(id string) access.GroupID { return access.GroupID{Source: "corp", ID: id} }

func group(id, name string) access.Group {
	return access.Group{ID: groupID(id), Name: name, DN: "CN=" + name + ",OU=Groups,DC=corp"}
}

// person is an active one with the given attributes.
func person(id string, attrs map[string][]string, groups ...int32) access.Person {
	return access.Person{
		ID:       access.PersonID{Source: "corp", ID: id},
		DN:       "CN=" + id + ",OU=Staff,DC=corp",
		Email:    access.Email(id + "@corp.example"),
		Name:     "Name of " + id,
		Standing: access.Active,
		Changed:  changed,
		Attrs:    attrs,
		Groups:   groups,
	}
}

// decide evaluates the first person of a snapshot.
func decide(set *rules.Set, sn *access.Snapshot) access.Verdict {
	return set.Bind(sn, rules.Known{}).Evaluate(&sn.People[0], now)
}
