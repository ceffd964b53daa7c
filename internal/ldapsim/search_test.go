package ldapsim_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	ozlem := "uid=oyilmaz," + people
	tests := map[string]struct {
		base   string
		scope  int
		filter string
		want   []string
	}{
		"base object":         {people, ldap.ScopeBaseObject, "(objectClass=*)", []string{people}},
		"base, not matching":  {people, ldap.ScopeBaseObject, "(uid=*)", nil},
		"one level":           {base, ldap.ScopeSingleLevel, "(objectClass=*)", []string{partners, groups, people}},
		"one level, no deep":  {base, ldap.ScopeSingleLevel, "(uid=oyilmaz)", nil},
		"subtree":             {base, ldap.ScopeWholeSubtree, "(uid=oyilmaz)", []string{ozlem}},
		"subtree has base":    {people, ldap.ScopeWholeSubtree, "(ou=*)", []string{people}},
		"base, other case":    {strings.ToUpper(people), ldap.ScopeWholeSubtree, "(uid=oyilmaz)", []string{ozlem}},
		"base, wide":          {"ou = people , " + base, ldap.ScopeWholeSubtree, "(uid=oyilmaz)", []string{ozlem}},
		"non-ASCII":           {base, ldap.ScopeWholeSubtree, "(cn=özlem yılmaz)", []string{ozlem}},
		"escaped bytes":       {base, ldap.ScopeWholeSubtree, `(givenName=\c3\96zlem)`, []string{ozlem}},
		"conjunction":         {base, ldap.ScopeWholeSubtree, "(&(departmentNumber=Legal)(employeeType=contractor))", []string{`cn=Bianchi\, Maria,` + partners}},
		"DN with a comma":     {`cn=Bianchi\, Maria,` + partners, ldap.ScopeBaseObject, "(objectClass=*)", []string{`cn=Bianchi\, Maria,` + partners}},
		"the comma as hex":    {`cn=bianchi\2c maria,` + partners, ldap.ScopeBaseObject, "(objectClass=*)", []string{`cn=Bianchi\, Maria,` + partners}},
		"by member":           {base, ldap.ScopeWholeSubtree, "(&(member=" + ozlem + ")(cn=proj-*))", []string{"cn=proj-aurora-rw," + groups}},
		"by UUID":             {base, ldap.ScopeWholeSubtree, "(&(entryUUID=*)(uid=oyilmaz))", []string{ozlem}},
		"created by now":      {people, ldap.ScopeBaseObject, "(createTimestamp<=21000101000000Z)", []string{people}},
		"not created later":   {people, ldap.ScopeBaseObject, "(createTimestamp>=21000101000000Z)", nil},
		"people without mail": {base, ldap.ScopeWholeSubtree, "(&(uid=*)(!(mail=*)))", []string{"uid=creiter," + people, "uid=lwallner," + people}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := c.Search(query(test.base, test.scope, test.filter, "1.1"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, dns(found.Entries)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	user := []string{"cn", "departmentNumber", "displayName", "employeeNumber", "employeeType", "givenName", "l", "mail", "manager", "objectClass", "sn", "title", "uid"}
	operational := []string{"createTimestamp", "entryUUID", "modifyTimestamp"}
	tests := map[string]struct{ ask, want []string }{
		"nothing said":          {nil, user},
		"star":                  {[]string{"*"}, user},
		"plus":                  {[]string{"+"}, operational},
		"both":                  {[]string{"*", "+"}, slices.Concat(user, operational)},
		"none":                  {[]string{"1.1"}, nil},
		"by name, another case": {[]string{"MAIL", "entryuuid"}, []string{"mail", "entryUUID"}},
		"none and a name":       {[]string{"1.1", "mail"}, []string{"mail"}},
		"star and a name":       {[]string{"*", "modifyTimestamp"}, append(slices.Clone(user), "modifyTimestamp")},
		"twice, and unknown":    {[]string{"uid", "UID", "shoeSize"}, []string{"uid"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, typesOnly := range []bool{false, true} {
				req := query("uid=oyilmaz,"+people, ldap.ScopeBaseObject, "(objectClass=*)", test.ask...)
				req.TypesOnly = typesOnly
				found, err := c.Search(req)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, a := range found.Entries[0].Attributes {
					got = append(got, a.Name)
					if (len(a.Values) == 0) != typesOnly {
						t.Errorf("%s has %d values with typesOnly %t", a.Name, len(a.Values), typesOnly)
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("attributes (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	tests := map[string]struct {
		base, filter string
		want         int
		matched      string
	}{
		"unknown leaf":      {"uid=nobody," + people, "(uid=*)", ldap.LDAPResultNoSuchObject, people},
		"unknown branch":    {"uid=x,ou=y,ou=z," + base, "(uid=*)", ldap.LDAPResultNoSuchObject, base},
		"unknown suffix":    {"dc=other", "(uid=*)", ldap.LDAPResultNoSuchObject, ""},
		"root, whole tree":  {"", "(uid=*)", ldap.LDAPResultNoSuchObject, ""},
		"no DN":             {"people", "(uid=*)", ldap.LDAPResultInvalidDNSyntax, ""},
		"approximate match": {base, "(cn~=x)", ldap.LDAPResultInappropriateMatching, ""},
		"unknown rule":      {base, "(cn:1.2.3:=x)", ldap.LDAPResultInappropriateMatching, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.Search(query(test.base, ldap.ScopeWholeSubtree, test.filter))
			if got := codeOf(t, err); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			var e *ldap.Error
			if errors.As(err, &e) && e.MatchedDN != test.matched {
				t.Errorf("matched DN: got %q, want %q", e.MatchedDN, test.matched)
			}
		})
	}
}

func TestRootDSE(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t)) // not bound: it is for everybody
	found, err := c.Search(query("", ldap.ScopeBaseObject, "(objectClass=*)", "+"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, a := range found.Entries[0].Attributes {
		got[a.Name] = a.Values
	}
	want := map[string][]string{
		"namingContexts":       {base},
		"subschemaSubentry":    {"cn=Subschema"},
		"supportedControl":     {ldap.ControlTypePaging},
		"supportedExtension":   {"1.3.6.1.4.1.4203.1.11.3"},
		"supportedLDAPVersion": {"3"},
		"vendorName":           {"kw-onboarder embedded directory"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("root DSE (-want +got):\n%s", diff)
	}
	schema, err := c.Search(query("cn=subschema", ldap.ScopeBaseObject, "(objectClass=subschema)", "attributeTypes"))
	if err != nil {
		t.Fatal(err)
	}
	types := schema.Entries[0].GetAttributeValues("attributeTypes")
	wantType := "( 2.5.18.2 NAME 'modifyTimestamp' EQUALITY generalizedTimeMatch " +
		"ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 )"
	if !slices.Contains(types, wantType) {
		t.Errorf("attributeTypes: got %q, want them to contain %q", types, wantType)
	}
}

func TestSizeLimit(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	req := query(base, ldap.ScopeWholeSubtree, "(uid=*)", "1.1")
	req.SizeLimit = 10
	found, err := c.Search(req)
	if got := codeOf(t, err); got != ldap.LDAPResultSizeLimitExceeded || len(found.Entries) != 10 {
		t.Errorf("got code %d and %d entries, want 4 and 10", got, len(found.Entries))
	}
	req.SizeLimit = 199
	found, err = c.Search(req)
	if got := codeOf(t, err); got != 0 || len(found.Entries) != 199 {
		t.Errorf("a limit of just enough: got code %d and %d entries, want 0 and 199", got, len(found.Entries))
	}
}
