package snapshot_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

// attributes are all that a person of the company has, as if rules looked at each.
var attributes = []string{
	"cn", "departmentnumber", "displayname", "employeenumber", "employeetype", "givenname", "l", "mail", "manager", "sn", "title", "uid",
}

// company reads the embedded company from a real socket, and finds a folder of
// everybody's own on Kiteworks.
func company(t *testing.T) snapshot.File {
	t.Helper()
	server, err := ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: "reader", Entries: ldapsim.Company(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	client, err := directory.New(directory.Options{
		Name: "alpenglas", Kind: directory.Generic, Servers: []string{server.URL()},
		BindDN: ldapsim.CompanyBind, Password: func() (string, error) { return "reader", nil },
		People: directory.People{
			Bases: []string{ldapsim.CompanyBase}, Filter: "(objectClass=inetOrgPerson)", Name: "displayName",
			EmailFrom: []string{"mail"}, EmailDomains: []string{"alpenglas.example"},
		},
		Groups:     directory.Groups{Bases: []string{ldapsim.CompanyBase}},
		Attributes: attributes,
	})
	if err != nil {
		t.Fatal(err)
	}
	sn, _, err := client.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	f := town()
	f.Snapshot, f.Attributes = sn, attributes
	for i, p := range sn.People {
		path := access.Path("/Home/" + p.Attrs["uid"][0])
		f.Catalog.Folders = append(f.Catalog.Folders, access.Folder{ID: "h" + string(rune('0'+i)), Parent: "f1", As: folders, Path: path})
	}
	return f
}

// tokens are the words and numbers of a text, in lower case.
func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// Nothing by which the directory tells one person from another is left in the
// whole of a redacted file.
func TestNobodyIsNamedInARedactedFile(t *testing.T) {
	t.Parallel()
	f := company(t)
	text := string(unpack(t, write(t, redact(t, f, key))))
	lower := strings.ToLower(text)
	left := map[string]bool{}
	for _, token := range tokens(text) {
		left[token] = true
	}
	if n := len(f.Snapshot.People); n < 190 {
		t.Fatalf("the company has %d people, want 200", n)
	}
	for _, p := range f.Snapshot.People {
		for _, name := range []string{"uid", "sn", "givenname", "employeenumber"} {
			for _, token := range tokens(p.Attrs[name][0]) {
				if len([]rune(token)) > 1 && left[token] || left[token] && token > "z" { // the O of O'Brien is no name
					t.Errorf("%s %q of %s is left in the file", name, token, p.DN)
				}
			}
		}
		whole := slices.Concat([]string{p.ID.ID, p.DN, p.Name, string(p.Email)}, p.Attrs["mail"], p.Attrs["cn"], p.Attrs["displayname"], p.Attrs["manager"])
		for _, value := range whole {
			if value != "" && strings.Contains(lower, strings.ToLower(value)) {
				t.Errorf("%q of %s is left in the file", value, p.DN)
			}
		}
	}
}

// What the rules say of people is the same, but for their names.
func TestRulesSayTheSameOfARedactedFile(t *testing.T) {
	t.Parallel()
	f := company(t)
	set, problems := rules.Compile([]rules.Rule{
		{Name: "staff", When: rules.Condition{Filter: "(&(employeeType=staff)(!(title=Intern*)))"}, Account: &rules.Account{Profile: "Standard"}, Grants: []rules.Grant{
			{Folder: "/Departments/{{ .departmentNumber }}", Role: "Collaborator"},
			{Folder: `/Departments/{{ .manager | dnPart "ou" }}/{{ .l }}`, Role: "Viewer"},
		}},
		{Name: "managers", When: rules.Condition{Group: "managers"}, Grants: []rules.Grant{{Folder: "/Departments/Managers", Role: "Manager"}}},
		{Name: "others", When: rules.Condition{NotGroup: "managers", Filter: "(mail=*@alpenglas.example)"}, Grants: []rules.Grant{{Folder: "/Departments/Others", Role: "Viewer"}}},
	}, rules.Options{Identities: []string{folders}, DefaultAs: folders, Roots: []access.Path{"/Departments"}})
	if len(problems) > 0 {
		t.Fatalf("compile the rules: %v", problems)
	}
	want, got := verdicts(set, f), verdicts(set, redact(t, f, key))
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// verdicts are what the rules say of everybody, without saying of whom.
func verdicts(set *rules.Set, f snapshot.File) []string {
	bound := set.Bind(f.Snapshot, rules.Known{Groups: f.Pins.Groups})
	var all []string
	for i := range f.Snapshot.People {
		v := bound.Evaluate(&f.Snapshot.People[i], f.Snapshot.Taken)
		line := []string{v.Profile}
		for _, w := range v.Wishes {
			line = append(line, string(w.Place.Path)+" "+w.Role)
		}
		for _, h := range v.Held {
			line = append(line, "held "+h.Rule)
		}
		if v.Skipped != "" {
			line = append(line, "skipped")
		}
		all = append(all, strings.Join(line, ", "))
	}
	slices.Sort(all)
	return all
}
