package sambatest_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDomainKeepsChangesOverARestart(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	s.AddUser(t, "CN=Ada,"+sambatest.StaffOU, map[string][]string{"sAMAccountName": {"ada"}})
	s.AddOU(t, "OU=Teams,"+sambatest.GroupsOU)
	s.AddGroup(t, "CN=Engineers,OU=Teams,"+sambatest.GroupsOU, "CN=Ada,"+sambatest.StaffOU)
	s.Set(t, "CN=Ada,"+sambatest.StaffOU, "mail", "ada@bed.test")
	s.Rename(t, "CN=Ada,"+sambatest.StaffOU, "CN=Ada L.", sambatest.LeaversOU)
	s.Restart(t)
	ada := read(t, bind(t, s, s.URL(), sambatest.ReaderUser), sambatest.LeaversOU, "(sAMAccountName=ada)")
	if len(ada) != 1 {
		t.Fatalf("users after the restart: got %d, want 1", len(ada))
	}
	for attribute, want := range map[string]string{
		"mail": "ada@bed.test", "userAccountControl": "512", "memberOf": "CN=Engineers,OU=Teams," + sambatest.GroupsOU,
	} {
		if got := ada[0].GetAttributeValue(attribute); got != want {
			t.Errorf("%s: got %q, want %q", attribute, got, want)
		}
	}
}

func TestDirSyncIsForThoseWhoMayReplicate(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	s.AddUser(t, "CN=Leaver,"+sambatest.StaffOU, nil)
	_, _, err := dirSync(bind(t, s, s.URL(), sambatest.ReaderUser), nil)
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		t.Errorf("as a reader: got %v, want insufficient access rights", err)
	}
	for user, told := range map[string]bool{sambatest.SyncUser: true, sambatest.BlindUser: false} {
		dn := "CN=" + user + "," + sambatest.StaffOU
		s.AddUser(t, dn, nil)
		c := bind(t, s, s.URL(), user)
		_, cookie, err := dirSync(c, nil)
		if err != nil {
			t.Fatalf("as %s: %v", user, err)
		}
		s.Set(t, "CN=Leaver,"+sambatest.StaffOU, "title", user)
		s.Delete(t, dn)
		changed, _, err := dirSync(c, cookie)
		if err != nil {
			t.Fatalf("as %s: %v", user, err)
		}
		if !slices.ContainsFunc(changed, func(e *ldap.Entry) bool { return e.GetAttributeValue("title") == user }) {
			t.Errorf("%s is not told of a change", user)
		}
		if got := slices.ContainsFunc(changed, isDeleted); got != told {
			t.Errorf("%s is told of the deletion: got %v, want %v", user, got, told)
		}
	}
}

func TestTheRecycleBinKeepsAttributes(t *testing.T) {
	t.Parallel()
	for bin, want := range map[bool]string{false: "", true: "gone@bed.test"} {
		s := sambatest.Start(t, sambatest.Options{RecycleBin: bin})
		s.AddUser(t, "CN=Gone,"+sambatest.StaffOU, map[string][]string{"mail": {"gone@bed.test"}})
		s.Delete(t, "CN=Gone,"+sambatest.StaffOU)
		found := read(t, bind(t, s, s.URL(), sambatest.SyncUser), sambatest.BaseDN, "(lastKnownParent=*)")
		if len(found) != 1 {
			t.Fatalf("deleted objects: got %d, want 1", len(found))
		}
		if got := found[0].GetAttributeValue("mail"); got != want {
			t.Errorf("mail of the deleted user, recycle bin %v: got %q, want %q", bin, got, want)
		}
	}
}

func TestTLSProvesTheServer(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	bind(t, s, s.URLTLS(), sambatest.ReaderUser)
	plain, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.StartTLS(trust(t, s)); err != nil {
		t.Errorf("StartTLS: %v", err)
	}
}

func TestADeadDomainRefusesConnections(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	s.Kill(t)
	if _, err := ldap.DialURL(s.URL()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want connection refused", err)
	}
	s.Restart(t)
	bind(t, s, s.URL(), sambatest.ReaderUser)
}

// bind connects as one of the accounts until the test's end.
func bind(t *testing.T, s *sambatest.Server, url, user string) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(url, ldap.DialWithTLSConfig(trust(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Bind(user, sambatest.Password); err != nil {
		t.Fatalf("bind as %s: %v", user, err)
	}
	return c
}

// trust is nobody but the server's own authority.
func trust(t *testing.T, s *sambatest.Server) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: authorities, ServerName: "127.0.0.1"}
}

func read(t *testing.T, c *ldap.Conn, base, filter string) []*ldap.Entry {
	t.Helper()
	got, err := c.Search(&ldap.SearchRequest{
		BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter,
		Controls: []ldap.Control{ldap.NewControlMicrosoftShowDeleted()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.Entries
}

func dirSync(c *ldap.Conn, since []byte) (changed []*ldap.Entry, cookie []byte, err error) {
	request := &ldap.SearchRequest{BaseDN: sambatest.BaseDN, Scope: ldap.ScopeWholeSubtree, Filter: "(objectClass=user)"}
	got, err := c.DirSync(request, 0, 0, since)
	if err != nil {
		return nil, nil, err
	}
	return got.Entries, ldap.FindControl(got.Controls, ldap.ControlTypeDirSync).(*ldap.ControlDirSync).Cookie, nil
}

func isDeleted(e *ldap.Entry) bool {
	return strings.EqualFold(e.GetAttributeValue("isDeleted"), "TRUE")
}
