package directory_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// cutBed is a directory behind a proxy, in which something can change again and again.
type cutBed struct {
	proxy  *messageProxy
	o      directory.Options // of a reader behind the proxy
	change func()            // one entry is new, one is changed, one is gone
	bases  []string
}

func slapdCutBed(t *testing.T, o slapdtest.Options) *cutBed {
	o.LDIF = slapdtest.NewCompany(20, 1).LDIF()
	s := slapdtest.Start(t, o)
	dn := func(n int) string { return fmt.Sprintf("uid=new%d,%s", n, slapdtest.PeopleBase) }
	add := func(n int) {
		s.Add(t, dn(n), map[string][]string{"objectClass": {"inetOrgPerson", "employee"}, "cn": {"New"}, "sn": {"New"}})
	}
	add(0)
	b := &cutBed{proxy: startMessageProxy(t, s.Addr()), bases: []string{slapdtest.PeopleBase, slapdtest.GroupsBase}}
	b.o = options(b.proxy.url())
	b.o.PageSize, b.o.Follow = 7, true
	b.o.Groups.Filter = "(|(cn=leads)(cn=managers)(cn=company)(cn=unix))"
	n := 0
	b.change = func() {
		n++
		add(n)
		s.Delete(t, dn(n-1))
		s.Set(t, "uid=u000019,"+slapdtest.PeopleBase, "title", fmt.Sprint("Title ", n))
	}
	return b
}

func sambaCutBed(t *testing.T) *cutBed {
	s := sambatest.Start(t, sambatest.Options{})
	dn := func(n int) string { return fmt.Sprintf("CN=New %d,%s", n, sambatest.StaffOU) }
	s.AddUser(t, dn(0), nil)
	s.AddUser(t, "CN=Ada,"+sambatest.StaffOU, nil)
	s.AddOU(t, "OU=Lab,"+sambatest.StaffOU)
	s.AddUser(t, "CN=Bob,OU=Lab,"+sambatest.StaffOU, nil)
	s.AddGroup(t, "CN=All,"+sambatest.GroupsOU, dn(0), "CN=Ada,"+sambatest.StaffOU)
	b := &cutBed{proxy: startMessageProxy(t, s.Addr()), bases: []string{sambatest.StaffOU, sambatest.GroupsOU, sambatest.BaseDN}}
	b.o = sambaOptions(s, sambatest.SyncUser)
	b.o.Servers, b.o.PageSize = []string{b.proxy.url()}, 2
	n := 0
	b.change = func() {
		n++
		s.AddUser(t, dn(n), nil)
		s.Delete(t, dn(n-1))
		s.Set(t, "CN=Ada,"+sambatest.StaffOU, "title", fmt.Sprint("Title ", n))
	}
	return b
}

const pageByPage = "OpenLDAP, page by page"

func cutBeds() map[string]func(t *testing.T) *cutBed {
	paged := func(t *testing.T) *cutBed {
		b := slapdCutBed(t, slapdtest.Options{})
		b.o.Follow = false
		return b
	}
	return map[string]func(t *testing.T) *cutBed{
		pageByPage:                     paged,
		"OpenLDAP by RFC 4533":         func(t *testing.T) *cutBed { return slapdCutBed(t, slapdtest.Options{}) },
		"OpenLDAP by comparing stamps": func(t *testing.T) *cutBed { return slapdCutBed(t, slapdtest.Options{NoSync: true}) },
		"Active Directory by DirSync":  sambaCutBed,
	}
}

// searched is how the error of a search that was cut begins.
var searched = regexp.MustCompile(`^read directory corp: search \S+ below "([^"]+)" for (\(.+\)): after \d+ entries: (.+)$`)

// wantCut wants an error that names server and reason, and base, filter and count where a search was cut.
func (b *cutBed) wantCut(t *testing.T, n int, sn *access.Snapshot, err error) {
	t.Helper()
	if err == nil {
		t.Fatalf("cut before message %d: got a snapshot of %d people and %d groups", n+1, len(sn.People), len(sn.Groups))
	}
	text := err.Error()
	if !strings.Contains(text, b.proxy.url()) || !strings.Contains(text, "EOF") {
		t.Errorf("cut before message %d: got %q, want it to name server and reason", n+1, text)
	}
	if regexp.MustCompile(`^read directory corp: (bind to|read the root DSE of|read "[^"]+" from) ldap`).MatchString(text) {
		return
	}
	found := searched.FindStringSubmatch(text)
	if found == nil {
		t.Errorf("cut before message %d: got %q, want base, filter and count", n+1, text)
		return
	}
	for _, base := range b.bases {
		if strings.EqualFold(base, found[1]) {
			return
		}
	}
	t.Errorf("cut before message %d: got base %q, want one of %q", n+1, found[1], b.bases)
}

