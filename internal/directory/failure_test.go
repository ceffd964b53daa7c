package directory_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// wantError reads, and wants an error that says all of the texts, in one line.
func wantError(t *testing.T, o directory.Options, texts ...string) {
	t.Helper()
	sn, _, err := newClient(t, o).Refresh(t.Context(), true)
	if err == nil {
		t.Fatalf("got a snapshot of %d people, want an error", len(sn.People))
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %q, want it to say %q", err, text)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q, want one line", err)
	}
	if strings.Contains(err.Error(), slapdtest.Password) {
		t.Error("the error shows the password")
	}
}

func TestP01_AReadThatCannotBeCompleteFails(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(1000, 1)
	open := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), TLS: true})
	limited := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), SizeLimit: 500})
	small := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), SizeLimit: 500, PageLimit: 100})
	open.Add(t, "cn=elsewhere,"+slapdtest.PeopleBase, map[string][]string{
		"objectClass": {"referral", "extensibleObject"}, "ref": {"ldap://other.example/ou=people,dc=other,dc=example"},
	})
	tests := map[string]struct {
		server string
		change func(o *directory.Options)
		want   []string
	}{
		"wrong bind password": {
			open.URL(), func(o *directory.Options) { o.Password = func() (string, error) { return "wrong", nil } },
			[]string{"bind to " + open.URL() + " as " + slapdtest.BindDN, "invalid credentials", "check directory.bind"},
		},
		"empty bind password": {
			open.URL(), func(o *directory.Options) { o.Password = func() (string, error) { return "", nil } },
			[]string{"is empty", "check directory.bind"},
		},
		"unreadable bind password": {
			open.URL(), func(o *directory.Options) {
				o.Password = func() (string, error) { return "", errors.New("open /run/secrets/ldap: no such file") }
			},
			[]string{"read the bind password", "no such file"},
		},
		"wrong CA with LDAPS": {
			open.URLTLS(), func(o *directory.Options) { o.CA = proctest.NewAuthority(t).File(t) },
			[]string{open.URLTLS(), "certificate signed by unknown authority", "check directory.tls.ca"},
		},
		"wrong CA with StartTLS": {
			open.URL(), func(o *directory.Options) { o.StartTLS, o.CA = true, proctest.NewAuthority(t).File(t) },
			[]string{"start TLS with " + open.URL(), "certificate signed by unknown authority", "check directory.tls.ca"},
		},
		"another name in the certificate": {
			strings.Replace(open.URLTLS(), "127.0.0.1", "localhost", 1), func(o *directory.Options) { o.CA = open.CAFile },
			[]string{"x509: ", "check directory.servers"},
		},
		"no TLS to start": {
			limited.URL(), func(o *directory.Options) { o.StartTLS = true },
			[]string{"start TLS with " + limited.URL()},
		},
		"connection refused everywhere": {
			"ldap://127.0.0.1:1", func(o *directory.Options) { o.Servers = append(o.Servers, "ldap://127.0.0.1:2") },
			[]string{"connect to ldap://127.0.0.1:1: ", "connect to ldap://127.0.0.1:2: ", "connection refused: check directory.servers"},
		},
		"another kind of server": {
			open.URL(), func(o *directory.Options) { o.Kind = directory.ActiveDirectory },
			[]string{"looks like openldap, not active-directory", "directory.kind: openldap"},
		},
		"unknown base of people": {
			limited.URL(), func(o *directory.Options) { o.People.Bases = []string{"ou=nowhere," + slapdtest.BaseDN} },
			[]string{limited.URL(), `"ou=nowhere,dc=example,dc=com"`, "(objectClass=inetOrgPerson)", "after 0 entries", "no such object", "directory.people.bases"},
		},
		"unknown base of groups": {
			limited.URL(), func(o *directory.Options) {
				o.People.Filter = "(uid=u000001)"
				o.Groups.Bases = []string{"ou=nowhere," + slapdtest.BaseDN}
			},
			[]string{"no such object", "directory.groups.bases"},
		},
		"size limit, which paging does not lift": {
			limited.URL(), func(o *directory.Options) { o.PageSize = 100 },
			[]string{"after 500 entries", "size limit exceeded", "size.prtotal"},
		},
		"size limit within one page": {
			limited.URL(), func(o *directory.Options) { o.PageSize = 2000 },
			[]string{"size limit exceeded"},
		},
		"page larger than the server allows": {
			small.URL(), func(o *directory.Options) { o.PageSize = 2000 },
			[]string{"administrative limit", "smaller pages"},
		},
		"referral": {
			open.URL(), func(*directory.Options) {},
			[]string{"refers to another server", "ldap://other.example/", "directory.servers"},
		},
		"base on another server": {
			open.URL(), func(o *directory.Options) { o.People.Bases = []string{"cn=elsewhere," + slapdtest.PeopleBase} },
			[]string{"referral", "directory.servers"},
		},
		"nothing that strangers may read": {
			open.URL(), func(o *directory.Options) { o.BindDN = "" },
			[]string{"no such object"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(test.server)
			test.change(&o)
			wantError(t, o, test.want...)
		})
	}
}

