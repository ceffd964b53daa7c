package sambatest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// The names that every domain here shares. The three organizational units exist and are
// empty. Each account may read what every account may; SyncUser and BlindUser have the right
// to replicate changes, which DirSync asks for. Samba tells of deletions only those who may
// read the container of deleted objects, which BlindUser may not.
const (
	BaseDN     = "DC=bed,DC=test"
	StaffOU    = "OU=Staff," + BaseDN
	LeaversOU  = "OU=Disabled Users," + BaseDN
	GroupsOU   = "OU=Groups," + BaseDN
	ReaderUser = "reader@bed.test"
	SyncUser   = "sync@bed.test"
	BlindUser  = "blind@bed.test"
	Password   = "sync-password" // of all three

	adminUser     = "Administrator@bed.test"
	adminPassword = "Admin-passw0rd"
)

// Options say how a domain differs from the ordinary one.
type Options struct {
	RecycleBin bool // deleted objects keep their attributes and links
}

// Server is a running domain controller.
type Server struct {
	*proctest.Directory

	CAFile string // PEM of the authority

	dir string
}

// Start starts a domain controller; the test's end stops it. Where Samba or the
// rights for it are missing the test is skipped, or fails if the environment says CI=true.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	needNamespace(t)
	samba := proctest.Program(t, "samba")
	s := &Server{dir: t.TempDir()}
	if err := os.CopyFS(s.dir, os.DirFS(fixture(t))); err != nil {
		t.Fatalf("copy the fixture: %v", err)
	}
	s.CAFile = proctest.NewAuthority(t).Issue(t, s.dir)
	proctest.Write(t, s.path("smb.conf"), configure(s.dir))
	if o.RecycleBin {
		s.enableRecycleBin(t)
	}
	s.Directory = proctest.StartDirectory(t, proctest.Spec{
		Program: "samba", Admin: adminUser, Password: adminPassword, TLS: true,
		Launch: func(addr, addrTLS string) (proctest.Running, error) { return s.launch(samba, addr, addrTLS) },
	})
	return s
}

// launch starts Samba in a network namespace of its own and lets connections in.
func (s *Server) launch(samba, addr, addrTLS string) (proctest.Running, error) {
	// The server outlives the test's context: what the test's clean-up does may need it.
	c := isolated(exec.CommandContext(context.Background(), samba, "-F", "-M", "single", "--debug-stdout", "-s", s.path("smb.conf")))
	process, err := proctest.Run(c, s.path("samba.log"))
	if err != nil {
		return nil, err
	}
	d := &domain{Process: process}
	if err := d.open(addr, addrTLS); err != nil {
		d.Kill()
		return nil, err
	}
	return d, nil
}

// recycleBin turns the optional feature of that name on, by its well-known id.
const recycleBin = `dn:
changetype: modify
add: enableOptionalFeature
enableOptionalFeature: CN=Partitions,CN=Configuration,DC=bed,DC=test:766ddcd8-acd0-445e-f3b9-a7f9b6744f2a
`

// enableRecycleBin changes the files: over LDAP Samba lets not even the administrator do it.
func (s *Server) enableRecycleBin(t testing.TB) {
	t.Helper()
	if _, err := run(t.Context(), recycleBin, "ldbmodify", "--configfile="+s.path("smb.conf"), "-H", s.path("private/sam.ldb")); err != nil {
		t.Fatalf("enable the recycle bin: %v", err)
	}
}

// AddUser adds an enabled account that has no password. Without a sAMAccountName Samba makes one up.
func (s *Server) AddUser(t testing.TB, dn string, attributes map[string][]string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		a := ldap.NewAddRequest(dn, nil)
		a.Attribute("objectClass", []string{"user"})
		a.Attribute("userAccountControl", []string{"512"}) // NORMAL_ACCOUNT
		for name, values := range attributes {
			a.Attribute(name, values)
		}
		return c.Add(a)
	})
}

// AddGroup adds a global security group.
func (s *Server) AddGroup(t testing.TB, dn string, members ...string) {
	t.Helper()
	attributes := map[string][]string{"objectClass": {"group"}}
	if len(members) > 0 {
		attributes["member"] = members
	}
	s.Add(t, dn, attributes)
}

// AddOU adds an organizational unit.
func (s *Server) AddOU(t testing.TB, dn string) {
	t.Helper()
	s.Add(t, dn, map[string][]string{"objectClass": {"organizationalUnit"}})
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }
