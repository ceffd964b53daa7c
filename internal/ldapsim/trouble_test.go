package ldapsim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

const (
	departments = "(cn=dept-*)" // eight groups
	sizeLimit   = "Size Limit Exceeded"
)

// TestTrouble_EndsASearch: what was sent before arrives, and then the end is not a good one.
func TestTrouble_EndsASearch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trouble ldapsim.Trouble
		end     string // of the error's text; "": none
		want    int
	}{
		"none":                    {ldapsim.Trouble{}, "", 8},
		"a limit":                 {ldapsim.Trouble{SizeLimit: 3}, sizeLimit, 3},
		"a limit that is no less": {ldapsim.Trouble{SizeLimit: 8}, "", 8},
		"cut":                     {ldapsim.Trouble{Cut: 5}, "unable to read LDAP response packet", 5},
		"not cut":                 {ldapsim.Trouble{Cut: 8}, "", 8},
	}
	for name, test := range tests {
		for _, page := range []uint32{2, 100} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := serve(t)
				c := login(t, s)
				s.SetTrouble(test.trouble)
				found := 0
				answer := c.SearchAsync(t.Context(), query(base, ldap.ScopeWholeSubtree, departments), 64)
				for answer.Next() {
					found++
				}
				err := answer.Err()
				if found != test.want || (err == nil) != (test.end == "") || err != nil && !strings.Contains(err.Error(), test.end) {
					t.Errorf("%d entries, %v; want %d, %q", found, err, test.want, test.end)
				}
				s.SetTrouble(ldapsim.Trouble{})
				if paged, err := login(t, s).SearchWithPaging(query(base, ldap.ScopeWholeSubtree, departments), page); err != nil || len(paged.Entries) != 8 {
					t.Errorf("behind it: %v, %v; want all", paged, err)
				}
			})
		}
	}
}

func TestTrouble_Down(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := login(t, s)
	s.SetTrouble(ldapsim.Trouble{Down: true})
	served := []uint16{ldap.LDAPResultSuccess, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInsufficientAccessRights} // a server has answered
	if _, err := c.Search(query(base, ldap.ScopeBaseObject, "(objectClass=*)")); err == nil || ldap.IsErrorAnyOf(err, served...) {
		t.Errorf("on an open connection: %v, want that it has ended", err)
	}
	if err := dial(t, s).Bind(ldapsim.CompanyBind, password); err == nil || ldap.IsErrorAnyOf(err, served...) {
		t.Errorf("on a new connection: %v, want that it ends", err)
	}
	s.SetTrouble(ldapsim.Trouble{})
	login(t, s)
}

// TestTrouble_HidesWithoutASign: a search succeeds and does not show all; whoever aims finds it.
func TestTrouble_HidesWithoutASign(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := login(t, s)
	const legal = "cn=dept-legal," + groups
	id := entryUUID(t, c, legal)
	tests := map[string]struct {
		trouble    ldapsim.Trouble
		all, aimed bool // whether the search for all, and for the id, shows it
	}{
		"none":                {ldapsim.Trouble{}, true, true},
		"to everybody":        {ldapsim.Trouble{Hides: func(dn string, _ bool) bool { return dn == legal }}, false, false},
		"from who looks wide": {ldapsim.Trouble{Hides: func(dn string, aimed bool) bool { return dn == legal && !aimed }}, false, true},
	}
	for name, test := range tests { // one behind the other: they change the server
		s.SetTrouble(test.trouble)
		for filter, want := range map[string]bool{departments: test.all, "(entryUUID=" + id + ")": test.aimed} {
			found, err := c.Search(query(base, ldap.ScopeWholeSubtree, filter, "1.1"))
			if err != nil || slices.Contains(dns(found.Entries), legal) != want {
				t.Errorf("%s: %s found %v, %v; want the group among it: %v", name, filter, found, err, want)
			}
		}
	}
}

func TestTrouble_WithholdsMembers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := login(t, s)
	const aurora = "cn=proj-aurora-rw," + groups
	members := func(filter string) []string {
		found, err := c.Search(query(base, ldap.ScopeWholeSubtree, filter, "member"))
		if err != nil || len(found.Entries) != 1 {
			t.Fatalf("%s found %v, %v", filter, found, err)
		}
		return found.Entries[0].GetAttributeValues("member")
	}
	all := members("(cn=proj-aurora-rw)")
	s.SetTrouble(ldapsim.Trouble{Withholds: func(group, member string, aimed bool) bool {
		return group == aurora && !aimed && !strings.HasPrefix(member, "uid=wwang")
	}})
	if diff := cmp.Diff([]string{"uid=wwang," + people}, members("(cn=proj-aurora-rw)")); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(all, members("(&(cn=proj-aurora-rw)(member="+all[0]+"))")); diff != "" {
		t.Errorf("members, by one of them (-want +got):\n%s", diff)
	}
}

func TestTheSignOfOpenLDAP(t *testing.T) {
	t.Parallel()
	for _, sign := range []bool{false, true} {
		o := options(ldapsim.Company())
		o.OpenLDAP = sign
		found, err := dial(t, serveWith(t, o)).Search(query("", ldap.ScopeBaseObject, "(objectClass=*)", "objectClass"))
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(found.Entries[0].GetAttributeValues("objectClass"), "OpenLDAProotDSE"); got != sign {
			t.Errorf("OpenLDAP: %v, and the sign is there: %v", sign, got)
		}
	}
}

func entryUUID(t *testing.T, c *ldap.Conn, dn string) string {
	t.Helper()
	found, err := c.Search(query(dn, ldap.ScopeBaseObject, "(objectClass=*)", "entryUUID"))
	if err != nil {
		t.Fatal(err)
	}
	return found.Entries[0].GetAttributeValue("entryUUID")
}
