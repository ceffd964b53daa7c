package ldapsim_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

const (
	password = "correct horse"
	base     = ldapsim.CompanyBase
	people   = "ou=People," + base
	groups   = "ou=Groups," + base
	partners = "ou=External Partners," + base
)

// TestMain fails if anything of a server or a session outlives Close.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options(entries []ldapsim.Entry) ldapsim.Options {
	return ldapsim.Options{BaseDN: base, BindDN: ldapsim.CompanyBind, Password: password, Entries: entries}
}

// serve serves the embedded company until the test ends.
func serve(t *testing.T) *ldapsim.Server { return serveWith(t, options(ldapsim.Company())) }

func serveWith(t *testing.T, o ldapsim.Options) *ldapsim.Server {
	t.Helper()
	s, err := ldapsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// dial connects without binding.
func dial(t *testing.T, s *ldapsim.Server) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c.SetTimeout(10 * time.Second)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func login(t *testing.T, s *ldapsim.Server) *ldap.Conn {
	t.Helper()
	c := dial(t, s)
	if err := c.Bind(ldapsim.CompanyBind, password); err != nil {
		t.Fatal(err)
	}
	return c
}

func query(base string, scope int, filter string, attrs ...string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attrs, nil)
}

// dns is the names of the entries found, sorted.
func dns(entries []*ldap.Entry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.DN)
	}
	slices.Sort(names)
	return names
}

