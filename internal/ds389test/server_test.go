package ds389test_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/kw-onboarder/kw-onboarder/internal/ds389test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServerKeepsChangesOverARestart(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{LDIF: []byte(people(3))})
	s.Set(t, dn("u1"), "nsAccountLock", "true")
	s.Rename(t, dn("u1"), "uid=renamed", ds389test.GroupsBase)
	s.Add(t, "cn=all,"+ds389test.GroupsBase, map[string][]string{
		"objectClass": {"groupOfNames"}, "cn": {"all"}, "member": {"uid=renamed," + ds389test.GroupsBase, dn("u2")},
	})
	s.Delete(t, dn("u0"))
	s.Restart(t)
	found := read(t, s, "(uid=*)")
	if len(found) != 2 {
		t.Fatalf("people after the restart: got %d, want 2", len(found))
	}
	for attribute, want := range map[string]string{"nsAccountLock": "true", "memberOf": "cn=all," + ds389test.GroupsBase} {
		if !slices.ContainsFunc(found, func(e *ldap.Entry) bool { return e.GetAttributeValue(attribute) == want }) {
			t.Errorf("no entry has %s %s", attribute, want)
		}
	}
	for _, e := range found {
		if e.GetAttributeValue("nsUniqueId") == "" || e.GetAttributeValue("entryUUID") == "" {
			t.Errorf("%s has no id", e.DN)
		}
	}
}

func TestContentSynchronizationTellsWhatChanged(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{LDIF: []byte(people(3))})
	first := refresh(t, s, nil)
	if got := len(first.states); got != 3 {
		t.Fatalf("entries of the first refresh: got %d, want 3", got)
	}
	leaver := read(t, s, "(uid=u1)")[0].GetAttributeValue("nsUniqueId")
	s.Set(t, dn("u2"), "mail", "new@example.com")
	s.Delete(t, dn("u1"))
	second := refresh(t, s, first.cookie)
	if got := second.states; len(got) != 1 || got[dn("u2")] != ldap.SyncStateAdd {
		t.Errorf("entries of the second refresh: got %v, want u2 alone", got)
	}
	if got := second.deleted; len(got) != 1 || plain(got[0].String()) != plain(leaver) {
		t.Errorf("deleted: got %v, want %s", got, leaver)
	}
}

func TestADeadServerComesBack(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{})
	s.Kill(t)
	if c, err := ldap.DialURL(s.URL()); err == nil {
		c.Close()
		t.Error("the server answers after its end")
	}
	s.Restart(t)
	read(t, s, "(objectClass=*)")
}

// refreshed is what one refreshOnly synchronization said.
type refreshed struct {
	states  map[string]ldap.ControlSyncStateState // by DN
	deleted []uuid.UUID
	cookie  []byte
}

func refresh(t *testing.T, s *ds389test.Server, since []byte) refreshed {
	t.Helper()
	r := refreshed{states: map[string]ldap.ControlSyncStateState{}}
	request := &ldap.SearchRequest{BaseDN: ds389test.PeopleBase, Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)"}
	answer := bind(t, s).Syncrepl(context.Background(), request, 0, ldap.SyncRequestModeRefreshOnly, since, false)
	for answer.Next() {
		for _, control := range answer.Controls() {
			switch c := control.(type) {
			case *ldap.ControlSyncState:
				r.states[answer.Entry().DN] = c.State
			case *ldap.ControlSyncInfo:
				if c.SyncIdSet != nil && c.SyncIdSet.RefreshDeletes {
					r.deleted = append(r.deleted, c.SyncIdSet.SyncUUIDs...)
				}
			case *ldap.ControlSyncDone:
				r.cookie = c.Cookie
			}
		}
	}
	if err := answer.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

// bind connects as BindDN until the test's end.
func bind(t *testing.T, s *ds389test.Server) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Bind(ds389test.BindDN, ds389test.Password); err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, s *ds389test.Server, filter string) []*ldap.Entry {
	t.Helper()
	found, err := bind(t, s).Search(&ldap.SearchRequest{
		BaseDN: ds389test.BaseDN, Scope: ldap.ScopeWholeSubtree, Filter: filter,
		Attributes: []string{"*", "nsUniqueId", "entryUUID", "nsAccountLock", "memberOf"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found.Entries
}

func people(n int) string {
	var b strings.Builder
	for i := range n {
		uid := fmt.Sprintf("u%d", i)
		fmt.Fprintf(&b, "dn: %s\nobjectClass: inetOrgPerson\nobjectClass: employee\n", dn(uid))
		fmt.Fprintf(&b, "uid: %s\ncn: %s\nsn: %s\ndepartment: Sales\n\n", uid, uid, uid)
	}
	return b.String()
}

func dn(uid string) string { return "uid=" + uid + "," + ds389test.PeopleBase }

// plain is an id without its dashes, of which nsUniqueId has fewer than a UUID.
func plain(id string) string { return strings.ReplaceAll(id, "-", "") }
