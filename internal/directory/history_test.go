package directory_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

var (
	histories = flag.Int("histories", 0, "how many random histories each kind of server lives through; 0: a few")
	seed      = flag.Uint64("seed", 1, "of the first history")
)

// bed is a kind of real server on which a history happens.
type bed struct {
	options            directory.Options // Follow is set
	staff, away, teams string            // bases: of people, of nobody, of groups
	rdn                string            // attribute that names people
	do                 func(f func(c *ldap.Conn) error)
	restart            func()
	user               func(dn string, n int) *ldap.AddRequest
	disable            func(dn string, n int) *ldap.ModifyRequest
	group              func(dn string, members []string) *ldap.AddRequest
	settled            func() // returns when the server has mended its groups
}

// history is a random sequence of changes, and what it has made of the directory so far.
type history struct {
	*bed
	t      *testing.T
	r      *rand.Rand
	n      int // of names
	users  []string
	groups []string
	units  []string // organizational units, below staff or away
	former []string // DNs that had somebody once
	told   []string
}

// testHistories checks that, whatever happens in between, what a delta makes of the mirror
// is what somebody reads who comes fresh.
func testHistories(t *testing.T, few int, start func(t *testing.T) *bed) {
	count := *histories
	if count == 0 {
		count = few
	}
	deltas, fulls := 0, 0
	for i := range count {
		s := *seed + uint64(i)
		t.Run(fmt.Sprint("seed ", s), func(t *testing.T) {
			h := &history{bed: start(t), t: t, r: rand.New(rand.NewPCG(s, 0))}
			h.options.Units = s%2 == 1
			d, f := h.live()
			deltas, fulls = deltas+d, fulls+f
		})
	}
	t.Logf("%d histories from seed %d: %d refreshes by what had changed, %d in full because the server or the change asked for it", count, *seed, deltas, fulls)
	if deltas < 2*fulls {
		t.Errorf("only %d of %d refreshes were by what had changed", deltas, deltas+fulls)
	}
}

// live lets the history happen and compares after each round.
func (h *history) live() (deltas, fulls int) {
	for range 8 {
		h.addUser()
	}
	for range 3 {
		h.addGroup()
	}
	h.addUnit()
	d := newClient(h.t, h.options)
	h.refresh(d)
	for range 15 {
		h.told = nil
		for range 1 + h.r.IntN(4) {
			h.step()
		}
		if h.r.IntN(3) == 0 { // a refresh may come before the server has mended its groups
			h.refresh(d)
			h.told = append(h.told, "refresh")
		}
		h.settled()
		got, how := h.refresh(d)
		if strings.Contains(how, "in full") {
			fulls++
		} else {
			deltas++
		}
		fresh := h.options
		fresh.Follow = false
		want, _ := h.refresh(newClient(h.t, fresh))
		if difference := diff(want, got); difference != "" {
			h.t.Fatalf("after %s\nread %s (-fresh +delta):\n%s", strings.Join(h.told, "\n      "), how, difference)
		}
	}
	return deltas, fulls
}

func (h *history) refresh(d *directory.Directory) (*access.Snapshot, string) {
	h.t.Helper()
	sn, touched, err := d.Refresh(h.t.Context(), false)
	if err != nil {
		h.t.Fatalf("after %s\n%v", strings.Join(h.told, "\n      "), err)
	}
	return sn, strings.Join(touched.How, "; ")
}

// step makes one change, of a kind drawn by weight.
func (h *history) step() {
	steps := []struct {
		weight int
		do     func()
	}{
		{4, h.addUser},
		{4, h.editUser},
		{3, func() { h.renameOne(&h.users, h.rdn) }},
		{3, func() { h.moveOne(&h.users, h.place()) }},
		{3, h.deleteUser},
		{2, h.returnUser},
		{2, h.addGroup},
		{6, h.addMember},
		{4, h.removeMember},
		{2, h.nest},
		{2, func() { h.renameOne(&h.groups, "cn") }},
		{1, h.deleteGroup},
		{1, h.addUnit},
		{1, func() { h.renameOne(&h.units, "ou") }},
		{1, func() { h.moveOne(&h.units, h.any([]string{h.staff, h.away})) }},
		{1, func() { h.tell("restart"); h.restart() }},
	}
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	at := h.r.IntN(total)
	for _, s := range steps {
		if at -= s.weight; at < 0 {
			s.do()
			return
		}
	}
}

func (h *history) tell(format string, args ...any) {
	h.told = append(h.told, fmt.Sprintf(format, args...))
}

// try makes one change. A server may refuse one, as OpenLDAP does with some moves: then it did not happen.
func (h *history) try(change func(c *ldap.Conn) error, format string, args ...any) bool {
	h.tell(format, args...)
	var refused error
	h.do(func(c *ldap.Conn) error {
		if err := change(c); err != nil && !ldap.IsErrorWithCode(err, ldap.ErrorNetwork) {
			refused = err
			return nil
		} else {
			return err
		}
	})
	if refused != nil {
		h.tell("  refused: %v", refused)
	}
	return refused == nil
}

