package oracle

import (
	"fmt"
	"strings"
	"time"
)

// fresh is a name that nobody had before.
func (h *history) fresh(prefix string) string {
	h.made++
	return fmt.Sprintf("%s%d", prefix, h.made)
}

func renamedMail(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return p.mail != "" })
	if p == nil {
		return ""
	}
	was := p.mail
	p.mail = h.fresh("m") + mailDomain
	return fmt.Sprintf("%s has the address %s, had %s", p.uid, p.mail, was)
}

func renamedDN(h *history, c *company) string {
	p := h.someone(c, func(*person) bool { return true })
	if p == nil {
		return ""
	}
	was := p.uid
	p.uid = h.fresh("n")
	return fmt.Sprintf("%s is called %s", was, p.uid)
}

func renamedName(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.name = h.fresh("Name ")
	return fmt.Sprintf("the name of %s is %s", p.uid, p.name)
}

func renamedGroup(h *history, c *company) string {
	g := h.some(c)
	was := g.name
	if strings.HasPrefix(was, "proj-") {
		g.name = "proj-" + h.fresh("P")
	} else {
		g.name = h.fresh("g")
	}
	h.record.renamed[g.id] = true
	return fmt.Sprintf("group %s is called %s", was, g.name)
}

func swapped(h *history, c *company) string {
	p, o := h.someone(c, atWork), h.someone(c, atWork)
	if p == nil || p == o || p.mail == "" || o.mail == "" {
		return ""
	}
	p.mail, o.mail = o.mail, p.mail
	return fmt.Sprintf("%s and %s swap their addresses", p.uid, o.uid)
}

// recycled gives the address of somebody who is deleted to somebody new.
func recycled(h *history, c *company) string {
	for _, i := range h.random.Perm(len(c.people)) {
		was := c.people[i]
		if !was.deleted || was.mail == "" {
			continue
		}
		p := h.hire(c)
		p.mail = was.mail
		return fmt.Sprintf("%s is hired, with the address of %s, %s", p.uid, was.uid, p.mail)
	}
	return ""
}

func departmentLost(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.department = ""
	return p.uid + " has no department"
}

func employedAs(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil {
		return ""
	}
	p.employed = pick(h, staff, contractor, intern)
	return fmt.Sprintf("%s is %s now", p.uid, p.employed)
}

func endMoved(h *history, c *company) string {
	p := h.someone(c, func(p *person) bool { return atWork(p) && p.employed == contractor })
	if p == nil {
		return ""
	}
	if p.ends = ""; h.random.IntN(3) > 0 {
		p.ends = h.soon().Format(time.DateOnly)
	}
	return fmt.Sprintf("the contract of %s ends on %q", p.uid, p.ends)
}

func mailLost(h *history, c *company) string {
	p := h.someone(c, atWork)
	if p == nil || h.random.IntN(2) == 0 {
		return ""
	}
	p.mail = ""
	return p.uid + " has no address"
}