// TestP01_ACutBeforeAnyMessageFailsTheRead: not only amid one.
func TestP01_ACutBeforeAnyMessageFailsTheRead(t *testing.T) {
	t.Parallel()
	for name, start := range cutBeds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			want := refresh(t, b.o)
			whole := b.proxy.messages()
			for n := range whole {
				b.proxy.cutAfter(n)
				sn, _, err := newClient(t, b.o).Refresh(t.Context(), true)
				b.wantCut(t, n, sn, err)
			}
			b.proxy.cutAfter(whole)
			got := refresh(t, b.o)
			if d := diff(content(want), got); d != "" {
				t.Errorf("cut after the last message (-want +got):\n%s", d)
			}
			t.Logf("%d messages", whole)
		})
	}
}

// TestP01_ADeltaThatWasCutIsMadeUpFor: the next refresh reads everything.
func TestP01_ADeltaThatWasCutIsMadeUpFor(t *testing.T) {
	t.Parallel()
	beds := cutBeds()
	delete(beds, pageByPage) // has no deltas
	for name, start := range beds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			d := newClient(t, b.o)
			b.refresh(t, d, "in full")
			for n := 0; ; n++ {
				b.change()
				b.proxy.cutAfter(n)
				sn, _, err := d.Refresh(t.Context(), false)
				if err == nil && b.proxy.messages() < n { // that was all
					t.Logf("%d messages", b.proxy.messages())
					return
				}
				if err == nil && b.proxy.messages() == n { // cut after the last message
					continue
				}
				b.wantCut(t, n, sn, err)
				b.proxy.disarm()
				b.refresh(t, d, b.after(n))
				b.change()
				b.refresh(t, d, "what changed")
			}
		})
	}
}

// after is how the refresh reads that comes after one that has ended before a message: until
// the server is known, the mirror is not touched.
func (b *cutBed) after(n int) string {
	if greeting := 3; n < greeting { // the answer to the bind, and the root DSE in two
		return "what changed"
	}
	return "in full"
}

// content are the people and groups of a snapshot alone.
func content(sn *access.Snapshot) *access.Snapshot {
	return &access.Snapshot{People: sn.People, Groups: sn.Groups, Units: sn.Units}
}

// refresh wants a snapshot, read as said, that is as one read afresh.
func (b *cutBed) refresh(t *testing.T, d *directory.Directory, how string) {
	t.Helper()
	got, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(touched.How, "; "); !strings.Contains(said, how) {
		t.Errorf("read %q, want %q", said, how)
	}
	fresh := b.o
	fresh.Follow = false
	if difference := diff(content(refresh(t, fresh)), got); difference != "" {
		t.Errorf("read %s (-fresh +delta):\n%s", how, difference)
	}
}

// TestP01_ACancellationBeforeAnyMessageFailsTheRead: even if the message comes all the same.
func TestP01_ACancellationBeforeAnyMessageFailsTheRead(t *testing.T) {
	t.Parallel()
	for name, start := range cutBeds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			refresh(t, b.o)
			for n := range b.proxy.messages() {
				ctx, cancel := context.WithCancel(t.Context())
				b.proxy.callAfter(n, cancel)
				sn, _, err := newClient(t, b.o).Refresh(ctx, true)
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("cancelled before message %d: got %v, %v, want the context's error", n+1, sn, err)
				}
				cancel()
			}
			if !b.o.Follow {
				return
			}
			b.proxy.disarm()
			d := newClient(t, b.o)
			b.refresh(t, d, "in full")
			for n := 0; ; n++ {
				b.change()
				ctx, cancel := context.WithCancel(t.Context())
				b.proxy.callAfter(n, cancel)
				_, _, err := d.Refresh(ctx, false)
				reached := b.proxy.messages() > n
				cancel()
				if !reached && err == nil {
					return
				}
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("cancelled before message %d of a delta: got %v, want the context's error", n+1, err)
				}
				b.proxy.disarm()
				b.refresh(t, d, b.after(n))
			}
		})
	}
}