func (h *history) name() string {
	h.n++
	return fmt.Sprintf("x%d", h.n)
}

// place is somewhere people can be.
func (h *history) place() string {
	return h.any(append([]string{h.staff, h.staff, h.away}, h.units...))
}

func (h *history) any(from []string) string { return from[h.r.IntN(len(from))] }

func (h *history) addUser() { h.join(h.rdn + "=" + h.name() + "," + h.place()) }

func (h *history) join(dn string) {
	if h.try(func(c *ldap.Conn) error { return c.Add(h.user(dn, h.n)) }, "add %s", dn) {
		h.users = append(h.users, dn)
	}
}

// returnUser makes somebody new under a name that has been free for a while.
func (h *history) returnUser() {
	if len(h.former) > 0 {
		h.n++
		h.join(h.any(h.former))
	}
}

func (h *history) editUser() {
	if len(h.users) == 0 {
		return
	}
	dn := h.any(h.users)
	h.n++
	m := ldap.NewModifyRequest(dn, nil)
	m.Replace("title", []string{h.name()})
	if h.r.IntN(4) == 0 {
		m = h.disable(dn, h.n)
	}
	h.try(func(c *ldap.Conn) error { return c.Modify(m) }, "edit %s", dn)
}

func (h *history) deleteUser() {
	if len(h.users) == 0 {
		return
	}
	dn := h.any(h.users)
	if h.try(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(dn, nil)) }, "delete %s", dn) {
		h.users = without(h.users, dn)
		h.former = append(h.former, dn)
	}
}

// renameOne gives one entry of a list another name in its place.
func (h *history) renameOne(list *[]string, attribute string) {
	if len(*list) > 0 {
		dn := h.any(*list)
		h.rename(list, dn, attribute+"="+h.name(), parent(dn))
	}
}

// moveOne puts one entry of a list elsewhere.
func (h *history) moveOne(list *[]string, above string) {
	if len(*list) > 0 {
		dn := h.any(*list)
		h.rename(list, dn, first(dn), above)
	}
}

// rename gives an entry of a list another DN.
func (h *history) rename(list *[]string, dn, rdn, above string) {
	to := rdn + "," + above
	if slices.Contains(*list, to) || dn == to {
		return
	}
	superior := above
	if above == parent(dn) {
		superior = ""
	}
	if h.try(func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(dn, rdn, true, superior)) }, "rename %s to %s", dn, to) {
		h.former = append(h.former, dn)
		below := func(list []string) {
			for i, other := range list {
				if other == dn || strings.HasSuffix(other, ","+dn) {
					list[i] = strings.TrimSuffix(other, dn) + to
				}
			}
		}
		below(h.users)
		below(h.groups)
		below(h.units)
	}
}

func (h *history) addGroup() {
	dn := "cn=" + h.name() + "," + h.teams
	if h.r.IntN(4) == 0 && len(h.units) > 0 {
		dn = "cn=" + h.name() + "," + h.any(h.units) // a base of people may hold a group too
	}
	var members []string
	for range h.r.IntN(4) {
		if len(h.users) > 0 {
			members = append(members, h.any(h.users))
		}
	}
	slices.Sort(members)
	if h.try(func(c *ldap.Conn) error { return c.Add(h.group(dn, slices.Compact(members))) }, "add group %s of %q", dn, members) {
		h.groups = append(h.groups, dn)
	}
}

func (h *history) deleteGroup() {
	if len(h.groups) == 0 {
		return
	}
	dn := h.any(h.groups)
	if h.try(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(dn, nil)) }, "delete group %s", dn) {
		h.groups = without(h.groups, dn)
	}
}

func (h *history) addMember() { h.link(h.users, (*ldap.ModifyRequest).Add, "add to") }
func (h *history) nest()      { h.link(h.groups, (*ldap.ModifyRequest).Add, "nest in") }
func (h *history) removeMember() {
	h.link(slices.Concat(h.users, h.groups), (*ldap.ModifyRequest).Delete, "remove from")
}

func (h *history) link(from []string, change func(*ldap.ModifyRequest, string, []string), what string) {
	if len(h.groups) == 0 || len(from) == 0 {
		return
	}
	group, member := h.any(h.groups), h.any(from)
	m := ldap.NewModifyRequest(group, nil)
	change(m, "member", []string{member})
	h.try(func(c *ldap.Conn) error { return c.Modify(m) }, "%s %s: %s", what, group, member)
}

func (h *history) addUnit() {
	dn := "ou=" + h.name() + "," + h.any([]string{h.staff, h.away})
	add := ldap.NewAddRequest(dn, nil)
	add.Attribute("objectClass", []string{"organizationalUnit"})
	if h.try(func(c *ldap.Conn) error { return c.Add(add) }, "add unit %s", dn) {
		h.units = append(h.units, dn)
	}
}

func first(dn string) string { return dn[:strings.IndexByte(dn, ',')] }

func parent(dn string) string { return dn[strings.IndexByte(dn, ',')+1:] }

func without(list []string, dn string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == dn })
}
