package directory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// watching is a watch under way.
type watching struct {
	woken  chan struct{}
	failed chan error
	back   chan string // directories that are watched again
}

// startWatch refreshes once and watches until the test's end.
func startWatch(t *testing.T, d *directory.Directory) *watching {
	t.Helper()
	if _, _, err := d.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	w := &watching{woken: make(chan struct{}, 64), failed: make(chan error, 64), back: make(chan string, 64)}
	ctx, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	t.Cleanup(func() { stop(); ended.Wait() })
	ended.Go(func() {
		d.Watch(ctx, func() { w.woken <- struct{}{} }, func(name string, err error) {
			if err == nil {
				w.back <- name
				return
			}
			w.failed <- err
		})
	})
	return w
}

// until changes something again and again, until the watch has woken somebody: when it
// begins to listen cannot be seen from outside.
func (w *watching) until(t *testing.T, change func(n int)) {
	t.Helper()
	for n := range 2000 {
		change(n)
		select {
		case <-w.woken:
			return
		case err := <-w.failed:
			t.Fatalf("the watch failed: %v", err)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		default:
		}
	}
	select {
	case <-w.woken:
	case <-time.After(20 * time.Second):
		t.Fatal("no change was heard")
	}
}

func (w *watching) drain() {
	for {
		select {
		case <-w.woken:
		default:
			return
		}
	}
}

// watchBed is a real server with one person in it.
func watchBeds() map[string]func(t *testing.T) (*bed, string) {
	withPerson := func(b *bed) (*bed, string) {
		dn := b.rdn + "=anna," + b.staff
		b.do(func(c *ldap.Conn) error { return c.Add(b.user(dn, 1)) })
		return b, dn
	}
	return map[string]func(t *testing.T) (*bed, string){
		"OpenLDAP": func(t *testing.T) (*bed, string) { return withPerson(slapdBed(t, slapdtest.Options{})) },
		"389-DS":   func(t *testing.T) (*bed, string) { return withPerson(ds389Bed(t)) },
		"Active Directory, by an account that may replicate": func(t *testing.T) (*bed, string) {
			return withPerson(sambaBed(t, sambatest.SyncUser))
		},
		"Active Directory, by any account": func(t *testing.T) (*bed, string) {
			return withPerson(sambaBed(t, sambatest.ReaderUser))
		},
	}
}

func retitle(b *bed, dn, title string) {
	b.do(func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace("title", []string{title})
		return c.Modify(m)
	})
}

func TestWatchWakesForAChange(t *testing.T) {
	t.Parallel()
	for name, start := range watchBeds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, dn := start(t)
			d := newClient(t, b.options)
			w := startWatch(t, d)
			w.until(t, func(n int) { retitle(b, dn, "Title "+strings.Repeat("x", n%7)) })
			w.drain()
			retitle(b, dn, "Head of Watching")
			for { // whatever was still under way may wake first
				<-w.woken
				sn, _, err := d.Refresh(t.Context(), false)
				if err != nil {
					t.Fatal(err)
				}
				if sn.People[0].Attrs["title"][0] == "Head of Watching" {
					break
				}
			}
		})
	}
}

// TestWatchHearsEveryBase: slapd, here with four threads, begins two persistent searches on one
// connection and lets the others wait without a word.
func TestWatchHearsEveryBase(t *testing.T) {
	t.Parallel()
	b := slapdBed(t, slapdtest.Options{})
	b.options.People.Bases = nil
	for _, name := range []string{"a", "b", "c", "d"} {
		base := "ou=" + name + "," + b.staff
		unit := ldap.NewAddRequest(base, nil)
		unit.Attribute("objectClass", []string{"organizationalUnit"})
		b.do(func(c *ldap.Conn) error { return c.Add(unit) })
		b.do(func(c *ldap.Conn) error { return c.Add(b.user("uid=anna,"+base, 1)) })
		b.options.People.Bases = append(b.options.People.Bases, base)
	}
	w := startWatch(t, newClient(t, b.options))
	for _, base := range b.options.People.Bases {
		w.until(t, func(n int) { retitle(b, "uid=anna,"+base, "Title "+strings.Repeat("x", n%7)) })
		w.drain()
	}
}

// TestWatchOutlivesTheServer: what happened while nobody listened is made up for by one wake-up.
func TestWatchOutlivesTheServer(t *testing.T) {
	t.Parallel()
	b, dn := watchBeds()["OpenLDAP"](t)
	w := startWatch(t, newClient(t, b.options))
	w.until(t, func(n int) { retitle(b, dn, "Title "+strings.Repeat("x", n%7)) })
	b.restart()
	if err := <-w.failed; !strings.Contains(err.Error(), b.options.Servers[0]) {
		t.Errorf("got %v, want it to name the server", err)
	}
	w.drain()
	if got := <-w.back; got != "corp" {
		t.Errorf("%s is watched again, want corp", got)
	}
	<-w.woken
}

func TestWatchSaysThatAServerCannotBeWatched(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{NoSync: true})
	o := options(s.URL())
	o.Follow = true
	w := startWatch(t, newClient(t, o))
	if err := <-w.failed; !errors.Is(err, directory.ErrUnwatched) {
		t.Errorf("got %v, want %v", err, directory.ErrUnwatched)
	}
}

// TestWatchBeginsWhenTheServerCanTell: what kept it from that, a limit say, may be mended while the daemon runs.
func TestWatchBeginsWhenTheServerCanTell(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF(), NoSync: true})
	o := options(s.URL())
	o.Follow = true
	d := newClient(t, o)
	w := startWatch(t, d)
	if err := <-w.failed; !errors.Is(err, directory.ErrUnwatched) {
		t.Fatalf("got %v, want %v", err, directory.ErrUnwatched)
	}
	s.LetSync(t)
	if _, _, err := d.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	<-w.back
	w.until(t, func(n int) {
		s.Set(t, "uid=u000015,"+slapdtest.PeopleBase, "title", "Title "+strings.Repeat("x", n%7))
	})
}

func TestWatchEndsWithItsContextBeforeAnythingWasRead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		newClient(t, options("ldap://127.0.0.1:1")).Watch(ctx, func() {}, func(_ string, err error) { t.Error(err) })
	}()
	cancel()
	<-ended
}
