package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// grant is a Grant that has passed every check. Its place is finished unless
// there is a template.
type grant struct {
	place       access.Place
	template    *template // nil: place is finished
	proven      bool      // whatever the template gives lies below a root
	role        string
	create      bool
	from, until *date // nil: no such limit
}

// claim is who spoke of a folder, and as which identity it is to be changed.
type claim struct{ path, rule, as string }

func (c *compiler) grant(path string, r *rule, g Grant) grant {
	out := grant{role: strings.TrimSpace(g.Role), create: g.Create}
	if out.role == "" {
		c.report(path+".role", "the grant has no role", "give the name of a Kiteworks role, such as Viewer or Collaborator")
	}
	out.from, out.until = c.date(path+".from", g.From, false), c.date(path+".until", g.Until, true)
	out.place.As = c.identity(path+".as", g.As)
	switch {
	case (g.Folder == "") == (g.FolderID == ""):
		c.report(path, "a grant names one folder: `folder` or `folder_id`", "give one of the two")
		return out
	case g.FolderID != "":
		c.folderID(path, &out, g)
	default:
		c.folder(path+".folder", &out, g.Folder, r.pattern)
	}
	c.claim(claim{path: path, rule: r.name, as: out.place.As}, g)
	return out
}

// attributeName is the form that names of attributes have (RFC 4512, section 2.5), options included.
var attributeName = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]*|[0-9]+(\.[0-9]+)+)(;[A-Za-z0-9-]+)*$`)

// date checks one end of a grant's time. The end of a day is what `until` means by it.
func (c *compiler) date(path string, d *Date, isEnd bool) *date {
	if d == nil {
		return nil
	}
	written := strings.TrimSpace(d.From)
	if written == "" {
		c.report(path+".from", "is missing", "name the attribute that holds the date, such as accountExpires")
	}
	if written != "" && !attributeName.MatchString(written) {
		c.report(path+".from", fmt.Sprintf("%q is no attribute: the date is read from the person's entry", written), "name the attribute that holds it, such as accountExpires; a date that is the same for everybody cannot be written here")
	}
	hint := "say what holds for somebody without the date. deny: it is not given; hold: the rule waits until there is one"
	if isEnd {
		hint += "; never: it has no end"
	}
	switch {
	case d.IfEmpty == 0:
		c.report(path+".if_empty", "is missing, and has no default", hint)
	case d.IfEmpty == Never && !isEnd:
		c.report(path+".if_empty", "never is no beginning: what never begins is not given", "write deny; for people who need no date, write a rule of their own, with (!("+written+"=*)) as its filter")
	}
	return &date{written: written, attribute: strings.ToLower(written), ifEmpty: d.IfEmpty, wholeDay: isEnd}
}

func (c *compiler) folderID(path string, out *grant, g Grant) {
	out.place.FolderID = strings.TrimSpace(g.FolderID)
	if g.Create {
		c.report(path+".create", "a folder named by its id cannot be made", "name it by `folder`, or leave `create` out")
	}
}

func (c *compiler) folder(path string, out *grant, text string, p *pattern) {
	t, err := parsePath(text, lexicon{tables: c.folded, pattern: p})
	if err != nil {
		c.report(path, err.Error(), "")
		return
	}
	for _, name := range t.lookedUp {
		c.fitForFolders(name)
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

// claim finds what contradicts itself: one folder twice in a rule, or under
// two identities. Templates are compared as they are written.
func (c *compiler) claim(now claim, g Grant) {
	key := access.FoldName(strings.TrimSuffix(g.Folder, "/")) + "\x00" + strings.TrimSpace(g.FolderID)
	before, seen := c.folders[key]
	c.folders[key] = now
	switch {
	case !seen:
	case sameRule(before.path, now.path):
		c.report(now.path, fmt.Sprintf("rule %q names this folder twice", now.rule), "keep the stronger role")
	case before.as != now.as:
		c.report(now.path, fmt.Sprintf("rule %q acts on this folder as %s, rule %q as %s", before.rule, before.as, now.rule, now.as), "give both the same `as`: a folder is changed by one identity")
	}
}

// sameRule compares the rules in front of two grants' paths.
func sameRule(a, b string) bool {
	return a[:strings.LastIndex(a, ".grants[")] == b[:strings.LastIndex(b, ".grants[")]
}

// placeFor is where one person's wish is.
func (g *grant) placeFor(s subject, roots []access.Path) (access.Place, error) {
	if g.template == nil {
		return g.place, nil
	}
	path, err := g.template.path(s)
	if err != nil {
		return access.Place{}, err
	}
	if !g.proven && !below(path, roots) {
		return access.Place{}, fmt.Errorf("%s lies below none of the roots", path)
	}
	return access.Place{As: g.place.As, Path: path}, nil
}
