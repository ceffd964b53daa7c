package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ds389test"
)

const retroChangelog = "cn=Retro Changelog Plugin,cn=plugins,cn=config"

func ds389Options(s *ds389test.Server) directory.Options {
	o := options(s.URL())
	o.Kind, o.BindDN, o.Follow = directory.DS389, ds389test.BindDN, true
	return o
}

func ds389DN(uid string) string { return "uid=" + uid + "," + ds389test.PeopleBase }

// ds389People is u0, u1, ... as LDIF, and a group of the first of them.
func ds389People(n int) []byte {
	var b strings.Builder
	for i := range n {
		uid := fmt.Sprint("u", i)
		fmt.Fprintf(&b, "dn: %s\nobjectClass: inetOrgPerson\nuid: %[2]s\ncn: %[2]s\nsn: %[2]s\n\n", ds389DN(uid), uid)
	}
	fmt.Fprintf(&b, "dn: cn=team,%s\nobjectClass: groupOfNames\ncn: team\nmember: %s\n\n", ds389test.GroupsBase, ds389DN("u0"))
	return []byte(b.String())
}

// wantNames refreshes, and wants these people, to be told how they were read, and the snapshot that somebody reads who comes fresh.
func wantNames(t *testing.T, d *directory.Directory, o directory.Options, how string, names ...string) {
	t.Helper()
	got, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i := range got.People {
		found = append(found, got.People[i].Name)
	}
	sorted := func(list []string) map[string]bool {
		set := map[string]bool{}
		for _, s := range list {
			set[s] = true
		}
		return set
	}
	if difference := cmp.Diff(sorted(names), sorted(found)); difference != "" {
		t.Errorf("people (-want +got):\n%s", difference)
	}
	if said := strings.Join(touched.How, "; "); !strings.Contains(said, how) {
		t.Errorf("read %q, want it to say %q", said, how)
	}
	o.Follow = false
	if difference := diff(content(refresh(t, o)), got); difference != "" {
		t.Errorf("read %s (-fresh +delta):\n%s", how, difference)
	}
}

// TestP01_WhatA389DSDeltaLeavesOutIsNotBelieved: at its end it claims that all there is was told, though only
// what has changed was; its entries lack nsUniqueId; and it says nothing of whom the filter does not find any more.
func TestP01_WhatA389DSDeltaLeavesOutIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{LDIF: ds389People(5)})
	o := ds389Options(s)
	o.People.Filter = "(&(objectClass=inetOrgPerson)(!(description=left)))"
	d := newClient(t, o)
	const delta = "corp: what changed, by RFC 4533, from "
	wantNames(t, d, o, "in full", "u0", "u1", "u2", "u3", "u4")
	const away = "ou=away," + ds389test.BaseDN
	s.Add(t, away, map[string][]string{"objectClass": {"organizationalUnit"}})
	s.Add(t, "ou=unit,"+away, map[string][]string{"objectClass": {"organizationalUnit"}})
	s.Add(t, "uid=u9,ou=unit,"+away, map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"u9"}, "sn": {"u9"}})
	steps := []struct {
		name   string
		change func()
		names  string
		full   bool // everything may be read
	}{
		{"nothing", func() {}, "u0 u1 u2 u3 u4", false},
		{"one is changed", func() { s.Set(t, ds389DN("u1"), "title", "Clerk") }, "u0 u1 u2 u3 u4", false},
		{"one is locked", func() { s.Set(t, ds389DN("u2"), "nsAccountLock", "true") }, "u0 u1 u2 u3 u4", false},
		{"one is not found by the filter any more", func() { s.Set(t, ds389DN("u3"), "description", "left") }, "u0 u1 u2 u4", false},
		{"one is found again", func() { s.Set(t, ds389DN("u3"), "description") }, "u0 u1 u2 u3 u4", false},
		{"one is deleted", func() { s.Delete(t, ds389DN("u4")) }, "u0 u1 u2 u3", false},
		{"one is renamed", func() { s.Rename(t, ds389DN("u0"), "uid=renamed", "") }, "u0 u1 u2 u3", false},
		{"one leaves the base", func() { s.Rename(t, ds389DN("u1"), "uid=u1", ds389test.GroupsBase) }, "u0 u2 u3", false},
		{"a member joins", func() {
			s.Set(t, "cn=team,"+ds389test.GroupsBase, "member", ds389DN("u2"), ds389DN("renamed"))
		}, "u0 u2 u3", false},
		{"a unit comes, with somebody below it", func() { s.Rename(t, "ou=unit,"+away, "ou=unit", ds389test.PeopleBase) }, "u0 u2 u3 u9", true},
	}
	for _, step := range steps {
		step.change()
		how := delta
		if step.full {
			how = ""
		}
		t.Run(step.name, func(t *testing.T) { wantNames(t, d, o, how, strings.Fields(step.names)...) })
	}
}