// codeOf is the result code of an error; 0 if there is none.
func codeOf(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var e *ldap.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an LDAP result", err)
	}
	return int(e.ResultCode)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	root := ldapsim.Entry{DN: base}
	tests := map[string]struct {
		change func(*ldapsim.Options)
		want   string
	}{
		"all interfaces":   {func(o *ldapsim.Options) { o.Listen = "0.0.0.0:0" }, "loopback only"},
		"host name":        {func(o *ldapsim.Options) { o.Listen = "localhost:0" }, "loopback only"},
		"no port":          {func(o *ldapsim.Options) { o.Listen = "127.0.0.1" }, "missing port"},
		"no account":       {func(o *ldapsim.Options) { o.BindDN = "" }, "set BindDN and Password"},
		"no password":      {func(o *ldapsim.Options) { o.Password = "" }, "set BindDN and Password"},
		"base is no DN":    {func(o *ldapsim.Options) { o.BaseDN = "alpenglas" }, "not attribute=value"},
		"account is no DN": {func(o *ldapsim.Options) { o.BindDN = `cn=x\` }, "ends in a backslash"},
		"no base entry":    {func(o *ldapsim.Options) { o.Entries = nil }, "no entry for the base"},
		"orphan": {func(o *ldapsim.Options) {
			o.Entries = []ldapsim.Entry{root, {DN: "uid=x,ou=Nowhere," + base}}
		}, "the entry above it is missing"},
		"outside": {func(o *ldapsim.Options) {
			o.Entries = []ldapsim.Entry{root, {DN: "dc=other"}}
		}, "outside the base"},
		"twice, spelled otherwise": {func(o *ldapsim.Options) {
			o.Entries = []ldapsim.Entry{root, {DN: "DC=ALPENGLAS , dc=example"}}
		}, "is there twice"},
		"entry is no DN": {func(o *ldapsim.Options) {
			o.Entries = []ldapsim.Entry{root, {DN: "uid=," + base}}
		}, "not attribute=value"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(ldapsim.Company())
			test.change(&o)
			s, err := ldapsim.New(o)
			if err == nil {
				_ = s.Close()
				t.Fatal("got a server, want an error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to contain %q", err, test.want)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	clock := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	o := options(nil)
	o.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	entries := func(dn, title string) []ldapsim.Entry {
		return []ldapsim.Entry{
			{DN: base},
			{DN: "uid=still," + base, Attrs: map[string][]string{"uid": {"still"}}},
			{DN: dn, UUID: "4b5a9ad5-0000-4000-8000-000000000001", Attrs: map[string][]string{"title": {title}}},
		}
	}
	o.Entries = entries("uid=ada,"+base, "Clerk")
	s := serveWith(t, o)
	c := login(t, s)
	stamps := func(dn string) []string {
		t.Helper()
		found, err := c.Search(query(dn, ldap.ScopeBaseObject, "(entryUUID=*)", "+"))
		if codeOf(t, err) == ldap.LDAPResultNoSuchObject {
			return nil
		}
		if len(found.Entries) != 1 {
			t.Fatalf("read %s: got %d entries, want one", dn, len(found.Entries))
		}
		e := found.Entries[0]
		return []string{e.GetAttributeValue("entryUUID"), e.GetAttributeValue("createTimestamp"), e.GetAttributeValue("modifyTimestamp")}
	}
	check := func(what, dn string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, stamps(dn)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	const id, eight, nine = "4b5a9ad5-0000-4000-8000-000000000001", "20260101080000Z", "20260101090000Z"
	check("new", "uid=ada,"+base, id, eight, eight)
	still := stamps("uid=still," + base)

	mu.Lock()
	clock = clock.Add(time.Hour)
	mu.Unlock()
	if err := s.Replace(entries("uid=ada,"+base, "Director")); err != nil {
		t.Fatal(err)
	}
	check("changed", "uid=ada,"+base, id, eight, nine)
	check("unchanged", "uid=still,"+base, still...)
	found, err := c.Search(query(base, ldap.ScopeWholeSubtree, "(modifyTimestamp>=20260101083000Z)"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"uid=ada," + base}, dns(found.Entries)); diff != "" {
		t.Errorf("a delta by modifyTimestamp (-want +got):\n%s", diff)
	}
	if err := s.Replace(entries("uid=lovelace,"+base, "Director")); err != nil {
		t.Fatal(err)
	}
	check("renamed", "uid=lovelace,"+base, id, eight, nine)
	check("old name", "uid=ada,"+base)
	if err := s.Replace(nil); err == nil {
		t.Error("Replace without the base: got no error")
	}
	check("after a refused Replace", "uid=lovelace,"+base, id, eight, nine)
}

func TestConcurrentClients(t *testing.T) {
	t.Parallel()
	s := serve(t)
	before, _ := ldapsim.Wave(0)
	after, _ := ldapsim.Wave(1)
	var clients sync.WaitGroup
	for range 8 {
		c := login(t, s)
		clients.Go(func() {
			for range 5 {
				found, err := c.SearchWithPaging(query(base, ldap.ScopeWholeSubtree, "(objectClass=*)", "1.1"), 37)
				if err != nil {
					t.Errorf("search: %v", err)
					return
				}
				if got := len(found.Entries); got != len(before) && got != len(after) {
					t.Errorf("got %d entries, want %d or %d: never a mixture", got, len(before), len(after))
				}
			}
		})
	}
	for n := range 10 {
		entries, _ := ldapsim.Wave(n % 2)
		if err := s.Replace(entries); err != nil {
			t.Error(err)
		}
	}
	clients.Wait()
}

func TestCloseWhileASearchIsUnderWay(t *testing.T) {
	t.Parallel()
	entries := []ldapsim.Entry{{DN: base}}
	for i := range 5000 {
		entries = append(entries, ldapsim.Entry{
			DN:    fmt.Sprintf("uid=u%d,%s", i, base),
			Attrs: map[string][]string{"description": {strings.Repeat("x", 4000)}},
		})
	}
	s, err := ldapsim.New(options(entries))
	if err != nil {
		t.Fatal(err)
	}
	conn := dialRaw(t, s)
	write(t, conn, bindRequest(1), searchRequest(t, 2, "(description=*)", "*"))
	// The first byte of the 20 MB proves that the search has begun; the rest is
	// never read, so that the server is stuck in the middle of it.
	readBytes(t, conn, 100)
	for range 2 { // closing again does nothing
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("the address still answers after Close")
	}
}
