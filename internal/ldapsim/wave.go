package ldapsim

import (
	_ "embed"
	"slices"
)

//go:embed company/joiners.csv
var joinersCSV string

// Waves is how many waves there are.
const Waves = 4

// Wave is the company after the first n waves of changes, and what the last of
// them did, in a sentence for the person who watches. Wave 0 is Company; behind
// the last wave nothing changes any more.
func Wave(n int) (entries []Entry, story string) {
	c := newCompany()
	story = "An ordinary day: nothing changes."
	for i, wave := range []func(*company) string{joiners, movers, partings, returns} {
		if i < n {
			told := wave(c)
			if i == n-1 {
				story = told
			}
		}
	}
	return c.entries(), story
}

func joiners(c *company) string {
	c.people = append(c.people, parsePeople(joinersCSV)...)
	return "Five people join: Amélie Rousseau (Engineering), Jonas Pfeiffer (Finance), " +
		"Siobhán Kelly (Legal), Mateo Ferrari (Sales) and Lea Zimmermann (Research, intern)."
}

func movers(c *company) string {
	c.move("oyilmaz", "Research", "Senior Researcher", "hbrown")
	c.move("tgruber", "Operations", "Operations Analyst", "ahuber")
	c.move("jmueller", "Human Resources", "HR Generalist", "tbianchi")
	c.join("zgrossmann", "proj-borealis-rw")
	return "Three people move: Özlem Yılmaz from Engineering to Research, Thomas Gruber (the one in Sales) " +
		"to Operations, Jürgen Müller from Legal to Human Resources. Zoë Großmann joins Borealis."
}

func partings(c *company) string {
	c.people = slices.DeleteFunc(c.people, func(p person) bool { return p.uid == "mferrari" })
	bride := c.find("zgrossmann")
	bride.sn, bride.mail = "Berger", "zoe.berger@alpenglas.example"
	return "Mateo Ferrari leaves. Zoë Großmann marries: she is Zoë Berger now, and has another address."
}

func returns(c *company) string {
	for _, p := range parsePeople(joinersCSV) {
		if p.uid == "mferrari" {
			c.people = append(c.people, p)
		}
	}
	return "Mateo Ferrari returns."
}

func (c *company) move(uid, department, title, manager string) {
	p := c.find(uid)
	p.department, p.title, p.manager = department, title, manager
}

func (c *company) join(uid, name string) {
	for i := range c.projects {
		if p := &c.projects[i]; p.name == name {
			p.people = append(p.people, uid)
		}
	}
}
