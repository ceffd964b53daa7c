package directory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// slapdStaff is u0, u1, ... as LDIF.
func slapdStaff(n int) []byte {
	var b strings.Builder
	for i := range n {
		uid := fmt.Sprint("u", i)
		fmt.Fprintf(&b, "dn: %s\nobjectClass: inetOrgPerson\nuid: %[2]s\ncn: %[2]s\nsn: %[2]s\nentryUUID: %[3]s\n\n", slapdStaffDN(i), uid, idOf(i))
	}
	return []byte(b.String())
}

func slapdStaffDN(n int) string { return fmt.Sprintf("uid=u%d,%s", n, slapdtest.PeopleBase) }

func slapdOptions(s *slapdtest.Server) Options {
	return Options{
		Name: "corp", Kind: OpenLDAP, Servers: []string{s.URL()}, Timeout: 20 * time.Second, Follow: true,
		BindDN: slapdtest.BindDN, Password: func() (string, error) { return slapdtest.Password, nil },
		People: People{Bases: []string{slapdtest.PeopleBase}, Filter: "(objectClass=inetOrgPerson)", EmailFrom: []string{"mail"}},
	}
}

// TestP01_WhatSlapdForgetsIsMadeUpFor: on the way to the second refresh u1 leaves and u9 comes.
func TestP01_WhatSlapdForgetsIsMadeUpFor(t *testing.T) {
	t.Parallel()
	cookie := func(text string) func(*testing.T, *slapdtest.Server, *Directory) {
		return func(_ *testing.T, _ *slapdtest.Server, d *Directory) {
			for _, s := range d.sources[0].mirror.scopes {
				s.cookie = []byte(text)
			}
		}
	}
	tests := map[string]struct {
		before, after func(t *testing.T, s *slapdtest.Server, d *Directory) // the change
		how           string
	}{
		"nothing": {nil, nil, byDelta},
		"the session log, before the change": {
			func(t *testing.T, s *slapdtest.Server, _ *Directory) { s.Restart(t) }, nil, byDelta,
		},
		"the session log, after the change: it names who is present": {
			nil, func(t *testing.T, s *slapdtest.Server, _ *Directory) { s.Restart(t) }, byDelta,
		},
		"a cookie that is none: it answers with everything, as if that were new": {
			nil, cookie("garbage"), inFull,
		},
		"a cookie of the future": {
			nil, cookie("rid=000,csn=20991231235959.000000Z#000000#000#000000"), "consumer state is newer than provider",
		},
		"a cookie of another server": {
			nil, cookie("rid=000,sid=005,csn=20200101000000.000000Z#000000#005#000000"), "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdStaff(4)})
			d := newDirectory(t, slapdOptions(s))
			wantRead(t, d, inFull, "u0", "u1", "u2", "u3")
			if test.before != nil {
				test.before(t, s, d)
			}
			s.Delete(t, slapdStaffDN(1))
			s.Add(t, slapdStaffDN(9), map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"u9"}, "sn": {"u9"}})
			s.Set(t, slapdStaffDN(2), "mail", "u2@example.com")
			if test.after != nil {
				test.after(t, s, d)
			}
			sn, touched, err := d.Refresh(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			if said := touched.How[0]; !strings.Contains(said, test.how) {
				t.Errorf("read %q, want it to say %q", said, test.how)
			}
			got := map[string]string{}
			for i := range sn.People {
				got[sn.People[i].Name] = string(sn.People[i].Email)
			}
			if len(got) != 4 || got["u2"] != "u2@example.com" || got["u1"]+got["u9"] != "" {
				t.Errorf("got %v, want u0, u2 with a new address, u3 and u9", got)
			}
			if _, there := got["u1"]; there {
				t.Error("u1, who was deleted, is still there")
			}
		})
	}
}

func TestASlapdThatCannotTellIsFollowedByStamps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		o   slapdtest.Options
		why string
	}{
		"no syncprov": {slapdtest.Options{NoSync: true}, ""},
		"a size limit that paging lifts": {
			slapdtest.Options{SizeLimit: 5, PageLimit: 5},
			"; what changes will be found by comparing stamps, which is not the best way: the server does not allow it (search ",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.o.LDIF = slapdStaff(7)
			s := slapdtest.Start(t, test.o)
			o := slapdOptions(s)
			o.PageSize = 3
			d := newDirectory(t, o)
			wantRead(t, d, inFull+s.URL()+test.why, "u0", "u1", "u2", "u3", "u4", "u5", "u6")
			s.Delete(t, slapdStaffDN(1))
			wantRead(t, d, "corp: what changed, by comparing stamps, from ", "u0", "u2", "u3", "u4", "u5", "u6")
		})
	}
}

// TestP01_TwoChangesWithinASecondAreBothSeen where the stamp counts seconds.
func TestP01_TwoChangesWithinASecondAreBothSeen(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdStaff(2), NoSync: true})
	s.Hide(t, "entryCSN")
	d := newDirectory(t, slapdOptions(s))
	wantRead(t, d, inFull, "u0", "u1")
	for n := range 20 { // within a second or two
		want := fmt.Sprintf("n%d@example.com", n)
		s.Set(t, slapdStaffDN(1), "mail", want)
		sn, touched, err := d.Refresh(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		if got := sn.People[1].Email; string(got) != want || !strings.Contains(touched.How[0], "comparing stamps") {
			t.Fatalf("change %d: got %s, read %q, want %s", n+1, got, touched.How, want)
		}
	}
}
