package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// sent are the operations that the client's code sends, as method and template.
func sent(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../kiteworks/*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`\b(get|post|put|newRequest)\((?:http\.Method(\w+), )?[^"\n]*?(?:"(/rest/[^"]+)"|\boneMember\b)`)
	found := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			method, path := m[1], m[3]
			if m[2] != "" {
				method = m[2]
			}
			if path == "" {
				path = oneMember
			}
			found[strings.ToUpper(method)+" "+path] = filepath.Base(file)
		}
	}
	return found
}

// TestOperationsAreThoseOfTheClient: a request that is not on the list would be refused for want
// of a scope that nobody was told of, and one that is no longer sent would be asked for in vain.
func TestOperationsAreThoseOfTheClient(t *testing.T) {
	t.Parallel()
	code := sent(t)
	if len(code) < 15 {
		t.Fatalf("only %d operations found in the code: %v", len(code), code)
	}
	listed := map[string]bool{}
	for _, o := range operations() {
		listed[o.op] = true
		if code[o.op] == "" {
			t.Errorf("%s is listed, and the client does not send it", o.op)
		}
	}
	for op, file := range code {
		if !listed[op] {
			t.Errorf("%s sends %s, which is not listed", file, op)
		}
	}
}

const head = `
directory:
  kind: generic
  servers: ["ldaps://ldap.corp.example"]
  bind: {user: "cn=r", password: "file:/p"}
  people: {bases: ["ou=p,dc=c"], email: {domains: [corp.example]}}
  groups: {bases: ["ou=g,dc=c"]}
kiteworks:
  url: https://files.corp.example
  client_id: app
  client_secret: env:S
  jwt: {issuer: kw, private_key: "cred:key"}
  identities: {users: users@corp.example, folders: folders@corp.example, others: [legal@corp.example, idle@corp.example]}
  roots: [/Departments, /Projects, /Legal]
accounts: {existing: ignore}
`

const rules = `
rules:
  - name: staff
    when: {everyone: true}
    account: {profile: Standard}
    grants: [{folder: "/Departments/{{ .department }}", role: Viewer, create: true}]
  - name: legal
    when: {group: legal}
    grants: [{folder: /Legal/Contracts, role: Viewer, as: legal@corp.example}]
`

func parse(t *testing.T, mode, more string) *config.Config {
	t.Helper()
	c, err := config.Parse("config.yaml", []byte("mode: "+mode+head+more))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNeedsFollowModeAndRules(t *testing.T) {
	t.Parallel()
	const reading = "GET/admin/* GET/roles/* GET/folders/*"
	leavers := "leavers: [{who: [gone], steps: [{after: 0h, do: suspend}, {after: 9d, do: delete, data_to: manager}]}]\n"
	tests := map[string]struct{ mode, more, must, may string }{
		"observe writes nothing": {"observe", rules, reading, "GET/users/* GET/clients/*"},
		"create-only": {
			"create-only", rules,
			reading + " POST/admin/* PUT/admin/* POST/folders/*", "PUT/folders/* DELETE/folders/* GET/users/* GET/clients/*",
		},
		"create-only without accounts": {
			"create-only", strings.Replace(rules, "account: {profile: Standard}", "", 1),
			reading + " POST/folders/*", "PUT/folders/* DELETE/folders/* PUT/admin/* GET/users/* GET/clients/*",
		},
		"create-only without rules": {"create-only", "rules: []", reading, "PUT/folders/* DELETE/folders/* PUT/admin/* GET/users/* GET/clients/*"},
		"upsert-only": {
			"upsert-only", rules,
			reading + " POST/admin/* PUT/admin/* POST/folders/*", "PUT/folders/* DELETE/folders/* GET/users/* GET/clients/*",
		},
		"sync": {
			"sync", rules,
			reading + " POST/admin/* PUT/admin/* POST/folders/* PUT/folders/* DELETE/folders/*", "GET/users/* GET/clients/*",
		},
		"sync that deletes": {
			"sync", rules + leavers,
			reading + " POST/admin/* PUT/admin/* POST/folders/* PUT/folders/* DELETE/folders/* DELETE/admin/*", "GET/users/* GET/clients/*",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			must, may := Needs(parse(t, test.mode, test.more))
			if got := words(must); got != test.must {
				t.Errorf("must\ngot  %s\nwant %s", got, test.must)
			}
			if got := words(may); got != test.may {
				t.Errorf("may\ngot  %s\nwant %s", got, test.may)
			}
		})
	}
}

func TestCompareNamesWhatIsTooMuchAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		told            string
		missing, excess []string
		untold          bool
	}{
		"exactly":                      {told: "GET/admin/* GET/roles/* GET/folders/*"},
		"with what commands use":       {told: "GET/admin/* GET/roles/* GET/folders/* GET/users/* GET/clients/*"},
		"everything":                   {told: "*/*/*", excess: []string{"*/*/*"}},
		"a method too many":            {told: "GET/admin/* GET/roles/* GET/folders/* POST/folders/*", excess: []string{"POST/folders/*"}},
		"all methods of an entity":     {told: "GET/admin/* GET/roles/* folders/*", excess: []string{"folders/*"}},
		"an entity that is not needed": {told: "GET/admin/* GET/roles/* GET/folders/* GET/files/*", excess: []string{"GET/files/*"}},
		"any entity":                   {told: "GET/*/*", excess: []string{"GET/*/*"}},
		"missing":                      {told: "GET/admin/*,GET/folders/*", missing: []string{"GET/roles/*"}},
		"lower case":                   {told: "get/Admin/* get/roles/* get/folders/*"},
		"nothing told":                 {told: " ", untold: true},
		"words that are no scopes":     {told: "everything", untold: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Compare(parse(t, "observe", rules), test.told)
			var missing []string
			for _, n := range s.Missing {
				missing = append(missing, n.Scope)
			}
			if !cmp.Equal(missing, test.missing) || !cmp.Equal(s.Excess, test.excess) || (len(s.Granted) == 0) != test.untold {
				t.Errorf("got missing %q, excess %q, granted %q, want missing %q, excess %q", missing, s.Excess, s.Granted, test.missing, test.excess)
			}
		})
	}
}

func TestHoldersAreThoseWhomGrantsName(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for _, h := range Holders(parse(t, "observe", rules)) {
		got[string(h.As)] = []string{}
		for _, r := range h.Roots {
			got[string(h.As)] = append(got[string(h.As)], string(r.Path))
		}
		slices.Sort(got[string(h.As)])
	}
	want := map[string][]string{"folders@corp.example": {"/Departments"}, "legal@corp.example": {"/Legal"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
	all := Holders(parse(t, "observe", "rules: []"))
	if len(all) != 1 || len(all[0].Roots) != 3 {
		t.Errorf("got %v, want folders@ on every root where no rule says less", all)
	}
}
