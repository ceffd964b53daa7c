package slapdtest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// The names that every server here shares. PeopleBase and GroupsBase exist and are
// empty unless the LDIF fills them; BindDN may read everything.
const (
	BaseDN     = "dc=example,dc=com"
	PeopleBase = "ou=people," + BaseDN
	GroupsBase = "ou=groups," + BaseDN
	BindDN     = "cn=sync," + BaseDN
	Password   = "sync-password"

	adminDN       = "cn=admin," + BaseDN
	adminPassword = "admin-password"
)

// Options say how a server differs from the ordinary one.
type Options struct {
	LDIF      []byte // entries below the bases, loaded before the start
	TLS       bool   // listen for ldaps and allow StartTLS, with a certificate of an authority of its own
	SizeLimit int    // entries that BindDN may read in one search, paged or not; 0 = no limit
	PageLimit int    // largest page that BindDN may ask for; 0 = no limit
	Links     bool   // memberof and refint keep groups and people in step, without a sign at the entry that is mended
	NoSync    bool   // no RFC 4533
	Schema    string // more lines of slapd.conf that define attributes and classes
	Dynamic   bool   // groupOfURLs has the members that its memberURL finds (overlay dynlist)
	OnlyBases bool   // BindDN may read below PeopleBase and GroupsBase only

	// Clients issues the certificates that clients must show, and the server's own, which implies TLS. A client
	// that is called sync there may act as BindDN, by SASL EXTERNAL. nil: nobody is asked for a certificate.
	Clients *proctest.Authority
}

// Server is a running slapd.
type Server struct {
	*proctest.Directory

	CAFile string // PEM of the authority; "" without TLS

	dir string
}

// Start loads the LDIF and starts slapd; the test's end stops it. Where slapd is
// missing the test is skipped, or fails if the environment says CI=true.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	slapd, slapadd := proctest.Program(t, "slapd"), proctest.Program(t, "slapadd")
	s := &Server{dir: t.TempDir()}
	authority := o.Clients
	switch {
	case authority != nil:
		o.TLS = true
	case o.TLS:
		authority = proctest.NewAuthority(t)
	}
	if o.TLS {
		s.CAFile = authority.Issue(t, s.dir)
	}
	s.configure(t, o)
	load := exec.CommandContext(t.Context(), slapadd, "-q", "-f", s.path("slapd.conf"), "-b", BaseDN, "-l", s.path("load.ldif"))
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("load the LDIF: %v\n%s", err, out)
	}
	s.Directory = proctest.StartDirectory(t, proctest.Spec{
		Program: "slapd", Admin: adminDN, Password: adminPassword, TLS: o.TLS,
		Launch: func(addr, addrTLS string) (proctest.Running, error) { return s.launch(slapd, addr, addrTLS) },
	})
	return s
}

func (s *Server) launch(slapd, addr, addrTLS string) (proctest.Running, error) {
	urls := "ldap://" + addr
	if addrTLS != "" {
		urls += " ldaps://" + addrTLS
	}
	// The server outlives the test's context: what the test's clean-up does may need it.
	c := exec.CommandContext(context.Background(), slapd, "-d", "0", "-h", urls, "-f", s.path("slapd.conf"))
	return proctest.Run(c, s.path("slapd.log"))
}

// LetSync restarts a server that was started without RFC 4533 with it.
func (s *Server) LetSync(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(s.path("slapd.conf"))
	if err != nil {
		t.Fatal(err)
	}
	proctest.Write(t, s.path("slapd.conf"), append(text, syncConfiguration...))
	s.Restart(t)
}

// HideEntryUUID restarts the server with a rule that lets nobody but the administrator read entryUUID.
func (s *Server) HideEntryUUID(t testing.TB) {
	t.Helper()
	s.Hide(t, "entryUUID")
}

// Hide restarts the server with a rule that lets nobody but the administrator read an attribute.
func (s *Server) Hide(t testing.TB, attribute string) {
	t.Helper()
	s.Restrict(t, "attrs="+attribute)
}

// Restrict restarts the server with a rule that lets nobody but the administrator see what it
// says (slapd.access(5)): attrs=..., dn.subtree="..." or both.
func (s *Server) Restrict(t testing.TB, what string) {
	t.Helper()
	s.Access(t, what+" by * none")
}

// Access restarts the server with a rule before all others (slapd.access(5), without the words «access to»).
func (s *Server) Access(t testing.TB, rule string) {
	t.Helper()
	text, err := os.ReadFile(s.path("slapd.conf"))
	if err != nil {
		t.Fatal(err)
	}
	proctest.Write(t, s.path("slapd.conf"), bytes.Replace(text, []byte("access to *"), []byte("access to "+rule+"\naccess to *"), 1))
	s.Restart(t)
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }
