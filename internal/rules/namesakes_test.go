package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const janes = "jane@corp.example"

// namesake is a person who has Jane's address.
func namesake(source, id string) access.Person {
	p := person(id, nil)
	p.ID.Source, p.Email = source, janes
	return p
}

// linkedTo knows that the people with these ids have accounts.
func linkedTo(ids ...string) rules.Known {
	has := map[string]bool{}
	for _, id := range ids {
		has[id] = true
	}
	return rules.Known{Linked: func(id access.PersonID) bool { return has[id.String()] }}
}

func TestEvaluate_OneAddressOfSeveralPeople(t *testing.T) {
	t.Parallel()
	jane, twin, third, far := namesake("corp", "jane"), namesake("corp", "twin"), namesake("corp", "third"), namesake("ext", "jane")
	gone, unsure := jane, jane
	gone.Standing, unsure.Standing = access.Disabled, access.Unknown
	const give = ": give one of them another"
	const unfound = "disabled in the directory; " + janes + " is also the address of CN=twin,OU=Staff,DC=corp, so that no account is looked for by it: " +
		"decide with `kw-onboarder link PERSON ACCOUNT` whether one is that of CN=jane,OU=Staff,DC=corp"
	const several = ", and 2 of these people have accounts: give all but one of them another"
	tests := []struct {
		name   string
		people []access.Person
		linked []string
		want   []string // why each is skipped; "": acted on
	}{
		{"none is linked", []access.Person{jane, twin}, nil, []string{
			janes + " is also the address of CN=twin,OU=Staff,DC=corp" + give,
			janes + " is also the address of CN=jane,OU=Staff,DC=corp" + give,
		}},
		{"one is linked", []access.Person{jane, twin}, []string{"corp:jane"}, []string{
			"", janes + " is the address of CN=jane,OU=Staff,DC=corp, who has the account: give CN=twin,OU=Staff,DC=corp another",
		}},
		{"one of three is linked", []access.Person{third, jane, twin}, []string{"corp:twin"}, []string{
			janes + " is the address of CN=twin,OU=Staff,DC=corp, who has the account: give CN=third,OU=Staff,DC=corp another",
			janes + " is the address of CN=twin,OU=Staff,DC=corp, who has the account: give CN=jane,OU=Staff,DC=corp another", "",
		}},
		{"the linked one is disabled", []access.Person{gone, twin}, []string{"corp:jane"}, []string{
			"disabled in the directory",
			janes + " is the address of CN=jane,OU=Staff,DC=corp, who has the account and is disabled in the directory: decide with `kw-onboarder link PERSON ACCOUNT` whether the account is now that of CN=twin,OU=Staff,DC=corp",
		}},
		{"of the linked one the directory does not say enough", []access.Person{unsure, twin}, []string{"corp:jane"}, []string{
			"the directory does not say whether the person is active",
			janes + " is the address of CN=jane,OU=Staff,DC=corp, who has the account: give CN=twin,OU=Staff,DC=corp another",
		}},
		{"one has left, and none is linked", []access.Person{gone, twin}, nil, []string{
			unfound, janes + " is also the address of CN=jane,OU=Staff,DC=corp" + give + ", or decide with `kw-onboarder link PERSON ACCOUNT` whose the account is",
		}},
		{"one has left, and the other is linked", []access.Person{gone, twin}, []string{"corp:twin"}, []string{unfound, ""}},
		{"one has left, and both are linked", []access.Person{gone, twin}, []string{"corp:jane", "corp:twin"}, []string{
			"disabled in the directory", janes + " is also the address of CN=jane,OU=Staff,DC=corp" + several,
		}},
		{"both are linked", []access.Person{jane, twin}, []string{"corp:jane", "corp:twin"}, []string{
			janes + " is also the address of CN=twin,OU=Staff,DC=corp" + several,
			janes + " is also the address of CN=jane,OU=Staff,DC=corp" + several,
		}},
		{"two of three are linked", []access.Person{jane, third, twin}, []string{"corp:jane", "corp:twin"}, []string{
			janes + " is also the address of CN=third,OU=Staff,DC=corp; CN=twin,OU=Staff,DC=corp" + several,
			janes + " is also the address of CN=jane,OU=Staff,DC=corp; CN=twin,OU=Staff,DC=corp" + several,
			janes + " is also the address of CN=jane,OU=Staff,DC=corp; CN=third,OU=Staff,DC=corp" + several,
		}},
		{"of two directories", []access.Person{jane, far}, nil, []string{
			janes + " is also the address of ext:CN=jane,OU=Staff,DC=corp" + give,
			janes + " is also the address of corp:CN=jane,OU=Staff,DC=corp" + give,
		}},
		{"of two directories, one is linked", []access.Person{jane, far}, []string{"ext:jane"}, []string{
			janes + " is the address of ext:CN=jane,OU=Staff,DC=corp, who has the account: give corp:CN=jane,OU=Staff,DC=corp another", "",
		}},
		{"somebody else is linked", []access.Person{jane, person("joe", nil)}, []string{"corp:joe"}, []string{"", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := compile(t, everyone("all", "/Departments/All")).Bind(&access.Snapshot{People: tt.people}, linkedTo(tt.linked...))
			var got []string
			for i := range tt.people {
				v := b.Evaluate(&tt.people[i], now)
				got = append(got, v.Skipped)
				if acted := len(v.Wishes) > 0; acted != (v.Skipped == "") {
					t.Errorf("%s is skipped because %q and wishes for %v", v.DN, v.Skipped, v.Wishes)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("skipped (-want +got):\n%s", diff)
			}
		})
	}
}

// TestP10_AnAddressThatMayBeAnothersFindsNoAccountOfALeaver: what happens to whoever
// has left must not happen to the account of somebody else who has their address.
func TestP10_AnAddressThatMayBeAnothersFindsNoAccountOfALeaver(t *testing.T) {
	t.Parallel()
	twin := namesake("corp", "twin")
	tests := []struct {
		name     string
		standing access.Standing
		others   []access.Person
		linked   []string
		want     access.Email
	}{
		{"of one who has left alone", access.Disabled, nil, nil, janes},
		{"shared, none has an account", access.Disabled, []access.Person{twin}, nil, ""},
		{"shared, the other has the account", access.Gone, []access.Person{twin}, []string{"corp:twin"}, ""},
		{"shared, both have accounts", access.Expired, []access.Person{twin}, []string{"corp:jane", "corp:twin"}, ""},
		{"shared, and has the account", access.OutOfScope, []access.Person{twin}, []string{"corp:jane"}, janes},
		{"shared, of one who may have left", access.Unknown, []access.Person{twin}, nil, ""},
		{"shared, of one who is employed", access.Active, []access.Person{twin}, []string{"corp:twin"}, janes},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jane := namesake("corp", "jane")
			jane.Standing = tt.standing
			people := append([]access.Person{jane}, tt.others...)
			v := compile(t, everyone("all", "/Departments/All")).Bind(&access.Snapshot{People: people}, linkedTo(tt.linked...)).Evaluate(&jane, now)
			if v.Email != tt.want || v.Standing != tt.standing || v.DN != jane.DN {
				t.Errorf("got address %q, standing %s, DN %q; want %q, %s, %q", v.Email, v.Standing, v.DN, tt.want, tt.standing, jane.DN)
			}
		})
	}
}

