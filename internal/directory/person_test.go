package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestEmailIsTheFirstThatIsDecidable(t *testing.T) {
	t.Parallel()
	people := People{EmailFrom: []string{"mail", "userprincipalname"}, EmailDomains: []string{"corp.example"}}
	tests := map[string]struct {
		attributes map[string][]string
		want       access.Email
		why        string
	}{
		"in one spelling":            {map[string][]string{"mail": {" Jane.Doe@Corp.Example "}}, "jane.doe@corp.example", ""},
		"the second attribute":       {map[string][]string{"userPrincipalName": {"jane@corp.example"}}, "jane@corp.example", ""},
		"a blank is no value":        {map[string][]string{"mail": {" "}, "userPrincipalName": {"jane@corp.example"}}, "jane@corp.example", ""},
		"none":                       {nil, "", "no value in mail, userprincipalname"},
		"two":                        {map[string][]string{"mail": {"b@corp.example", "a@corp.example"}}, "", "mail has 2 values: a@corp.example, b@corp.example"},
		"malformed, with a second":   {map[string][]string{"mail": {"jane"}, "userPrincipalName": {"jane@corp.example"}}, "", `mail: "jane" is not an e-mail address: want local@domain`},
		"outside the domains":        {map[string][]string{"mail": {"jane@private.example"}}, "", "mail: jane@private.example is outside the allowed domains: corp.example"},
		"a subdomain is another one": {map[string][]string{"mail": {"jane@x.corp.example"}}, "", "mail: jane@x.corp.example is outside the allowed domains: corp.example"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, why := people.email(entryOf(test.attributes))
			if got != test.want || why != test.why {
				t.Errorf("got %q, %q, want %q, %q", got, why, test.want, test.why)
			}
		})
	}
}

func TestPersonTakesWhatWasAskedForInAnySpelling(t *testing.T) {
	t.Parallel()
	r := newReader(Options{
		Name: "corp", Kind: OpenLDAP, People: People{EmailFrom: []string{"mail"}, Name: "displayname"},
		Attributes: []string{"department", "title"},
	}, nil, changedAt("20260101000000Z"))
	r.entry = entryOf(map[string][]string{
		"DEPARTMENT": {"Sales", "Legal"}, "department;lang-de": {"Vertrieb"}, "sn": {"Doe"}, "cn": {"Jane Doe", "Doe"},
	})
	want := access.Person{
		ID: access.PersonID{Source: "corp", ID: "1"}, DN: "cn=test", Name: "Doe", NoEmail: "no value in mail",
		Standing: access.Active, Attrs: map[string][]string{"department": {"Legal", "Sales"}},
	}
	if d := cmp.Diff(want, r.readPerson("1"), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
