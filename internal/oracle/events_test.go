package oracle

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

func departments() []string { return []string{"Finance", "Legal", "Sales"} }

// founders are the people and groups of the first day.
func (h *history) founders() *company {
	c := &company{}
	for range 6 + h.random.IntN(5) {
		h.hire(c)
	}
	for i, name := range []string{"readers", "all-staff", "outsiders", "proj-Aurora", "proj-Basalt", "team"} {
		c.groups = append(c.groups, group{id: uuid(2, i+1), name: name, members: map[string]bool{}})
	}
	for i := range c.groups {
		for _, p := range c.people {
			if h.random.IntN(3) == 0 {
				c.groups[i].members[p.id] = true
			}
		}
	}
	return c
}

func (h *history) hire(c *company) *person {
	h.made++
	n := h.made
	p := person{
		id: uuid(1, n), uid: fmt.Sprintf("u%d", n), mail: fmt.Sprintf("u%d%s", n, mailDomain), name: fmt.Sprintf("Person %d", n),
		employed: pick(h, staff, staff, staff, contractor, intern), department: pick(h, departments()...),
	}
	if p.employed == contractor && h.random.IntN(2) == 0 {
		p.ends = h.soon().Format(time.DateOnly)
	}
	c.people = append(c.people, p)
	return &c.people[len(c.people)-1]
}

// soon is a moment within the next weeks.
func (h *history) soon() time.Time {
	return time.Now().UTC().Truncate(time.Second).Add(time.Duration(1+h.random.IntN(20*24)) * time.Hour)
}

func pick[T any](h *history, from ...T) T { return from[h.random.IntN(len(from))] }

// event is something that happens in the directory; it returns what, or "" if it cannot happen.
type event func(h *history, c *company) string

// events are what can happen, as often as they stand here.
func events() []event {
	return []event{
		hired, hired, moved, moved, joined, joined, joined, quit, quit, quit, nested, unnested,
		disabled, disabled, enabled, enabled, removed, toLeavers, fromLeavers, expires, prolonged,
		recreated, dropped, renamedMail, renamedMail, renamedDN, renamedName, renamedGroup, swapped, recycled,
		departmentLost, employedAs, endMoved, mailLost,
	}
}

// directoryEvent lets one thing happen there.
func (h *history) directoryEvent() {
	for range 20 {
		next := h.record.now().clone()
		what := pick(h, events()...)(h, next)
		if what == "" {
			continue
		}
		h.note("directory: %s", what)
		time.Sleep(time.Second) // stamps have seconds
		h.tenant.mu.Lock()
		h.record.change(next)
		h.tenant.mu.Unlock()
		if err := h.ldap.Replace(next.entries()); err != nil {
			h.t.Fatalf("seed %d: %s: %v", h.seed, what, err)
		}
		time.Sleep(time.Second)
		return
	}
}

// someone is a person of whom something holds; nil: there is none.
func (h *history) someone(c *company, is func(p *person) bool) *person {
	for _, i := range h.random.Perm(len(c.people)) {
		if p := &c.people[i]; !p.deleted && is(p) {
			return p
		}
	}
	return nil
}

func (h *history) some(c *company) *group {
	for _, i := range h.random.Perm(len(c.groups)) {
		if !c.groups[i].deleted {
			return &c.groups[i]
		}
	}
	return nil
}

func atWork(p *person) bool { return !p.gone(time.Now()) }

func hired(h *history, c *company) string {
	p := h.hire(c)
	if h.random.IntN(2) == 0 {
		h.some(c).members[p.id] = true
	}
	return fmt.Sprintf("%s is hired, %s of %s, until %q", p.uid, p.employed, p.department, p.ends)
}

func moved(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.department = pick(h, departments()...)
	return fmt.Sprintf("%s moves to %s", p.uid, p.department)
}

func joined(h *history, c *company) string {
	p, g := h.someone(c, atWork), h.some(c)
	if p == nil || g.members[p.id] {
		return ""
	}
	g.members[p.id] = true
	return fmt.Sprintf("%s joins %s", p.uid, g.name)
}

func quit(h *history, c *company) string {
	g := h.some(c)
	for _, id := range slices.Sorted(maps.Keys(g.members)) {
		if p := c.person(id); p != nil && !p.deleted && h.random.IntN(2) == 0 {
			delete(g.members, id)
			return fmt.Sprintf("%s leaves %s", p.uid, g.name)
		}
	}
	return ""
}

func nested(h *history, c *company) string {
	outer, inner := h.some(c), h.some(c)
	if outer == inner || outer.members[inner.id] {
		return ""
	}
	outer.members[inner.id] = true
	return fmt.Sprintf("group %s comes into %s", inner.name, outer.name)
}

func unnested(h *history, c *company) string {
	g := h.some(c)
	for _, id := range slices.Sorted(maps.Keys(g.members)) {
		if inner := c.group(id); inner != nil {
			delete(g.members, id)
			return fmt.Sprintf("group %s goes out of %s", inner.name, g.name)
		}
	}
	return ""
}

func disabled(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.disabled = true
	return p.uid + " is disabled"
}

func enabled(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return p.disabled })
	if p == nil {
		return ""
	}
	p.disabled = false
	return p.uid + " is enabled"
}

func removed(h *history, c *company) string {
	p := h.someone(c, func(*person) bool { return true })
	if p == nil {
		return ""
	}
	c.remove(p)
	return p.uid + " is deleted"
}

// remove deletes an entry, and the references to it.
func (c *company) remove(p *person) {
	p.deleted = true
	for i := range c.groups {
		delete(c.groups[i].members, p.id)
	}
}

func toLeavers(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.moved = true
	return p.uid + " is moved to the leavers"
}

func fromLeavers(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return p.moved })
	if p == nil {
		return ""
	}
	p.moved = false
	return p.uid + " is moved back"
}

func expires(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return atWork(p) && p.expires.IsZero() })
	if p == nil {
		return ""
	}
	p.expires = h.soon()
	return fmt.Sprintf("%s expires on %s", p.uid, p.expires.Format(time.DateTime))
}

func prolonged(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return !p.expires.IsZero() })
	if p == nil {
		return ""
	}
	p.expires = time.Time{}
	return p.uid + " does not expire any more"
}

func recreated(h *history, c *company) string {
	g := h.some(c)
	h.made++
	fresh := group{id: uuid(3, h.made), name: g.name, members: maps.Clone(g.members)}
	for id := range fresh.members {
		if h.random.IntN(2) == 0 {
			delete(fresh.members, id)
		}
	}
	name := c.drop(g)
	c.groups = append(c.groups, fresh)
	return fmt.Sprintf("group %s is deleted and made again, with %d members", name, len(fresh.members))
}

// drop deletes a group, and the references to it.
func (c *company) drop(g *group) (name string) {
	g.deleted = true
	for i := range c.groups {
		delete(c.groups[i].members, g.id)
	}
	return g.name
}

func dropped(h *history, c *company) string {
	g := h.some(c)
	if h.random.IntN(2) == 0 || len(c.groups) < 4 {
		return ""
	}
	return fmt.Sprintf("group %s is deleted", c.drop(g))
}