func TestP01_AnEntryWithoutItsImmutableIDFailsTheRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	o := options(s.URL())
	if sn := refresh(t, o); len(sn.People) != 20 {
		t.Fatalf("got %d people, want 20", len(sn.People))
	}
	s.HideEntryUUID(t)
	wantError(t, o, `entry "uid=u000000,ou=people,dc=example,dc=com" has no entryuuid`, "bind account")
}

// TestP01_EveryCutConnectionFails cuts after n bytes from the server, for every
// 250th part of a whole read and for each of the first and last bytes.
func TestP01_EveryCutConnectionFails(t *testing.T) {
	t.Parallel()
	company := slapdtest.NewCompany(100, 1)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF()})
	o := options(s.URL())
	o.PageSize = 30
	whole := bytesOf(t, s, o)
	for n := int64(0); n < whole; n += step(n, whole) {
		p := startProxy(t, s.Addr(), n, nil)
		o.Servers = []string{p.url()}
		sn, _, err := newClient(t, o).Refresh(t.Context(), true)
		if err == nil {
			t.Fatalf("cut after %d of %d bytes: got a snapshot of %d people and %d groups", n, whole, len(sn.People), len(sn.Groups))
		}
	}
	p := startProxy(t, s.Addr(), whole, nil)
	o.Servers = []string{p.url()}
	if d := diff(expected(company), refresh(t, o)); d != "" {
		t.Errorf("cut after the last byte (-want +got):\n%s", d)
	}
}

// step is 1 near both ends and a 250th, but an odd number, between.
func step(n, whole int64) int64 {
	if n < 50 || n > whole-50 {
		return 1
	}
	return whole/250 | 1
}

// bytesOf is how many bytes the server sends for one read.
func bytesOf(t *testing.T, s *slapdtest.Server, o directory.Options) int64 {
	t.Helper()
	p := startProxy(t, s.Addr(), -1, nil)
	o.Servers = []string{p.url()}
	refresh(t, o)
	return p.fromServer()
}

func TestP01_AServerKilledDuringASearchFailsTheRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(1000, 1).LDIF()})
	o := options(s.URL())
	half := bytesOf(t, s, o) / 2
	p := startProxy(t, s.Addr(), half, func() { s.Kill(t) })
	o.Servers = []string{p.url(), s.URL()}
	wantError(t, o, "search "+p.url(), "after ")
	s.Restart(t)
	o.Servers = []string{s.URL()}
	if got := len(refresh(t, o).People); got != 1000 {
		t.Errorf("after the restart: got %d people, want 1000", got)
	}
}

func TestP01_ACancelledContextFailsTheRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(1000, 1).LDIF()})
	whole := bytesOf(t, s, options(s.URL()))
	for _, part := range []int64{0, 1, 10, 50, 90, 99} {
		t.Run(strconv.FormatInt(part, 10)+" per cent read", func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p := startStallingProxy(t, s.Addr(), whole*part/100, cancel)
			_, _, err := newClient(t, options(p.url())).Refresh(ctx, true)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		})
	}
}

func TestP01_AContextCancelledBeforeTheReadFailsIt(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := newClient(t, options(s.URL())).Refresh(ctx, true); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestP01_ASilentServerFailsTheRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(200, 1).LDIF()})
	o := options(s.URL())
	half := bytesOf(t, s, o) / 2
	o.Timeout = 200 * time.Millisecond
	p := startStallingProxy(t, s.Addr(), half, func() {})
	o.Servers = []string{p.url()}
	wantError(t, o, "i/o timeout", "after ")
}

func TestACancelledReadEndsPromptly(t *testing.T) {
	t.Parallel()
	p := startStallingProxy(t, slapdtest.Start(t, slapdtest.Options{}).Addr(), 0, func() {})
	o := options(p.url())
	o.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := newClient(t, o).Refresh(ctx, true); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestARefusedPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{})
	o := options(s.URL())
	o.Servers = []string{s.URL(), s.URL()}
	o.Password = func() (string, error) { return "wrong", nil }
	_, _, err := newClient(t, o).Refresh(t.Context(), true)
	if err == nil || strings.Count(err.Error(), "invalid credentials") != 1 {
		t.Errorf("got %v, want one refusal: a second try brings the account closer to its lock", err)
	}
}
