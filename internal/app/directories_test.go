package app

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// join turns the configuration into one with a second directory, of partners.
func (s *site) join(t *testing.T, people ...ldapsim.Entry) {
	t.Helper()
	corp := s.company
	s.directory(t, "", people...)
	partners := s.company
	s.company = corp

	text, err := os.ReadFile(s.path("config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "directory:\n  ")
	block, tail, _ := strings.Cut(rest, "\nkiteworks:")
	first := "directory:\n  - " + strings.ReplaceAll(block, "\n", "\n  ")
	second := strings.NewReplacer("directory:\n", "\n", "name: corp", "name: partners", corp.URL(), partners.URL()).Replace(first)
	s.write(t, "config.yaml", head+first+second+"\nkiteworks:"+tail)
}

func TestPeopleOfTwoDirectories(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	anna := staff("anna", "Finance")
	anna.Attrs["mail"] = []string{"ann@corp.example"}
	s.join(t, staff("eva", "Legal"), anna)
	d.reload(t)
	rep := d.again(t)
	if rep.Result() != kwsync.Done || rep.People != 6 || s.accounts() != 5 {
		t.Fatalf("the run over both: %s (%s), %d people, %d accounts; want 6 people and one new account", rep.Result(), rep.Err, rep.People, s.accounts())
	}
	var got []string
	for _, n := range rep.Plan.Notes {
		got = append(got, n.Kind.String()+" "+n.Person.Source+": "+n.Why)
	}
	want := []string{
		plan.NoteSkipped.String() + " partners: ann@corp.example is the address of corp:uid=ann,ou=people,dc=corp,dc=example, " +
			"who has the account: give partners:uid=anna,ou=people,dc=corp,dc=example another",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}

	// Of a directory that is left out all people would look gone.
	s.configure(t)
	d.reload(t)
	if rep := d.again(t); rep.People != 6 {
		t.Errorf("%d people after a reload that must fail, want 6", rep.People)
	}
	if log := d.log.String(); !strings.Contains(log, `it remembers people of the directory \"partners\"`) {
		t.Errorf("the log does not say why the reload failed:\n%s", log)
	}
}

// Each key of the configuration reaches the directory that it is about.
func TestDirectoryOptions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write(t, "ldap-key.pem", "a key")
	s.join(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	partners := &c.Directories[1]
	partners.Referrals = config.IgnoreReferrals
	partners.TLS = config.DirectoryTLS{CA: "ca.pem", StartTLS: true, Certificate: "chain.pem"}
	if err := partners.TLS.Key.UnmarshalText([]byte("file:" + s.path("ldap-key.pem"))); err != nil {
		t.Fatal(err)
	}
	partners.Bind = config.Bind{}
	partners.People.LeaversIn = []string{"ou=gone"}
	partners.People.Email.From = []string{"mail", "otherMailbox"}
	partners.Groups = config.Groups{Bases: []string{"ou=teams"}, Filter: "(cn=*)"}
	got, err := directoryOptions(c, Settings{Daemon: true})
	if err != nil {
		t.Fatal(err)
	}
	common := directory.Options{
		Kind: directory.Generic, Follow: true, Attributes: []string{"department", "employeetype"},
		People: directory.People{
			Bases: []string{"ou=people," + base}, Filter: "(objectClass=inetOrgPerson)", Name: "displayName",
			EmailFrom: []string{"mail"}, EmailDomains: []string{"corp.example"},
		},
	}
	corp, other := common, common
	corp.Name, corp.Servers, corp.BindDN = "corp", []string{s.company.URL()}, reader
	corp.Groups.Bases = []string{"ou=groups," + base}
	other.Name, other.Servers = "partners", partners.Servers
	other.CA, other.StartTLS, other.Certificate, other.IgnoreReferrals = "ca.pem", true, "chain.pem", true
	other.People.LeaversIn, other.People.EmailFrom = []string{"ou=gone"}, []string{"mail", "otherMailbox"}
	other.Groups = directory.Groups{Bases: []string{"ou=teams"}, Filter: "(cn=*)"}
	secrets := cmpopts.IgnoreFields(directory.Options{}, "Password", "Key", "Now")
	if diff := cmp.Diff([]directory.Options{corp, other}, got, secrets); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if got[0].Key != nil {
		t.Error("a directory without a certificate has a key")
	}
	if key, err := got[1].Key(); key != "a key" || err != nil {
		t.Errorf("the key is %q, %v", key, err)
	}
	if password, err := got[0].Password(); password != bindPassword || err != nil {
		t.Errorf("the password is %q, %v", password, err)
	}

	once, err := directoryOptions(c, Settings{})
	if err != nil || once[0].Follow || once[1].Follow {
		t.Errorf("a command follows: %v, %v", once, err)
	}
}
