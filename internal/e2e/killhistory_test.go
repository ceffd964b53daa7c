package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// The directory of the history.
const (
	forty       = "dc=forty,dc=example"
	fortyPeople = "ou=people," + forty
	fortyGroups = "ou=groups," + forty
)

// fortyRules make folders, as two identities, and give roles there; who comes to the
// group leads gets a stronger one on a folder where they have one already.
const fortyRules = `  - name: staff
    when:
      everyone: true
    account:
      profile: Standard
    grants:
      - folder: "/Departments/{{ .departmentNumber }}"
        role: Collaborator
        create: true
      - folder: /Projects/Welcome/Newcomers
        role: Viewer
        create: true
  - name: leads
    when:
      group: leads
    grants:
      - folder: "/Departments/{{ .departmentNumber }}"
        role: Manager
        create: true
      - folder: /Vault/Contracts
        role: Downloader
        create: true
        as: svc-legal@corp.example
`

// history is forty people in chapters, each of which changes the world and ends with
// commands that must succeed. It has every operation that a run of this version
// makes: folders inside new folders, accounts, accounts that are found, grants by the
// dozen, raises of what is ours and of what a human gave, a grant that a human takes
// away and that is given again, access that is taken over and given up; then, in mode sync,
// roles that are taken away and taken down, other addresses and names, two of them
// exchanged, accounts that are suspended, switched on again, and deleted.
type history struct {
	site    *site
	ldap    *ldapsim.Server
	commits int // of all commands that came to their end
}

// chapter is one change of the world, and what is done about it.
type chapter struct {
	name     string
	happens  func(*history)
	commands [][]string
}

var (
	oneRun   = [][]string{{"apply", "--yes"}}
	chapters = []chapter{
		{"thirty join", func(*history) {}, oneRun},
		{"ten more, and five leads", func(h *history) { h.people(40, 5, 0) }, oneRun},
		{"three move, and a human takes a role away", func(h *history) {
			h.people(40, 5, 3)
			h.takeAway("/Departments/Sales", fortyEmail(1))
		}, oneRun},
		{"what a human gave is taken over, and something is given up", func(*history) {}, [][]string{
			{"adopt", "--folder", "/Departments/Legal", "--yes"},
			{"disown", "--person", fortyEmail(4), "--yes"},
			{"apply", "--yes"},
		}},
		{"in mode sync one moves, two lead no more, one marries, two exchange their addresses, one leaves", func(h *history) {
			h.site.settings.Mode, h.site.settings.Extra = "sync", fortyLadder
			h.without(leaver)
		}, oneRun},
		{"he returns, and another leaves for good", func(h *history) {
			h.without(forGood)
		}, [][]string{{"apply", "--yes"}, {"apply", "--yes"}}},
	}
)

// Of the forty, who leaves and returns, and who leaves for good.
const (
	leaver  = 20
	forGood = 28
)

// fortyLadder takes all steps at once, but that the last waits for the run after.
const fortyLadder = `leavers:
  - who: [gone]
    steps:
      - {after: 0h, do: suspend}
      - {after: 0h, do: revoke}
      - {after: 0h, do: delete, data_to: p00@example.com}
`

func fortyEmail(i int) string { return fmt.Sprintf("p%02d@example.com", i) }

