package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestEmailIsTheFirstThatIsDecidable(t *testing.T) {
	t.Parallel()
	people := People{EmailFrom: []string{"mail", "userprincipalname"}, EmailDomains: []string{"corp.example"}}
	latin1 := "j\xf6rg@corp.example"
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
		"with a plus":                {map[string][]string{"mail": {"jane+kw@corp.example"}}, "jane+kw@corp.example", ""},
		"a space inside":             {map[string][]string{"mail": {"jane doe@corp.example"}}, "", `mail: "jane doe@corp.example" is not an e-mail address: it holds a space, a control or a list character`},
		"Latin-1":                    {map[string][]string{"mail": {latin1}}, "", `mail: "j\xf6rg@corp.example" is not an e-mail address: it is not UTF-8`},
		"two, the other way round":   {map[string][]string{"mail": {"a@corp.example", "b@corp.example"}}, "", "mail has 2 values: a@corp.example, b@corp.example"},
		"an international domain":    {map[string][]string{"mail": {"jane@Bücher.example"}}, "", "mail: jane@xn--bcher-kva.example is outside the allowed domains: corp.example"},
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
	m := &mirror{kind: OpenLDAP.traits(), texts: newInterner(), o: &Options{
		People:     People{EmailFrom: []string{"mail"}, Name: "displayname"},
		Attributes: []string{"department", "title"},
	}}
	got, err := m.readPerson(entryOf(map[string][]string{
		"DEPARTMENT": {"Sales", "Legal"}, "department;lang-de": {"Vertrieb"}, "sn": {"Doe"}, "cn": {"Jane Doe", "Doe"},
	}))
	want := &person{
		name: "Doe", noEmail: "no value in mail", standing: &standing{is: access.Active},
		attrs: map[string][]string{"department": {"Legal", "Sales"}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(person{}, standing{})); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
