package firsthour

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

// Proposal is a rule that what was found suggests.
type Proposal struct {
	Name    string
	Why     string // what suggests it
	When    string // key of `when`: everyone, group, group_like or filter
	Of      string // its value
	Account bool
	Folder  string // "": it gives no folder
	Role    string
}

const (
	mostFamilies = 6
	leastFamily  = 3 // groups that are named alike
)

// Belongs are the attributes that may say where somebody belongs, best first.
func Belongs() []string {
	return []string{"department", "departmentNumber", "ou", "employeeType"}
}

// Propose suggests rules: one for accounts and for the folder of one's department, and one
// for each family of groups that are named alike.
func Propose(l *directory.Land, roots []string) (rules []Proposal, others []string) {
	first := staff(l)
	people := total(l.Domains)
	for _, attribute := range Belongs()[:3] {
		values := l.Distinct(attribute)
		if n := total(values); len(values) > 1 && n*10 >= people*6 {
			first.Folder, first.Role = roots[0]+"/{{ ."+attribute+" }}", "Collaborator"
			first.Why += fmt.Sprintf("; %s of %d of them says where they belong (%d values)", attribute, n, len(values))
			break
		}
	}
	rules = append(rules, first)
	used := map[string]bool{first.Of: first.When == "group"}
	for _, f := range families(l.Groups) {
		if len(rules) > mostFamilies || first.Folder != "" && strings.HasPrefix(strings.ToLower(f.prefix), "dep") {
			continue
		}
		rules = append(rules, f.proposal(roots))
		for _, name := range f.names {
			used[name] = true
		}
	}
	for _, g := range l.Groups {
		if !used[g.Name] && g.Members > 0 {
			others = append(others, g.Name)
		}
	}
	slices.Sort(others)
	return rules, others
}

// staff is the rule by which people get an account: those of the group, or of the kind, that
// holds most of them, else everybody.
func staff(l *directory.Land) Proposal {
	people := total(l.Domains)
	p := Proposal{Name: "staff", When: "everyone", Of: "true", Account: true, Why: fmt.Sprintf("%d people have an address, and no group or employeeType holds most of them", people)}
	for kind, n := range l.Distinct("employeeType") {
		if n*2 > people && !strings.ContainsAny(kind, `()*\`) {
			p.When, p.Of, p.Why = "filter", "(employeeType="+kind+")", fmt.Sprintf("employeeType says so of %d of %d people with an address", n, people)
		}
	}
	if p.When == "filter" {
		return p
	}
	most := 0
	for _, g := range l.Groups {
		if g.Members > most && g.Members*2 > people && g.Members < 2*people && g.Name != "" {
			most = g.Members
			p.When, p.Of, p.Why = "group", g.Name, fmt.Sprintf("it has %d members, of %d people with an address", g.Members, people)
		}
	}
	return p
}

// family is groups whose names differ in one part only.
type family struct {
	prefix, suffix string // with the sign that parts them
	names          []string
}

// alike takes a name apart: a word, what differs, and perhaps a word that says how much.
var alike = regexp.MustCompile(`^([A-Za-z]{2,12}[-_. ])(.+?)([-_. ](?i:rw|ro|r|w|read|write|readers|writers|members|managers|admins|owners))?$`)

func families(groups []directory.Tribe) []family {
	found := map[[2]string][]string{}
	for _, g := range groups {
		if m := alike.FindStringSubmatch(g.Name); m != nil && !strings.ContainsAny(g.Name, "<>") {
			key := [2]string{m[1], m[3]}
			found[key] = append(found[key], g.Name)
		}
	}
	var all []family
	for key, names := range found {
		if len(names) >= leastFamily {
			all = append(all, family{key[0], key[1], names})
		}
	}
	slices.SortFunc(all, func(a, b family) int {
		if d := len(b.names) - len(a.names); d != 0 {
			return d
		}
		return strings.Compare(a.prefix+a.suffix, b.prefix+b.suffix)
	})
	return all
}

func (f family) proposal(roots []string) Proposal {
	word := strings.ToLower(f.prefix[:len(f.prefix)-1])
	part := "name_of_" + word
	for begin, name := range map[string]string{"pr": "project", "dep": "section", "team": "team", "client": "client", "cust": "customer"} {
		if strings.HasPrefix(word, begin) {
			part = name
		}
	}
	part = regexp.MustCompile(`[^a-z_]`).ReplaceAllString(part, "_")
	return Proposal{
		Name: strings.TrimSpace(strings.Trim(f.prefix, "-_. ") + " " + strings.Trim(f.suffix, "-_. ")),
		Why:  fmt.Sprintf("%d groups are named so, such as %s", len(f.names), slices.Min(f.names)),
		When: "group_like", Of: f.prefix + "<" + part + ">" + f.suffix,
		Folder: rootFor(word, roots) + "/{{ ." + part + " }}", Role: roleFor(f.suffix),
	}
}

// rootFor is the root whose name begins as the word does, else the last.
func rootFor(word string, roots []string) string {
	for _, root := range roots {
		name := access.FoldName(root[strings.LastIndex(root, "/")+1:])
		if begin := word[:min(len(word), 3)]; strings.HasPrefix(name, begin) {
			return root
		}
	}
	return roots[len(roots)-1]
}

// roleFor is what a suffix means in most houses.
func roleFor(suffix string) string {
	switch strings.ToLower(strings.Trim(suffix, "-_. ")) {
	case "ro", "r", "read", "readers":
		return "Viewer"
	case "managers", "admins", "owners":
		return "Manager"
	}
	return "Collaborator"
}

func total(counts map[string]int) (n int) {
	for c := range maps.Values(counts) {
		n += c
	}
	return n
}