// TestP01_A389DSThatHasForgottenIsReadInFull: what it does not remember it cannot tell.
func TestP01_A389DSThatHasForgottenIsReadInFull(t *testing.T) {
	t.Parallel()
	forget := func(t *testing.T, s *ds389test.Server, all bool) {
		s.Do(t, func(c *ldap.Conn) error {
			found, err := c.Search(&ldap.SearchRequest{
				BaseDN: "cn=changelog", Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)", Attributes: []string{"1.1"},
			})
			if err != nil {
				return err
			}
			for i, e := range found.Entries {
				if all || i < len(found.Entries)-1 {
					if err := c.Del(ldap.NewDelRequest(e.DN, nil)); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	tests := map[string]struct {
		forget func(t *testing.T, s *ds389test.Server)
		why    string
	}{
		"its changelog was trimmed": {func(t *testing.T, s *ds389test.Server) { forget(t, s, false); s.Restart(t) }, "its changelog begins with change"},
		"its changelog was emptied": {func(t *testing.T, s *ds389test.Server) { forget(t, s, true); s.Restart(t) }, "refresh required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ds389test.Start(t, ds389test.Options{LDIF: ds389People(3)})
			o := ds389Options(s)
			d := newClient(t, o)
			wantNames(t, d, o, "in full", "u0", "u1", "u2")
			s.Delete(t, ds389DN("u1"))
			s.Set(t, ds389DN("u2"), "title", "Clerk")
			test.forget(t, s)
			wantNames(t, d, o, test.why, "u0", "u2")
			s.Set(t, ds389DN("u2"), "title", "Chief")
			wantNames(t, d, o, "", "u0", "u2")
		})
	}
}

// TestP01_A389DSThatDoesNotRecordIDsIsNeverStale: the changelog without nsuniqueid tells of nothing, whatever has changed.
func TestP01_A389DSThatDoesNotRecordIDsIsNeverStale(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{LDIF: ds389People(3)})
	s.Set(t, retroChangelog, "nsslapd-attribute")
	s.Restart(t)
	o := ds389Options(s)
	d := newClient(t, o)
	wantNames(t, d, o, "in full", "u0", "u1", "u2")
	const why = "nsuniqueid:targetUniqueId"
	s.Set(t, ds389DN("u2"), "title", "Clerk")
	wantNames(t, d, o, why, "u0", "u1", "u2")
	s.Delete(t, ds389DN("u1"))
	wantNames(t, d, o, why, "u0", "u2")
	s.Set(t, "cn=team,"+ds389test.GroupsBase, "member", ds389DN("u2"))
	wantNames(t, d, o, why, "u0", "u2")
}

func Test389DSWithoutContentSynchronizationIsFollowedByStamps(t *testing.T) {
	t.Parallel()
	s := ds389test.Start(t, ds389test.Options{LDIF: ds389People(3)})
	s.Set(t, "cn=Content Synchronization,cn=plugins,cn=config", "nsslapd-pluginEnabled", "off")
	s.Restart(t)
	o := ds389Options(s)
	d := newClient(t, o)
	wantNames(t, d, o, "corp: in full from ", "u0", "u1", "u2")
	s.Delete(t, ds389DN("u1"))
	wantNames(t, d, o, "corp: what changed, by comparing stamps, from ", "u0", "u2")
}
