package firsthour

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

func tribes(names ...string) (groups []directory.Tribe) {
	for _, n := range names {
		groups = append(groups, directory.Tribe{DN: "cn=" + n + ",ou=groups,dc=c", Name: n, Members: 2})
	}
	return groups
}

// land is a directory of so many people with an address.
func land(people int, groups ...directory.Tribe) *directory.Land {
	return &directory.Land{
		People: people, Domains: map[string]int{"corp.example": people},
		Attributes: map[string]map[string]int{}, Groups: groups,
	}
}

// told is a rule on one line.
func told(p Proposal) string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s=%s account=%t %s %s", p.Name, p.When, p.Of, p.Account, p.Folder, p.Role))
}

func TestProposals(t *testing.T) {
	t.Parallel()
	roots := []string{"/Departments", "/Projects"}
	with := func(l *directory.Land, attribute string, values map[string]int) *directory.Land {
		l.Attributes[attribute] = values
		return l
	}
	tests := map[string]struct {
		land   *directory.Land
		want   []string
		others []string
	}{
		"nothing to go by": {land(10), []string{"staff: everyone=true account=true"}, nil},
		"a kind that most are": {
			with(land(10), "employeeType", map[string]int{"staff": 7, "guest": 3}),
			[]string{"staff: filter=(employeeType=staff) account=true"},
			nil,
		},
		"a kind that would have to be escaped": {
			with(land(10), "employeeType", map[string]int{"staff (all)": 7}),
			[]string{"staff: everyone=true account=true"},
			nil,
		},
		"a group that holds most": {
			land(10, directory.Tribe{Name: "all-staff", Members: 9}),
			[]string{"staff: group=all-staff account=true"},
			nil,
		},
		"a group of everything, computers too": {
			land(10, directory.Tribe{Name: "Domain Members", Members: 400}),
			[]string{"staff: everyone=true account=true"},
			[]string{"Domain Members"},
		},
		"a department": {
			with(land(10), "department", map[string]int{"Sales": 4, "Legal": 4}),
			[]string{"staff: everyone=true account=true /Departments/{{ .department }} Collaborator"},
			nil,
		},
		"one that few have": {
			with(land(10), "department", map[string]int{"Sales": 2, "Legal": 3}),
			[]string{"staff: everyone=true account=true"},
			nil,
		},
		"families of groups": {
			land(10, tribes("proj-a-rw", "proj-b-rw", "proj-c-rw", "proj-a-ro", "proj-b-ro", "proj-c-ro", "lonely", "team x", "team y")...),
			[]string{
				"staff: everyone=true account=true",
				"proj ro: group_like=proj-<project>-ro account=false /Projects/{{ .project }} Viewer",
				"proj rw: group_like=proj-<project>-rw account=false /Projects/{{ .project }} Collaborator",
			},
			[]string{"lonely", "team x", "team y"},
		},
		"groups of departments beside an attribute": {
			with(land(10, tribes("dept-a", "dept-b", "dept-c")...), "department", map[string]int{"a": 5, "b": 5}),
			[]string{"staff: everyone=true account=true /Departments/{{ .department }} Collaborator"},
			[]string{"dept-a", "dept-b", "dept-c"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules, others := Propose(test.land, roots)
			var got []string
			for _, p := range rules {
				got = append(got, told(p))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.others, others); diff != "" {
				t.Errorf("others (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBasesAreTheBranchesThatHoldPeople(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		counts map[string]int
		want   []string
	}{
		"nobody":                        {nil, []string{"DC=corp"}},
		"one branch, several levels":    {map[string]int{"OU=A,OU=Staff,DC=corp": 3, "OU=Staff,DC=corp": 1}, []string{"OU=Staff,DC=corp"}},
		"several, the largest first":    {map[string]int{"OU=A,DC=corp": 3, "OU=B,DC=corp": 9}, []string{"OU=B,DC=corp", "OU=A,DC=corp"}},
		"beside the usual container":    {map[string]int{"OU=A,DC=corp": 3, "CN=Users,DC=corp": 9}, []string{"OU=A,DC=corp"}},
		"the usual container alone":     {map[string]int{"CN=Users,DC=corp": 9}, []string{"CN=Users,DC=corp"}},
		"right below the context":       {map[string]int{"dc=corp": 3, "OU=A,DC=corp": 9}, []string{"DC=corp"}},
		"a comma in a name, other case": {map[string]int{`OU=A\, B,dc=CORP`: 3}, []string{`OU=A\, B,dc=CORP`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, Bases(test.counts, "DC=corp")); diff != "" {
				t.Errorf("bases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDomainsThatAreRareAreNotProposed(t *testing.T) {
	t.Parallel()
	got := Domains(map[string]int{"corp.example": 90, "sub.corp.example": 8, "gmail.example": 2})
	if diff := cmp.Diff([]string{"corp.example", "sub.corp.example"}, got); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
}

func answers() Answers {
	a := Answers{
		Servers: []string{"ldaps://dc1.corp.example"}, BindUser: "svc@corp.example", Kiteworks: "https://files.corp.example",
		Users: "u@corp.example", Folders: "f@corp.example", Roots: []string{"/Departments"}, Existing: "link", Kind: "active-directory",
		PeopleBases: []string{"OU=Staff,DC=corp"}, GroupBases: []string{"OU=Groups,DC=corp"}, Domains: []string{"corp.example"}, Metrics: ":9854",
	}
	a.Beside("/etc/kw-onboarder")
	return a
}

// TestWhateverTheDirectoryHoldsMakesAConfiguration: names come from others, and must not break the file, nor
// become keys or values of it.
func TestWhateverTheDirectoryHoldsMakesAConfiguration(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"plain", `with "quotes" and \`, "line\nfeed", "tab\there", "#comment", "{{ .x }}", "mode: sync", "Ünïcödé 李", "a\u2028b"} {
		a := answers()
		a.Rules = []Proposal{{Name: odd, Why: odd, When: "group", Of: odd, Account: true, Folder: "/Departments/{{ .department }}", Role: "Viewer"}}
		a.Others, a.BindUser = []string{odd, odd}, "cn="+odd
		text, c, err := Render(a, "config.yaml")
		if err != nil {
			t.Errorf("%q: %v\n%s", odd, err, text)
			continue
		}
		if c.Mode.String() != "observe" || c.Rules[0].When.Group != odd || c.Directories[0].Bind.User != "cn="+odd {
			t.Errorf("%q came back as %q and %q, mode %s", odd, c.Rules[0].When.Group, c.Directories[0].Bind.User, c.Mode)
		}
	}
}

func TestAnswersOfEveryShapeMakeAConfiguration(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Answers){
		"as it is":            func(*Answers) {},
		"StartTLS and a CA":   func(a *Answers) { a.Servers, a.StartTLS, a.CA = []string{"ldap://dc1"}, true, "/etc/ca.pem" },
		"several of each":     func(a *Answers) { a.Servers = append(a.Servers, "ldaps://dc2"); a.Roots = append(a.Roots, "/Legal") },
		"a private authority": func(a *Answers) { a.KiteworksCA = "/etc/ca.pem" },
		"a client id":         func(a *Answers) { a.ClientID = "0123" },
		"a generic directory": func(a *Answers) { a.Kind = "generic" },
	} {
		a := answers()
		change(&a)
		if text, _, err := Render(a, "config.yaml"); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		read func(string) (string, error)
		text string
		want string // "": refused
	}{
		"a bare host":            {Server, "dc1.corp.example", "ldaps://dc1.corp.example"},
		"a web server":           {Server, "https://dc1", ""},
		"no server":              {Server, " ", ""},
		"a bare Kiteworks":       {Tenant, "files.corp.example/", "https://files.corp.example"},
		"a page of it":           {Tenant, "https://files.corp.example/admin", ""},
		"a reference":            {Reference, "file:/x", "file:/x"},
		"a password":             {Reference, "hunter2", ""},
		"an address":             {Address, "A@Corp.example", "a@corp.example"},
		"no address":             {Address, "corp", ""},
		"a folder":               {Root, "/Legal", "/Legal"},
		"no folder":              {Root, "Legal", ""},
		"a decision":             {Decision, "Link", "link"},
		"no decision":            {Decision, "yes", ""},
		"nothing but a blank":    {Text, " ", ""},
		"servers that DNS names": {Server, "ldaps+srv://corp.example", "ldaps+srv://corp.example"},
	} {
		got, err := test.read(test.text)
		if (err != nil) != (test.want == "") || err == nil && got != test.want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats it: %v", name, err)
		}
	}
}