func TestEvaluate_AnAddressOfManyIsToldInShort(t *testing.T) {
	t.Parallel()
	var people []access.Person
	for i := range 30 {
		people = append(people, namesake("corp", fmt.Sprintf("p%02d", i)))
	}
	b := compile(t, everyone("all", "/Departments/All")).Bind(&access.Snapshot{People: people}, rules.Known{})
	for i := range people {
		got := b.Evaluate(&people[i], now).Skipped
		if strings.Count(got, "CN=") != 10 || !strings.Contains(got, " and 19 more: give one of them another") || strings.Contains(got, people[i].DN) {
			t.Errorf("%s: got %q, want ten of the others and how many more", people[i].DN, got)
		}
	}
}

// TestP10_ANewcomerWithTheAddressChangesNothingForWhomItIs: whoever comes with it,
// from whichever directory, the one who has the account is followed by id, and
// no newcomer is given anything.
func TestP10_ANewcomerWithTheAddressChangesNothingForWhomItIs(t *testing.T) {
	t.Parallel()
	set := compile(t, accountFor("r", rules.Condition{Everyone: true}, "Standard"), everyone("all", "/Departments/All"))
	rapid.Check(t, func(t *rapid.T) {
		jane := namesake("corp", "jane")
		jane.Standing = rapid.SampledFrom([]access.Standing{access.Active, access.Active, access.Disabled}).Draw(t, "standing")
		people := []access.Person{jane}
		for i := range rapid.IntRange(1, 5).Draw(t, "newcomers") {
			p := namesake(rapid.SampledFrom([]string{"corp", "ext"}).Draw(t, "source"), fmt.Sprint(i))
			p.Standing = rapid.SampledFrom([]access.Standing{access.Active, access.Disabled}).Draw(t, "newcomer's standing")
			people = append(people, p)
		}
		alone := set.Bind(&access.Snapshot{People: people[:1]}, linkedTo("corp:jane")).Evaluate(&jane, now)
		crowd := rapid.Permutation(people).Draw(t, "order")
		b := set.Bind(&access.Snapshot{People: crowd}, linkedTo("corp:jane"))
		for i := range crowd {
			v := b.Evaluate(&crowd[i], now)
			switch {
			case v.Person == jane.ID:
				if diff := cmp.Diff(alone, v); diff != "" {
					t.Fatalf("the verdict of whose address it is (-alone +among newcomers):\n%s", diff)
				}
			case v.Skipped == "" || v.Account || len(v.Wishes) > 0:
				t.Fatalf("a newcomer is given something: %+v", v)
			}
		}
	})
}
