package sync_test

import (
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// ask asks about somebody by name; people whose addresses are alike are in the directory.
func ask(name string) (kwsync.Why, error) {
	one := func(id, dn string, mail access.Email, called string) access.Person {
		return access.Person{ID: access.PersonID{Source: "corp", ID: id}, DN: dn, Email: mail, Name: called, Standing: access.Active}
	}
	set, _ := rules.Compile(nil, rules.Options{})
	return kwsync.Explain(set, kwsync.Survey{Catalog: &access.Catalog{}, Snapshot: &access.Snapshot{People: []access.Person{
		one("1", `CN=Lang\2C Anna,OU=R&D,DC=corp`, "anna.lang@corp.example", "Anna Lang"),
		one("2", "CN=Hanna Lang,DC=corp", "hanna.lang@corp.example", "Hanna Lang"),
		one("3", "uid=blang,DC=corp", "", ""),
		one("4", "CN=Anna Langer,DC=corp", "anna.langer@corp.example", "Anna Langer"),
		{
			ID: access.PersonID{Source: "corp", ID: "6"}, DN: "CN=Out,DC=corp", Standing: access.Active,
			NoEmail: "mail: out@elsewhere.example is outside the allowed domains: corp.example",
		},
		one("5", "CN=Anna Lange,DC=corp", "anna.lange@corp.example", "Anna Lange"),
	}}}, kwsync.Question{Person: name}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
}

func TestExplain_FindsAPersonByAnySpellingOfTheDN(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`CN=Lang\2C Anna,OU=R&D,DC=corp`, `CN=Lang\, Anna,OU=R&D,DC=corp`, `cn=lang\2c anna,ou=r&d,dc=CORP`, `CN = Lang\, Anna , OU = R&D , DC = corp`,
	} {
		why, err := ask(name)
		if err != nil || len(why.Answers) != 1 || why.Answers[0].Person.ID.ID != "1" {
			t.Errorf("%s: got %d answers, error %v; want the one of corp:1", name, len(why.Answers), err)
		}
	}
}

func TestExplain_SuggestsWhoMayBeMeant(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"an address", "ana.lang@corp.example", "Anna Lang (anna.lang@corp.example) or Hanna Lang (hanna.lang@corp.example) or Anna Lange (anna.lange@corp.example)"},
		{"the part before the @", "anna.lang", "Anna Lang (anna.lang@corp.example) or Hanna Lang (hanna.lang@corp.example) or Anna Lange (anna.lange@corp.example)"},
		{"a name", "anna lnag", "Anna Lang (anna.lang@corp.example)"},
		{"the beginning of a name", "Anna", "Anna Lang (anna.lang@corp.example) or Anna Langer (anna.langer@corp.example) or Anna Lange (anna.lange@corp.example)"},
		{"a DN", "uid=bland,ou=x", "(corp:3)"},
		{"too short", "an", ""},
		{"nobody like that", "zacharias@corp.example", ""},
		{"only the domain is alike", "z@corp.example", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(tt.text)
			want := `nobody in the directory has the e-mail, id or DN "` + tt.text + `"`
			if tt.want != "" {
				want += ": did you mean " + tt.want + "?"
			}
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestExplain_FindsWhoseAddressIsRefused(t *testing.T) {
	t.Parallel()
	why, err := ask("OUT@elsewhere.example")
	if err != nil || len(why.Answers) != 1 {
		t.Fatalf("got %d answers, error %v; want the one whose address is not taken", len(why.Answers), err)
	}
	if got, want := why.Answers[0].Skipped, "mail: out@elsewhere.example is outside the allowed domains: corp.example"; got != want {
		t.Errorf("skipped because %q, want %q", got, want)
	}
}
