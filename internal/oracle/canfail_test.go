package oracle

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// ours does something at Kiteworks as if a request of ours had brought it about.
func (h *history) ours(method string, do func(w *kwsim.World) error) {
	h.tenant.mu.Lock()
	defer h.tenant.mu.Unlock()
	if err := do(h.tenant.kw.World()); err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, "/rest/spoilt", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.tenant.judge(r)
}

// mutant is somebody who has a role on the folder of a department and one that a group gave, and is at work.
type mutant struct {
	*history
	person  person
	account kwsim.User
	own     place // Collaborator, by the department
	reads   place // Viewer, by the group readers
}

// choose makes the first person a fitting one, and lets the first run give what is due.
func (h *history) choose() mutant {
	next := h.record.now().clone()
	p := &next.people[0]
	p.employed, p.department, p.ends = staff, "Finance", ""
	for i := range next.groups {
		delete(next.groups[i].members, p.id)
	}
	next.group(readersID).members[p.id] = true
	h.record.change(next)
	if err := h.ldap.Replace(next.entries()); err != nil {
		h.t.Fatal(err)
	}
	h.run(kwsync.Trigger{Name: "start", Full: true})
	t := h.tenant.last
	m := mutant{history: h, person: *p}
	m.account, _ = accountOf(t, p.mail)
	for id, f := range t.folders {
		switch f.Path {
		case "/Departments/Finance":
			m.own = place{m.account.ID, id}
		case "/Projects/Aurora":
			m.reads = place{m.account.ID, id}
		}
	}
	return m
}

// directory changes something there, and lets time pass.
func (m mutant) directory(change func(c *company, p *person), wait time.Duration) {
	next := m.record.now().clone()
	change(next, next.person(m.person.id))
	m.record.change(next)
	m.record.aimed = len(m.record.versions) - 1
	m.record.read = m.record.aimed
	m.sleep(wait)
}

func (m mutant) human(do func(w *kwsim.World) error) {
	before, after := m.tenant.byHand(func(w *kwsim.World) {
		if err := do(w); err != nil {
			m.t.Fatal(err)
		}
	})
	m.record.humanDid(before, after)
}

// read lets a run read everything at Kiteworks.
func (m mutant) read() {
	for _, path := range []string{"/rest/admin/users", "/rest/folders/" + m.own.folder + "/members", "/rest/folders/" + m.reads.folder + "/members"} {
		m.record.reading(path)
	}
}

func (m mutant) give(at place, role string) func(*kwsim.World) error {
	return func(w *kwsim.World) error { return w.AddMember(at.folder, at.account, m.tenant.roleID(role), "") }
}

func take(at place) func(*kwsim.World) error {
	return func(w *kwsim.World) error { return w.RemoveMember(at.folder, at.account) }
}

func suspend(account string, on bool) func(*kwsim.World) error {
	return func(w *kwsim.World) error { return w.SuspendUser(account, on) }
}

func (m mutant) rest() { m.record.atRest(m.tenant.last) }

