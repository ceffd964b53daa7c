package ldapsim_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

func TestBind(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const account = "cn=reader,dc=alpenglas,dc=example"
	tests := map[string]struct {
		name, password string
		want           int
	}{
		"right":                   {account, password, ldap.LDAPResultSuccess},
		"spelled otherwise":       {"CN=Reader, DC=Alpenglas, DC=Example", password, ldap.LDAPResultSuccess},
		"wrong password":          {account, "wrong", ldap.LDAPResultInvalidCredentials},
		"right password and more": {account, password + "x", ldap.LDAPResultInvalidCredentials},
		"unknown account":         {"cn=other,dc=alpenglas,dc=example", password, ldap.LDAPResultInvalidCredentials},
		"no DN":                   {"reader", password, ldap.LDAPResultInvalidDNSyntax},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s)
			if got := codeOf(t, c.Bind(test.name, test.password)); got != test.want {
				t.Errorf("bind: got %d, want %d", got, test.want)
			}
			want := ldap.LDAPResultSuccess
			if test.want != ldap.LDAPResultSuccess {
				want = ldap.LDAPResultNoSuchObject
			}
			_, err := c.Search(query(base, ldap.ScopeBaseObject, "(objectClass=*)"))
			if got := codeOf(t, err); got != want {
				t.Errorf("search: got %d, want %d", got, want)
			}
		})
	}
}

func TestBindOtherwise(t *testing.T) {
	t.Parallel()
	s := serve(t)
	anonymous := ldap.NewSimpleBindRequest("", "", nil)
	anonymous.AllowEmptyPassword = true
	unauthenticated := ldap.NewSimpleBindRequest("cn=reader,"+base, "", nil)
	unauthenticated.AllowEmptyPassword = true
	c := login(t, s)
	if _, err := c.SimpleBind(unauthenticated); codeOf(t, err) != ldap.LDAPResultUnwillingToPerform {
		t.Errorf("a DN without password: got %v, want unwilling to perform", err)
	}
	_, err := c.Search(query(base, ldap.ScopeBaseObject, "(objectClass=*)"))
	if got := codeOf(t, err); got != ldap.LDAPResultNoSuchObject {
		t.Errorf("search after a failed bind: got %d, want no such object", got)
	}
	if _, err := c.SimpleBind(anonymous); err != nil {
		t.Errorf("anonymous bind: %v", err)
	}
	_, err = c.Search(query(base, ldap.ScopeWholeSubtree, "(objectClass=*)"))
	if got := codeOf(t, err); got != ldap.LDAPResultNoSuchObject {
		t.Errorf("anonymous search: got %d, want no such object", got)
	}
	if got := codeOf(t, c.ExternalBind()); got != ldap.LDAPResultAuthMethodNotSupported {
		t.Errorf("SASL: got %d, want auth method not supported", got)
	}
}

func TestExtendedOperations(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	who, err := c.WhoAmI(nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "dn:cn=reader," + base; who.AuthzID != want {
		t.Errorf("got %q, want %q", who.AuthzID, want)
	}
	_, err = c.Extended(ldap.NewExtendedRequest("1.2.3.4", nil))
	if got := codeOf(t, err); got != ldap.LDAPResultProtocolError {
		t.Errorf("unknown operation: got %d, want protocol error", got)
	}
	if got := codeOf(t, c.StartTLS(nil)); got != ldap.LDAPResultProtocolError {
		t.Errorf("StartTLS: got %d, want protocol error", got)
	}
}

func TestRefusesToWrite(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	add := ldap.NewAddRequest("uid=new,"+people, nil)
	add.Attribute("uid", []string{"new"})
	modify := ldap.NewModifyRequest("uid=oyilmaz,"+people, nil)
	modify.Replace("title", []string{"Queen"})
	_, compareError := c.Compare("uid=oyilmaz,"+people, "uid", "oyilmaz")
	for name, err := range map[string]error{
		"add":     c.Add(add),
		"modify":  c.Modify(modify),
		"delete":  c.Del(ldap.NewDelRequest("uid=oyilmaz,"+people, nil)),
		"rename":  c.ModifyDN(ldap.NewModifyDNRequest("uid=oyilmaz,"+people, "uid=x", true, "")),
		"compare": compareError,
	} {
		if got := codeOf(t, err); got != ldap.LDAPResultUnwillingToPerform {
			t.Errorf("%s: got %d, want unwilling to perform", name, got)
		}
	}
}

func TestControls(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	search := func(controls ...ldap.Control) int {
		req := query(base, ldap.ScopeBaseObject, "(objectClass=*)")
		req.Controls = controls
		_, err := c.Search(req)
		return codeOf(t, err)
	}
	if got := search(ldap.NewControlString("1.2.3", false, "x")); got != ldap.LDAPResultSuccess {
		t.Errorf("unknown control: got %d, want success", got)
	}
	if got := search(ldap.NewControlString("1.2.3", true, "")); got != ldap.LDAPResultUnavailableCriticalExtension {
		t.Errorf("unknown critical control: got %d, want unavailable critical extension", got)
	}
	if got := search(ldap.NewControlString(ldap.ControlTypePaging, false, "junk")); got != ldap.LDAPResultProtocolError {
		t.Errorf("malformed paging control: got %d, want protocol error", got)
	}
}

func TestPasswordIsNotShown(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t))
	err := c.Bind("cn=reader,"+base, password+"?")
	if err == nil || strings.Contains(err.Error(), password) {
		t.Errorf("got %v, want a refusal without the password", err)
	}
}
