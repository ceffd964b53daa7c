package main

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// town is what a script acts on: a directory of nine people, each of whom is a
// case, and a small Kiteworks in which one of them has access given by hand.
type town struct {
	directory *ldapsim.Server
	kiteworks *kwsim.Server
	entries   []ldapsim.Entry
	occupied  net.Listener
	ahead     atomic.Int64 // nanoseconds, of the clock of Kiteworks
}

type townKey struct{}

func theTown(ts *testscript.TestScript) *town { return ts.Value(townKey{}).(*town) }

// townEntries are the people and their groups.
func townEntries() []ldapsim.Entry {
	const people, partners = "ou=People,", "ou=External Partners,"
	entries := []ldapsim.Entry{
		object(ldapsim.CompanyBase, "organization", "o", "Alpenglas"),
		object(people+ldapsim.CompanyBase, "organizationalUnit", "ou", "People"),
		object(partners+ldapsim.CompanyBase, "organizationalUnit", "ou", "External Partners"),
		object("ou=Groups,"+ldapsim.CompanyBase, "organizationalUnit", "ou", "Groups"),
		resident("anna", "staff", "anna@alpenglas.example", "Finance"),
		resident("bruno", "staff", "bruno@alpenglas.example", "Finance"),
		resident("clara", "staff", "clara@alpenglas.example", "Legal"),
		resident("dora", "staff", "", "Legal"),                               // no address
		resident("edda", "staff", "faber@alpenglas.example", "Sales"),        // one address
		resident("edgar", "staff", "faber@alpenglas.example", "Sales"),       // for two
		resident("frida", "staff", "frida@alpenglas.example", "IT", "Sales"), // two departments
		resident("gino", "staff", "gino@alpenglas.example", "Finance"),       // has access by hand
	}
	hana := resident("hana", "contractor", "hana@alpenglas.example")
	hana.DN = "uid=hana," + partners + ldapsim.CompanyBase
	return append(
		entries, hana,
		circle("managers", "anna"), circle("proj-aurora-rw", "bruno"), circle("proj-aurora-ro", "clara"),
		circle("proj-borealis-rw", "clara"), ldapsim.Entry{
			DN:    "cn=contractors,ou=Groups," + ldapsim.CompanyBase,
			Attrs: map[string][]string{"objectClass": {"top", "groupOfNames"}, "cn": {"contractors"}, "member": {hana.DN}},
		},
	)
}

func object(dn, class, attribute, value string) ldapsim.Entry {
	return ldapsim.Entry{DN: dn, Attrs: map[string][]string{"objectClass": {"top", class}, attribute: {value}}}
}

func resident(uid, kind, mail string, departments ...string) ldapsim.Entry {
	name := strings.ToUpper(uid[:1]) + uid[1:]
	attrs := map[string][]string{
		"objectClass": {"top", "person", "organizationalPerson", "inetOrgPerson"}, "uid": {uid}, "cn": {name}, "sn": {name},
		"displayName": {name}, "employeeType": {kind},
	}
	if mail != "" {
		attrs["mail"] = []string{mail}
	}
	if len(departments) > 0 {
		attrs["departmentNumber"] = departments
	}
	return ldapsim.Entry{DN: "uid=" + uid + ",ou=People," + ldapsim.CompanyBase, Attrs: attrs}
}

// circle is a group of one.
func circle(name, uid string) ldapsim.Entry {
	return ldapsim.Entry{DN: "cn=" + name + ",ou=Groups," + ldapsim.CompanyBase, Attrs: map[string][]string{
		"objectClass": {"top", "groupOfNames"}, "cn": {name}, "member": {"uid=" + uid + ",ou=People," + ldapsim.CompanyBase},
	}}
}

// startTown starts both servers and names the configuration in the environment.
func startTown(ts *testscript.TestScript, _ bool, _ []string) {
	t := theTown(ts)
	t.entries = townEntries()
	var err error
	t.directory, err = ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: sitePassword, Entries: t.entries,
	})
	ts.Check(err)
	ts.Defer(func() { _ = t.directory.Close() })
	s, err := newSite(ts.MkAbs("town"))
	ts.Check(err)
	t.kiteworks, err = s.serve(kwsim.Options{Seed: 1, Now: func() time.Time { return time.Now().Add(time.Duration(t.ahead.Load())) }}, kwsim.Plan{Strangers: 5, Folders: 12, Grants: 10})
	ts.Check(err)
	ts.Defer(func() { _ = t.kiteworks.Close() })
	ts.Check(t.giveByHand())
	s.Directory, s.Kind, s.Rate, s.Metrics = t.directory.URL(), "generic", 200, "127.0.0.1:0"
	path, err := s.configure()
	ts.Check(err)
	ts.Setenv("KW_ONBOARDER_CONFIG", path)
	ts.Setenv("DIRECTORY", t.directory.URL())
	ts.Setenv("KITEWORKS", t.kiteworks.URL())
}