// TestTheOracleCanFail does what must not be, and each time it is noticed.
func TestTheOracleCanFail(t *testing.T) {
	t.Parallel()
	const put, del = http.MethodPut, http.MethodDelete
	tests := map[string]struct {
		wrong func(m mutant)
		want  string // "": it is right
	}{
		"nothing":            {func(m mutant) { m.rest() }, ""},
		"revoked":            {func(m mutant) { m.ours(del, take(m.own)) }, "is to have Collaborator"},
		"lowered":            {func(m mutant) { m.ours(put, m.give(m.own, "Viewer")) }, "is to have Collaborator"},
		"raised for nothing": {func(m mutant) { m.ours(put, m.give(m.own, "Manager")) }, "nothing says so"},
		"revoked by right": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.department = "Elsewhere" }, 0)
			m.ours(del, take(m.own))
		}, ""},
		"revoked when a human was quicker": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.department = "Elsewhere" }, 0)
			m.read()
			m.human(m.give(m.own, "Manager"))
			m.ours(del, take(m.own))
		}, ""},
		"revoked what a human gave": {func(m mutant) {
			m.human(m.give(m.own, "Manager"))
			m.read()
			m.directory(func(_ *company, p *person) { p.department = "Elsewhere" }, 0)
			m.ours(del, take(m.own))
		}, "which a human gave"},
		"lowered below what a human gave": {func(m mutant) {
			m.human(m.give(m.own, "Downloader"))
			m.read()
			m.ours(put, m.give(m.own, "Viewer"))
		}, "which a human gave"},
		"revoked too early": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.disabled = true }, 6*day)
			m.ours(del, take(m.own))
		}, "has left only since"},
		"revoked in time": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.disabled = true }, 7*day)
			m.ours(del, take(m.own))
		}, ""},
		"revoked since a group is gone": {func(m mutant) {
			m.directory(func(c *company, _ *person) { c.drop(c.group(readersID)) }, 0)
			m.ours(del, take(m.reads))
		}, "cannot be decided"},
		"revoked since a department is missing": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.department = "" }, 0)
			m.ours(del, take(m.own))
		}, "cannot be decided"},
		"revoked since an address is lost": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.mail, p.department = "", "Elsewhere" }, 0)
			m.ours(del, take(m.own))
		}, "whose the address is"},
		"revoked at once what no rule gives any more": {func(m mutant) {
			m.directory(func(c *company, p *person) {
				p.employed = intern
				for i := range c.groups {
					c.groups[i].members = map[string]bool{}
				}
			}, day)
			m.ours(del, take(m.own))
		}, "no rule applies only since"},
		"suspended": {func(m mutant) { m.ours(put, suspend(m.account.ID, true)) }, "has not left"},
		"suspended who is nobody": {func(m mutant) {
			a, _ := accountOf(m.tenant.last, colleague)
			m.ours(put, suspend(a.ID, true))
		}, "nobody's of the directory"},
		"freed from a human's suspension": {func(m mutant) {
			m.human(suspend(m.account.ID, true))
			m.read()
			m.ours(put, suspend(m.account.ID, false))
		}, "which is not ours"},
		"deleted too early": {func(m mutant) {
			m.directory(func(_ *company, p *person) { p.disabled = true }, 89*day)
			m.ours(del, func(w *kwsim.World) error { return w.DeleteUser(m.account.ID) })
		}, "not left for long enough"},
		"deleted with a folder of theirs": {func(m mutant) {
			m.human(func(w *kwsim.World) error { _, err := w.AddFolder(m.account.ID, "", "Mine", true); return err })
			m.directory(func(_ *company, p *person) { p.disabled = true }, 91*day)
			m.ours(del, func(w *kwsim.World) error { return w.DeleteUser(m.account.ID) })
		}, "nobody has got its folder"},
		"made for nobody": {func(m mutant) {
			m.ours(http.MethodPost, func(w *kwsim.World) error { _, err := w.AddUser(kwsim.User{Email: "nobody@corp.example"}); return err })
		}, "for nobody who is at work"},
		"given to who has left": {func(m mutant) {
			m.ours(del, take(m.reads))
			m.record.wrong = nil
			m.directory(func(_ *company, p *person) { p.deleted = true }, 0)
			m.ours(put, m.give(m.reads, "Viewer"))
		}, "nothing says so"},
		"at rest, not given":     {func(m mutant) { m.tenant.byHand(func(w *kwsim.World) { _ = take(m.own)(w) }); m.rest() }, "does not have Collaborator"},
		"at rest, not suspended": {func(m mutant) { m.directory(func(_ *company, p *person) { p.disabled = true }, 0); m.rest() }, "is not suspended"},
		"at rest, too much":      {func(m mutant) { m.directory(func(_ *company, p *person) { p.department = "Elsewhere" }, 0); m.rest() }, "should have"},
		"at rest, no account": {func(m mutant) {
			m.directory(func(c *company, _ *person) { m.hire(c).employed = staff }, 0)
			m.rest()
		}, "has no account"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := play(t, 7, nil, func(h *history) { test.wrong(h.choose()) })
			found := slices.ContainsFunc(h.record.wrong, func(line string) bool { return strings.Contains(line, test.want) })
			if test.want == "" && len(h.record.wrong) > 0 || test.want != "" && !found {
				t.Errorf("the oracle says %q, want %q\n%s", h.record.wrong, test.want, h)
			}
		})
	}
}
