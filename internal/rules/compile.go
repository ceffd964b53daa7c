package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

// Compile checks the rules and prepares them. It reports all mistakes at once,
// in the order of the file; if there is any, there is no Set.
func Compile(rules []Rule, o Options) (*Set, []Problem) {
	c := compiler{o: o, names: map[string]string{}, folders: map[string]claim{}}
	compiled := make([]rule, 0, len(rules))
	for i, r := range rules {
		compiled = append(compiled, c.rule(fmt.Sprintf("rules[%d]", i), r))
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return &Set{rules: compiled, roots: o.Roots, attributes: collectAttributes(compiled)}, nil
}

type compiler struct {
	o        Options
	names    map[string]string // folded rule name -> its path
	folders  map[string]claim  // folder as written, folded -> the rule that named it last
	problems []Problem
}

// claim is who spoke of a folder, and as which identity it is to be changed.
type claim struct{ path, rule, as string }

func (c *compiler) report(path, message, hint string) {
	c.problems = append(c.problems, Problem{Path: path, Message: message, Hint: hint})
}

func (c *compiler) rule(path string, r Rule) rule {
	out := rule{
		name:     c.name(path, r.Name),
		group:    strings.TrimSpace(r.When.Group),
		notGroup: strings.TrimSpace(r.When.NotGroup),
		filter:   c.condition(path+".when", r.When),
		account:  r.Account != nil,
	}
	if r.Account != nil {
		out.profile = strings.TrimSpace(r.Account.Profile)
	}
	if r.Account == nil && len(r.Grants) == 0 {
		c.report(path, "the rule gives nothing", "add `account`, `grants`, or both")
	}
	for i, g := range r.Grants {
		out.grants = append(out.grants, c.grant(fmt.Sprintf("%s.grants[%d]", path, i), out.name, g))
	}
	return out
}

func (c *compiler) name(path, name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		c.report(path+".name", "the rule has no name", "name it: reports, `why` and the ledger speak of it by name")
		return ""
	}
	if first, taken := c.names[access.FoldName(name)]; taken {
		c.report(path+".name", fmt.Sprintf("%q is the name of %s already", name, first), "give each rule a name of its own; case does not tell two apart")
	} else {
		c.names[access.FoldName(name)] = path
	}
	return name
}

func (c *compiler) condition(path string, when Condition) *filter.Filter {
	alone := when
	alone.Everyone = false
	switch {
	case when == (Condition{}):
		c.report(path, "the rule has no condition", "say `everyone: true` if it is for everybody, else give `group`, `not_group` or `filter`")
	case when.Everyone && alone != (Condition{}):
		c.report(path+".everyone", "`everyone` stands beside another condition", "leave one of them out: `everyone` narrows nothing")
	}
	if when.Filter == "" {
		return nil
	}
	f, err := filter.Compile(when.Filter)
	if err != nil {
		c.report(path+".filter", err.Error(), "write an LDAP filter (RFC 4515) in quotes, such as \"(department=Finance)\"")
	}
	return f
}

func (c *compiler) grant(path, rule string, g Grant) grant {
	out := grant{role: strings.TrimSpace(g.Role), create: g.Create}
	if out.role == "" {
		c.report(path+".role", "the grant has no role", "give the name of a Kiteworks role, such as Viewer or Collaborator")
	}
	out.place.As = c.identity(path+".as", g.As)
	switch {
	case (g.Folder == "") == (g.FolderID == ""):
		c.report(path, "a grant names one folder: `folder` or `folder_id`", "give one of the two")
		return out
	case g.FolderID != "":
		c.folderID(path, &out, g)
	default:
		c.folder(path+".folder", &out, g.Folder)
	}
	c.claim(path, claim{path: path, rule: rule, as: out.place.As}, g)
	return out
}

func (c *compiler) identity(path, as string) string {
	if as == "" {
		return c.o.DefaultAs
	}
	email, err := access.ParseEmail(as)
	if err != nil || !slices.Contains(c.o.Identities, string(email)) {
		c.report(path, fmt.Sprintf("%q is not one of the identities", as), "use one of "+strings.Join(c.o.Identities, ", ")+", or add it to kiteworks.identities.others")
	}
	return string(email)
}

func (c *compiler) folderID(path string, out *grant, g Grant) {
	out.place.FolderID = strings.TrimSpace(g.FolderID)
	if g.Create {
		c.report(path+".create", "a folder named by its id cannot be made", "name it by `folder`, or leave `create` out")
	}
}

func (c *compiler) folder(path string, out *grant, text string) {
	t, err := parseTemplate(text)
	if err != nil {
		c.report(path, err.Error(), "")
		return
	}
	if t.literal() {
		out.place.Path = t.prefix
		c.literal(path, t.prefix, out.create)
		return
	}
	out.template = t
	out.proven = below(t.prefix, c.o.Roots)
	if !out.proven && !slices.ContainsFunc(c.o.Roots, func(root access.Path) bool { return t.prefix == "" || root.Under(t.prefix) }) {
		c.report(path, fmt.Sprintf("%s lies below none of the roots", t.prefix), c.roots())
	}
}

func (c *compiler) literal(path string, folder access.Path, create bool) {
	switch {
	case !below(folder, c.o.Roots):
		c.report(path, fmt.Sprintf("%s lies below none of the roots", folder), c.roots())
	case create && !below(folder.Parent(), c.o.Roots):
		c.report(path, fmt.Sprintf("%s is a root, and a root is never made", folder), "leave `create` out")
	}
}

func (c *compiler) roots() string {
	texts := make([]string, 0, len(c.o.Roots))
	for _, root := range c.o.Roots {
		texts = append(texts, string(root))
	}
	return "the roots are " + strings.Join(texts, ", ") + ": correct the path, or add to kiteworks.roots"
}

// claim finds what contradicts itself: one folder twice in a rule, or under
// two identities. Templates are compared as they are written.
func (c *compiler) claim(path string, now claim, g Grant) {
	key := access.FoldName(strings.TrimSuffix(g.Folder, "/")) + "\x00" + strings.TrimSpace(g.FolderID)
	before, seen := c.folders[key]
	c.folders[key] = now
	switch {
	case !seen:
	case sameRule(before.path, now.path):
		c.report(path, fmt.Sprintf("rule %q names this folder twice", now.rule), "keep the stronger role")
	case before.as != now.as:
		c.report(path, fmt.Sprintf("rule %q acts on this folder as %s, rule %q as %s", before.rule, before.as, now.rule, now.as), "give both the same `as`: a folder is changed by one identity")
	}
}

// sameRule compares the rules[n] in front of two grants' paths.
func sameRule(a, b string) bool {
	a, _, _ = strings.Cut(a, ".")
	b, _, _ = strings.Cut(b, ".")
	return a == b
}

func below(p access.Path, roots []access.Path) bool {
	return p != "" && slices.ContainsFunc(roots, p.Under)
}