// giveByHand lets gino have a weak role on his department's folder.
func (t *town) giveByHand() error {
	if _, err := t.kiteworks.World().AddUser(kwsim.User{Email: "gino@alpenglas.example", Name: "Gino"}); err != nil {
		return err
	}
	return t.byHand("gino", "/Departments/Finance", "Viewer")
}

// byHand makes the folder's owner give somebody a role in place of another, or none.
func (t *town) byHand(uid, path, role string) error {
	w := t.kiteworks.World()
	owner, _ := w.UserByEmail(siteFolders)
	who, _ := w.UserByEmail(uid + "@alpenglas.example")
	f, there := w.FolderByPath(owner.ID, path)
	if !there {
		return fmt.Errorf("there is no folder %s", path)
	}
	if role == "none" {
		return w.RemoveMember(f.ID, who.ID)
	}
	r, _ := w.Role(role)
	return w.AddMember(f.ID, who.ID, r.ID, "")
}

// byHand UID PATH ROLE changes somebody's role past the program; the role none takes it away.
func byHand(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(theTown(ts).byHand(args[0], args[1], args[2]))
}

// join UID DEPARTMENT lets somebody be hired.
func join(ts *testscript.TestScript, _ bool, args []string) {
	t := theTown(ts)
	t.entries = append(t.entries, resident(args[0], "staff", args[0]+"@alpenglas.example", args[1]))
	ts.Check(t.directory.Replace(t.entries))
}

// nest OUTER INNER UID founds a group of one, as a member of another.
func nest(ts *testscript.TestScript, _ bool, args []string) {
	t := theTown(ts)
	inner := circle(args[1], args[2])
	for i, e := range t.entries {
		if strings.HasPrefix(e.DN, "cn="+args[0]+",") {
			t.entries[i].Attrs["member"] = append(e.Attrs["member"], inner.DN)
		}
	}
	t.entries = append(t.entries, inner)
	ts.Check(t.directory.Replace(t.entries))
}

// leave UID takes somebody out of the directory.
func leave(ts *testscript.TestScript, _ bool, args []string) {
	t := theTown(ts)
	t.entries = slices.DeleteFunc(t.entries, func(e ldapsim.Entry) bool { return strings.HasPrefix(e.DN, "uid="+args[0]+",") })
	ts.Check(t.directory.Replace(t.entries))
}

// change UID ATTRIBUTE [VALUE...] gives somebody's entry other values.
func change(ts *testscript.TestScript, _ bool, args []string) {
	t := theTown(ts)
	for i, e := range t.entries {
		if strings.HasPrefix(e.DN, "uid="+args[0]+",") {
			attrs := maps.Clone(e.Attrs)
			attrs[args[1]] = args[2:]
			t.entries[i].Attrs = attrs
		}
	}
	ts.Check(t.directory.Replace(t.entries))
}

// rebuild gives each entry of the directory an id anew, as one does that is built from LDIF.
func rebuild(ts *testscript.TestScript, _ bool, _ []string) {
	t := theTown(ts)
	for i := range t.entries {
		t.entries[i].UUID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
	}
	ts.Check(t.directory.Replace(t.entries))
}

// down ends the directory.
func down(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(theTown(ts).directory.Close()) }

// behave SWITCH=SETTING... turns switches of Kiteworks, and puts the others back.
func behave(ts *testscript.TestScript, _ bool, args []string) {
	var b kwsim.Behaviour
	for _, a := range args {
		name, to, _ := strings.Cut(a, "=")
		ts.Check(b.Set(name, kwsim.Setting(to)))
	}
	ts.Check(theTown(ts).kiteworks.SetBehaviour(b))
}

// scopes SCOPE... registers the application for these, or for those in @FILE, or for all.
func scopes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 && strings.HasPrefix(args[0], "@") {
		args = strings.Fields(ts.ReadFile(args[0][1:]))
	}
	ts.Check(theTown(ts).kiteworks.SetScopes(args...))
}

// skew DURATION sets the clock of Kiteworks ahead, or behind.
func skew(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	theTown(ts).ahead.Store(int64(d))
}

// suspend EMAIL lets an administrator of Kiteworks suspend somebody.
func suspend(ts *testscript.TestScript, _ bool, args []string) {
	w := theTown(ts).kiteworks.World()
	u, _ := w.UserByEmail(args[0])
	ts.Check(w.SuspendUser(u.ID, true))
}

// occupy VARIABLE listens on a port until the script ends, and puts the address into a variable.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	theTown(ts).occupied = l
	ts.Setenv(args[0], l.Addr().String())
}

// free ends what occupy began.
func free(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(theTown(ts).occupied.Close()) }
