package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
)

func sambaDN(name string) string { return "CN=" + name + "," + sambatest.StaffOU }

// startCorp starts a domain with Ada and Bob in it, Bob in a unit of his own, Ada in the group Team.
func startCorp(t *testing.T, o sambatest.Options) *sambatest.Server {
	s := sambatest.Start(t, o)
	s.AddOU(t, "OU=Lab,"+sambatest.StaffOU)
	s.AddUser(t, sambaDN("Ada"), map[string][]string{"sAMAccountName": {"ada"}})
	s.AddUser(t, "CN=Bob,OU=Lab,"+sambatest.StaffOU, map[string][]string{"sAMAccountName": {"bob"}})
	s.AddGroup(t, "CN=Team,"+sambatest.GroupsOU, sambaDN("Ada"))
	return s
}

// states are the people of a snapshot, by name: their standing, and their groups.
func states(sn *access.Snapshot) string {
	var all []string
	for i := range sn.People {
		p := &sn.People[i]
		text := p.Name + " " + p.Standing.String()
		var groups []string
		for _, g := range p.Groups {
			groups = append(groups, " "+sn.Groups[g].Name)
		}
		slices.Sort(groups)
		all = append(all, text+strings.Join(groups, ""))
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// TestP01_WhatHappensInActiveDirectoryIsFollowed, by each of the accounts with which it can be read.
func TestP01_WhatHappensInActiveDirectoryIsFollowed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		user, how, why string
	}{
		"by DirSync": {sambatest.SyncUser, "DirSync", ""},
		"by uSNChanged, with the right to replicate alone": {
			sambatest.BlindUser, "comparing stamps", "the bind account may not read CN=Deleted Objects,DC=bed,DC=test, and would not be told of deletions",
		},
		"by uSNChanged, without any right": {
			sambatest.ReaderUser, "comparing stamps", "which is not the best way",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startCorp(t, sambatest.Options{})
			o := sambaOptions(s, test.user)
			d := newClient(t, o)
			sn, touched, err := d.Refresh(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			if said := touched.How[0]; !strings.Contains(said, test.why) || (test.why != "") != strings.Contains(said, "comparing stamps") {
				t.Errorf("read %q, want it to say %q", said, test.why)
			}
			if got, want := states(sn), "Ada active Team; Bob active"; got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			for _, step := range corpSteps(t, s) {
				step.change()
				t.Run(step.name, func(t *testing.T) { followed(t, d, o, test.how, step.mayReload, step.want) })
			}
		})
	}
}

// followed wants a refresh that leads to this state, and to what somebody reads who comes fresh.
func followed(t *testing.T, d *directory.Directory, o directory.Options, how string, mayReload bool, want string) {
	t.Helper()
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := states(sn); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if said := touched.How[0]; !mayReload && !strings.Contains(said, "what changed, by "+how) {
		t.Errorf("read %q, want what changed, by %s", said, how)
	}
	o.Follow = false
	if d := diff(content(refresh(t, o)), sn); d != "" {
		t.Errorf("(-fresh +delta):\n%s", d)
	}
}

type corpStep struct {
	name      string
	change    func()
	want      string
	mayReload bool // everything may be read anew
}

func corpSteps(t *testing.T, s *sambatest.Server) []corpStep {
	const away = "OU=Away," + sambatest.BaseDN
	s.AddOU(t, away)
	team := "CN=Team," + sambatest.GroupsOU
	return []corpStep{
		{"nothing", func() {}, "Ada active Team; Bob active", false},
		{"one is new", func() { s.AddUser(t, sambaDN("Cid"), nil) }, "Ada active Team; Bob active; Cid active", false},
		{"one is disabled", func() { s.Set(t, sambaDN("Cid"), "userAccountControl", "514") }, "Ada active Team; Bob active; Cid disabled", false},
		{"one is enabled", func() { s.Set(t, sambaDN("Cid"), "userAccountControl", "512") }, "Ada active Team; Bob active; Cid active", false},
		{"one has expired", func() { s.Set(t, sambaDN("Cid"), "accountExpires", "125000000000000000") }, "Ada active Team; Bob active; Cid expired", false},
		{"one is deleted", func() { s.Delete(t, sambaDN("Cid")) }, "Ada active Team; Bob active", false},
		{"one is renamed", func() { s.Rename(t, sambaDN("Ada"), "CN=Ada L.", "") }, "Ada L. active Team; Bob active", false},
		{"a unit is renamed", func() { s.Rename(t, "OU=Lab,"+sambatest.StaffOU, "OU=Laboratory", "") }, "Ada L. active Team; Bob active", true},
		{"one leaves the base", func() { s.Rename(t, sambaDN("Ada L."), "CN=Ada L.", away) }, "Bob active", false},
		{"and comes back, a member all the while", func() { s.Rename(t, "CN=Ada L.,"+away, "CN=Ada", sambatest.StaffOU) }, "Ada active Team; Bob active", false},
		{"a unit leaves the base", func() { s.Rename(t, "OU=Laboratory,"+sambatest.StaffOU, "OU=Laboratory", away) }, "Ada active Team", true},
		{"and comes back, with all below it", func() { s.Rename(t, "OU=Laboratory,"+away, "OU=Laboratory", sambatest.StaffOU) }, "Ada active Team; Bob active", true},
		{"a member joins", func() { s.Set(t, team, "member", sambaDN("Ada"), "CN=Bob,OU=Laboratory,"+sambatest.StaffOU) }, "Ada active Team; Bob active Team", false},
		{"a group is a member", func() { s.AddGroup(t, "CN=All,"+sambatest.GroupsOU, team) }, "Ada active All Team; Bob active All Team", false},
		{"a group is renamed", func() { s.Rename(t, team, "CN=Crew", "") }, "Ada active All Crew; Bob active All Crew", false},
		{"a group has no members any more", func() { s.Set(t, "CN=Crew,"+sambatest.GroupsOU, "member") }, "Ada active; Bob active", false},
		{"a primary group", func() { setPrimaryGroup(t, s, sambaDN("Ada"), "CN=Crew,"+sambatest.GroupsOU) }, "Ada active All Crew; Bob active", false},
		{"a group is deleted", func() { s.Delete(t, "CN=All,"+sambatest.GroupsOU) }, "Ada active Crew; Bob active", false},
	}
}

