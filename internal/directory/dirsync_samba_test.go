package directory

import (
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
)

func sambaStaff(s *sambatest.Server) Options {
	return Options{
		Name: "corp", Kind: ActiveDirectory, Servers: []string{s.URL()}, Timeout: 30 * time.Second, Follow: true, IgnoreReferrals: true,
		BindDN: sambatest.SyncUser, Password: func() (string, error) { return sambatest.Password, nil },
		People: People{Bases: []string{sambatest.StaffOU}, Filter: "(objectClass=user)", EmailFrom: []string{"mail"}},
	}
}

// TestP01_ADirSyncCookieThatCannotBeReadLeadsToAFullReading: Samba refuses it as an unavailable critical extension.
func TestP01_ADirSyncCookieThatCannotBeReadLeadsToAFullReading(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	s.AddUser(t, "CN=Ada,"+sambatest.StaffOU, nil)
	s.AddUser(t, "CN=Bob,"+sambatest.StaffOU, nil)
	d := newDirectory(t, sambaStaff(s))
	sn, _, err := d.Refresh(t.Context(), false)
	if err != nil || len(sn.People) != 2 {
		t.Fatalf("got %v, %v, want two people", sn, err)
	}
	s.Delete(t, "CN=Ada,"+sambatest.StaffOU)
	d.sources[0].mirror.feed.(*touches).contexts[0].cookie = []byte("garbage")
	wantRead(t, d, "corp: in full from ", "Bob")
	wantRead(t, d, "corp: what changed, by DirSync, from ", "Bob")
}

// TestARangeOfARealServerIsDrained: Samba cuts values only for those who ask for a part of them.
func TestARangeOfARealServerIsDrained(t *testing.T) {
	t.Parallel()
	s := sambatest.Start(t, sambatest.Options{})
	const group = "CN=Team," + sambatest.GroupsOU
	var want []string
	for _, name := range []string{"Ada", "Bob", "Cid", "Dan", "Eve", "Fay", "Gil"} {
		dn := "CN=" + name + "," + sambatest.StaffOU
		s.AddUser(t, dn, nil)
		want = append(want, dn)
	}
	s.AddGroup(t, group, want...)
	source, err := newSource(sambaStaff(s))
	if err != nil {
		t.Fatal(err)
	}
	c, err := wire.Dial(t.Context(), &source.wire, "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	part, err := c.One(t.Context(), group, []string{"member;range=0-2"})
	if err != nil {
		t.Fatal(err)
	}
	e := entryOf(nil)
	e.Fill(part)
	i := slices.IndexFunc(e.Ranged, func(a *ldap.EntryAttribute) bool { return a.Name == "member;range=0-2" })
	if i < 0 || len(e.Ranged[i].Values) != 3 {
		t.Fatalf("got %v, want the first three members", part.Attributes)
	}
	got, err := c.Rest(t.Context(), group, e.Ranged[i])
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