// newHistory is the world before the first chapter. Two of the forty have accounts
// already, one a weaker role and one the right one, by hand.
func newHistory(t testing.TB) *history {
	t.Helper()
	ldap, err := ldapsim.New(ldapsim.Options{
		BaseDN: forty, BindDN: "cn=reader," + forty, Password: "reader", Entries: fortyEntries(30, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ldap.Close() })
	s := newTenantSite(t, kwsim.Plan{Folders: 4})
	s.settings.Kind, s.settings.Directory, s.settings.DirectoryCA = "generic", ldap.URL(), ""
	s.settings.BindDN, s.settings.BindPassword = "cn=reader,"+forty, s.write("reader", "reader")
	s.settings.PeopleBase, s.settings.GroupsBase = fortyPeople, fortyGroups
	s.settings.Mode, s.settings.Rules, s.settings.Drift = "upsert-only", fortyRules, "repair"
	h := &history{site: s, ldap: ldap}
	for _, name := range []string{"Research", "Sales", "Legal"} {
		s.addFolder(foldersIdentity, "/Departments", name)
	}
	s.addUser(kwsim.User{Email: colleague})
	s.giveByHand("/Departments", colleague, "Manager", foldersIdentity)
	s.addUser(kwsim.User{Email: fortyEmail(2)})
	s.addUser(kwsim.User{Email: fortyEmail(10)})
	s.giveByHand("/Departments/Research", fortyEmail(2), "Viewer", colleague)
	s.giveByHand("/Departments/Legal", fortyEmail(10), "Collaborator", colleague)
	return h
}

// people replaces the directory: so many people, the first of whom lead, and so many of
// the last of whom have moved.
func (h *history) people(n, leads, moved int) {
	if err := h.ldap.Replace(fortyEntries(n, leads, moved)); err != nil {
		h.site.t.Fatal(err)
	}
}

// without replaces the directory by that of the forty but one, of whom some lead another life.
func (h *history) without(i int) {
	people := fortyOf(40, 3, 3)
	people[21].department = "Legal"
	people[22].mail, people[22].name = "married@example.com", "Person married"
	people[23].mail, people[24].mail = people[24].mail, people[23].mail
	if err := h.ldap.Replace(entriesOf(slices.Delete(people, i, i+1))); err != nil {
		h.site.t.Fatal(err)
	}
}

func (h *history) takeAway(path, email string) {
	s := h.site
	if err := s.kw.World().RemoveMember(s.folder(foldersIdentity, path).ID, s.user(email).ID); err != nil {
		s.t.Fatal(err)
	}
}

// fortyPerson is one of them, as the directory has them.
type fortyPerson struct {
	uid, name, mail, department string
	leads                       bool
}

// fortyOf are so many people, the first of whom lead, and so many of the last of whom have moved.
func fortyOf(n, leads, moved int) (people []fortyPerson) {
	departments := []string{"Research", "Sales", "Research", "Legal", "Sales", "Tax", "Tax"}
	for i := range n {
		uid := fmt.Sprintf("p%02d", i)
		p := fortyPerson{uid, "Person " + uid, fortyEmail(i), departments[i%len(departments)], i < leads}
		if i >= n-moved {
			p.department = "Audit"
		}
		people = append(people, p)
	}
	return people
}

func fortyEntries(n, leads, moved int) []ldapsim.Entry { return entriesOf(fortyOf(n, leads, moved)) }

func entriesOf(people []fortyPerson) []ldapsim.Entry {
	entry := func(dn string, class string, attrs map[string][]string) ldapsim.Entry {
		attrs["objectClass"] = []string{"top", class}
		return ldapsim.Entry{DN: dn, Attrs: attrs}
	}
	entries := []ldapsim.Entry{
		entry(forty, "organization", map[string][]string{"o": {"Forty"}}),
		entry(fortyPeople, "organizationalUnit", map[string][]string{"ou": {"people"}}),
		entry(fortyGroups, "organizationalUnit", map[string][]string{"ou": {"groups"}}),
	}
	members := []string{"cn=nobody," + forty}
	for _, p := range people {
		dn := "uid=" + p.uid + "," + fortyPeople
		entries = append(entries, entry(dn, "inetOrgPerson", map[string][]string{
			"uid": {p.uid}, "cn": {p.name}, "sn": {p.uid}, "displayName": {p.name},
			"mail": {p.mail}, "departmentNumber": {p.department},
		}))
		if p.leads {
			members = append(members, dn)
		}
	}
	return slices.Concat(entries, []ldapsim.Entry{
		entry("cn=leads,"+fortyGroups, "groupOfNames", map[string][]string{"cn": {"leads"}, "member": members}),
	})
}