// setPrimaryGroup makes a member's group the primary one, which then does not list the member any more.
func setPrimaryGroup(t *testing.T, s *sambatest.Server, user, group string) {
	t.Helper()
	s.Set(t, group, "member", user)
	s.Do(t, func(c *ldap.Conn) error {
		found, err := c.Search(&ldap.SearchRequest{BaseDN: group, Filter: "(objectClass=*)", Attributes: []string{"objectSid"}})
		if err != nil {
			return err
		}
		sid := found.Entries[0].GetRawAttributeValue("objectSid")
		rid := uint32(sid[len(sid)-4]) | uint32(sid[len(sid)-3])<<8 | uint32(sid[len(sid)-2])<<16 | uint32(sid[len(sid)-1])<<24
		m := ldap.NewModifyRequest(user, nil)
		m.Replace("primaryGroupID", []string{fmt.Sprint(rid)})
		return c.Modify(m)
	})
}

// TestP01_WhoComesBackFromTheDeletedIsFollowed: with their old id, and without memberships. Samba
// brings nobody back who is in the recycle bin, where memberships are kept: see
// TestP01_WhoComesBackWithMembershipsIsAMemberAgain.
func TestP01_WhoComesBackFromTheDeletedIsFollowed(t *testing.T) {
	t.Parallel()
	for user, how := range map[string]string{sambatest.SyncUser: "DirSync", sambatest.ReaderUser: "comparing stamps"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := startCorp(t, sambatest.Options{})
			o := sambaOptions(s, user)
			d := newClient(t, o)
			first := refreshed(t, d)
			if got, want := states(first), "Ada active Team; Bob active"; got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			s.Delete(t, sambaDN("Ada"))
			followed(t, d, o, how, false, "Bob active")
			undelete(t, s, "ada", sambaDN("Ada"))
			s.Set(t, sambaDN("Ada"), "userAccountControl", "512")
			followed(t, d, o, how, false, "Ada active; Bob active")
			if d := cmp.Diff(ids(first), ids(refreshed(t, d))); d != "" {
				t.Errorf("ids (-before +after):\n%s", d)
			}
		})
	}
}

func ids(sn *access.Snapshot) (all []access.PersonID) {
	for i := range sn.People {
		all = append(all, sn.People[i].ID)
	}
	return all
}

func refreshed(t *testing.T, d *directory.Directory) *access.Snapshot {
	t.Helper()
	sn, _, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return sn
}

// undelete brings a deleted account back ([MS-ADTS] 3.1.1.5.3.7.2).
func undelete(t *testing.T, s *sambatest.Server, account, to string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		deleted := []ldap.Control{ldap.NewControlMicrosoftShowDeleted()}
		found, err := c.Search(&ldap.SearchRequest{
			BaseDN: "CN=Deleted Objects," + sambatest.BaseDN, Scope: ldap.ScopeWholeSubtree,
			Filter: "(&(isDeleted=TRUE)(sAMAccountName=" + account + "))", Attributes: []string{"1.1"}, Controls: deleted,
		})
		if err != nil {
			return err
		}
		if len(found.Entries) != 1 {
			return fmt.Errorf("%d deleted entries, want 1", len(found.Entries))
		}
		m := ldap.NewModifyRequest(found.Entries[0].DN, deleted)
		m.Delete("isDeleted", nil)
		m.Replace("distinguishedName", []string{to})
		return c.Modify(m)
	})
}

// TestAMemberFromAnotherDomainIsNobodyHere: unless that domain is read too.
func TestAMemberFromAnotherDomainIsNobodyHere(t *testing.T) {
	t.Parallel()
	s := startCorp(t, sambatest.Options{})
	const stranger = "S-1-5-21-1-2-3-1104"
	for _, kind := range []string{"-2147483640", "-2147483644"} { // a domain-local one may have members from elsewhere; it becomes one by way of universal
		s.Set(t, "CN=Team,"+sambatest.GroupsOU, "groupType", kind)
	}
	s.Do(t, func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest("CN=Team,"+sambatest.GroupsOU, nil)
		m.Add("member", []string{"<SID=" + stranger + ">"})
		return c.Modify(m)
	})
	o := sambaOptions(s, sambatest.SyncUser)
	if got, want := states(refresh(t, o)), "Ada active Team; Bob active"; got != want {
		t.Errorf("got %s, want %s: whom nobody reads is no member", got, want)
	}
}
