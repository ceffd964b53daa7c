package directory_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

const (
	people   = 100_000
	rounds   = 3   // of each way to read everything
	idle     = 100 // deltas without a change
	deltas   = 20  // deltas with changes
	watched  = 20  // changes under watch
	stamped  = 3   // deltas, with changes and without, that compare stamps
	pageSize = 1000
)

// BenchmarkNumbers measures reading 100,000 people and their groups from slapd beside ldapsearch and
// go-ldap alone, in one run, and prints a table of it. Peers and we take turns: of the figures of a
// machine that others use too, the ratios are what can be relied on.
func BenchmarkNumbers(b *testing.B) {
	company := slapdtest.NewCompany(people, 1)
	n := &numbers{Server: slapdtest.Start(b, slapdtest.Options{LDIF: company.LDIF()}), hand: newHand(company)}
	b.Run("Full", n.full)
	b.Run("Memory", n.memory)
	b.Run("Delta", func(b *testing.B) {
		n.delta(b, n.following(), "", idle, deltas, 10*time.Millisecond, 50*time.Millisecond)
	})
	b.Run("Watch", n.watch)
	b.Run("Stamps", func(b *testing.B) {
		o := n.following()
		n.delta(b, o, ", comparing stamps", stamped, stamped, 0, 0)
	})
	n.print()
}

// numbers is the server and what was measured with it.
type numbers struct {
	*slapdtest.Server
	hand  *hand
	rows  []string
	later time.Duration // that the clock of those who follow is ahead
}

// row adds a line to the table.
func (n *numbers) row(what, got, target string, more ...string) {
	n.rows = append(n.rows, strings.Join(slices.Concat([]string{what, got, target}, more), "\t"))
}

// timed adds a line for a time, which is to stay below a limit (0: none).
func (n *numbers) timed(b *testing.B, unit, what string, got, limit time.Duration) {
	b.ReportMetric(got.Seconds()*1e3, unit)
	target, share := "", ""
	if limit > 0 {
		target, share = "< "+milliseconds(limit), fmt.Sprintf("%.2f of target", float64(got)/float64(limit))
	}
	n.row(what, milliseconds(got), target, share)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }

func (n *numbers) print() {
	if len(n.rows) == 0 {
		return
	}
	fmt.Printf("\n%d people, %d groups, slapd on loopback\n", people, len(n.hand.groups))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	for _, r := range n.rows {
		fmt.Fprintln(w, r)
	}
	_ = w.Flush()
	fmt.Println()
}

func (n *numbers) following() directory.Options {
	o := options(n.URL())
	o.Follow = true
	o.Now = func() time.Time { return time.Now().Add(n.later) }
	return o
}

// change makes 100 changes, three minutes after those before: whoever has left a
// group is not waited for any more.
func (n *numbers) change(b *testing.B) {
	n.later += 3 * time.Minute
	n.hand.change(b, n.Server)
}

// full reads everything in every way, in turns.
func (n *numbers) full(b *testing.B) {
	ldapsearch := proctest.Program(b, "ldapsearch")
	ways := []*way{
		{name: "ldapsearch", read: func() error { return n.ldapsearch(b.Context(), ldapsearch) }},
		{name: "ldapsearch-paged", read: func() error {
			return n.ldapsearch(b.Context(), ldapsearch, "-E", fmt.Sprintf("pr=%d/noprompt", pageSize))
		}},
		{name: "go-ldap-paged", read: func() error { return n.stream(b) }},
		{name: "once", read: func() error { return read(b.Context(), options(n.URL())) }},
		{name: "following", read: func() error { return read(b.Context(), n.following()) }},
	}
	for b.Loop() {
		for range rounds {
			for _, w := range ways {
				began, before := time.Now(), processorTime(b)
				if err := w.read(); err != nil {
					b.Fatalf("%s: %v", w.name, err)
				}
				w.took, w.used = append(w.took, time.Since(began)), append(w.used, processorTime(b)-before)
			}
		}
	}
	paged, goLDAP := median(ways[1].took), median(ways[2].took)
	for i, w := range ways {
		got := median(w.took)
		b.ReportMetric(got.Seconds(), "s/"+w.name)
		target := ""
		if i > 2 {
			target = fmt.Sprintf("<= %.2f s", goLDAP.Seconds())
		}
		n.row(fmt.Sprintf("full read, %s, median of %d", w.name, rounds), fmt.Sprintf("%.2f s", got.Seconds()), target,
			fmt.Sprintf("%.2f of ldapsearch-paged", got.Seconds()/paged.Seconds()),
			fmt.Sprintf("%.2f of go-ldap-paged", got.Seconds()/goLDAP.Seconds()),
			fmt.Sprintf("processor %.2f s", median(w.used).Seconds()))
	}
	b.ReportMetric(median(ways[4].took).Seconds()/goLDAP.Seconds(), "following/go-ldap")
}

// way is one way to read everything.
type way struct {
	name string
	read func() error
	took []time.Duration
	used []time.Duration // processor time
}

func median(all []time.Duration) time.Duration { return slices.Sorted(slices.Values(all))[len(all)/2] }

func read(ctx context.Context, o directory.Options) error {
	d, err := directory.New(o)
	if err != nil {
		return err
	}
	sn, _, err := d.Refresh(ctx, true)
	if err == nil && len(sn.People) < people {
		err = fmt.Errorf("got %d people, want %d", len(sn.People), people)
	}
	return err
}

// searches are what a refresh asks for.
func searches() []*ldap.SearchRequest {
	return []*ldap.SearchRequest{
		{
			BaseDN: slapdtest.PeopleBase, Scope: ldap.ScopeWholeSubtree, Filter: "(objectClass=inetOrgPerson)",
			Attributes: []string{
				"entryUUID", "modifyTimestamp", "cn", "displayName", "pwdAccountLockedTime", "pwdStartTime", "pwdEndTime",
				"mail", "department", "employeeType", "title", "uid",
			},
		},
		{
			BaseDN: slapdtest.GroupsBase, Scope: ldap.ScopeWholeSubtree,
			Filter:     "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))",
			Attributes: []string{"entryUUID", "cn", "member", "uniqueMember", "memberUid", "objectClass"},
		},
	}
}

func (n *numbers) ldapsearch(ctx context.Context, program string, more ...string) error {
	for _, s := range searches() {
		args := slices.Concat([]string{"-x", "-LLL", "-H", n.URL(), "-D", slapdtest.BindDN, "-w", slapdtest.Password, "-b", s.BaseDN},
			more, []string{s.Filter}, s.Attributes)
		if err := exec.CommandContext(ctx, program, args...).Run(); err != nil { // its output goes nowhere
			return err
		}
	}
	return nil
}

// stream reads page by page with go-ldap, and throws each entry away.
func (n *numbers) stream(b *testing.B) error {
	c, err := ldap.DialURL(n.URL())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Bind(slapdtest.BindDN, slapdtest.Password); err != nil {
		return err
	}
	found := 0
	for _, s := range searches() {
		control := ldap.NewControlPaging(pageSize)
		s.Controls = []ldap.Control{control}
		for more := true; more; more = len(control.Cookie) > 0 {
			answer := c.SearchAsync(b.Context(), s, 16)
			for answer.Next() {
				if answer.Entry() != nil {
					found++
				}
				if end, ok := ldap.FindControl(answer.Controls(), ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
					control.SetCookie(end.Cookie)
				}
			}
			if err := answer.Err(); err != nil {
				return err
			}
		}
	}
	if found < people {
		return fmt.Errorf("got %d entries", found)
	}
	return nil
}

// delta measures refreshes without a change, and after 100.
func (n *numbers) delta(b *testing.B, o directory.Options, how string, idle, busy int, ofIdle, ofBusy time.Duration) {
	d := newClient(b, o)
	if _, _, err := d.Refresh(b.Context(), true); err != nil {
		b.Fatal(err)
	}
	var wait, used time.Duration
	var took []time.Duration
	for b.Loop() {
		began, before := time.Now(), processorTime(b)
		for range idle {
			if _, touched, err := d.Refresh(b.Context(), false); err != nil || !touched.Nobody() {
				b.Fatalf("got %+v, %v, want nobody touched", touched, err)
			}
		}
		wait, used = time.Since(began)/time.Duration(idle), (processorTime(b)-before)/time.Duration(idle)
		took = nil
		for range busy {
			n.change(b)
			began := time.Now()
			if _, touched, err := d.Refresh(b.Context(), false); err != nil || len(touched.People) < 80 {
				b.Fatalf("got %d people touched, %v, want 80 or more", len(touched.People), err)
			}
			took = append(took, time.Since(began))
		}
	}
	n.timed(b, "ms/idle-delta", fmt.Sprintf("delta, nothing changed%s, mean of %d", how, idle), wait, ofIdle)
	n.timed(b, "ms-cpu/idle-delta", "  its processor time", used, 0)
	n.timed(b, "ms/100-changes", fmt.Sprintf("delta, 100 changes%s, median of %d", how, busy), median(took), ofBusy)
}

// processorTime is what this process has used, and those that it started and that have ended.
func processorTime(b *testing.B) time.Duration {
	total := time.Duration(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			b.Fatal(err)
		}
		total += time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return total
}

// watch measures from the server's answer to a change until the snapshot that has it.
func (n *numbers) watch(b *testing.B) {
	d := newClient(b, n.following())
	if _, _, err := d.Refresh(b.Context(), true); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	woken, ended := make(chan struct{}, 1024), make(chan struct{})
	go func() {
		defer close(ended)
		d.Watch(ctx, func() { woken <- struct{}{} }, func(_ string, err error) { b.Error(err) })
	}()
	defer func() { stop(); <-ended }()
	seen := func() {
		for {
			<-woken
			_, touched, err := d.Refresh(ctx, false)
			if err != nil {
				b.Fatal(err)
			}
			if len(touched.People) > 0 {
				return
			}
		}
	}
	for listens := false; !listens; listens = len(woken) > 0 { // when it begins to listen cannot be seen from outside
		n.hand.edit(b, n.Server)
	}
	seen()
	var took []time.Duration
	for b.Loop() {
		took = nil
		for range watched {
			n.hand.edit(b, n.Server)
			began := time.Now()
			seen()
			took = append(took, time.Since(began))
		}
	}
	n.timed(b, "ms/change", fmt.Sprintf("one change under watch, median of %d", watched), median(took), 100*time.Millisecond)
}

// hand makes changes as an administrator does.
type hand struct {
	dns    []string // of people
	groups []string // of projects
	n      int      // of new names
}

func newHand(c *slapdtest.Company) *hand {
	h := &hand{}
	for _, p := range c.People[100:] { // the first are special
		h.dns = append(h.dns, p.DN)
	}
	for _, g := range c.Groups {
		h.groups = append(h.groups, g.DN)
	}
	return h
}

func (h *hand) name() string { h.n++; return fmt.Sprintf("new%d", h.n) }

// next is somebody who was not next for long.
func (h *hand) next() int { h.n++; return h.n * 7919 % len(h.dns) }

func (h *hand) edit(b *testing.B, s *slapdtest.Server) { s.Set(b, h.dns[h.next()], "title", h.name()) }

// change edits 50 people, adds 20, removes 10, renames 10, and lets 10 groups have a member more.
func (h *hand) change(b *testing.B, s *slapdtest.Server) {
	for range 50 {
		h.edit(b, s)
	}
	for range 10 {
		at := h.next()
		s.Delete(b, h.dns[at])
		h.dns = slices.Delete(h.dns, at, at+1)
	}
	for range 10 {
		at, name := h.next(), h.name()
		s.Rename(b, h.dns[at], "uid="+name, "")
		h.dns[at] = "uid=" + name + "," + slapdtest.PeopleBase
	}
	for i := range 20 {
		name := h.name()
		dn := "uid=" + name + "," + slapdtest.PeopleBase
		s.Add(b, dn, map[string][]string{
			"objectClass": {"inetOrgPerson", "employee"}, "uid": {name}, "cn": {"New Comer"}, "sn": {"Comer"}, "displayName": {"New Comer"},
			"mail": {name + "@example.com"}, "department": {slapdtest.Departments()[i]}, "employeeType": {"staff"}, "title": {"Clerk"},
		})
		h.dns = append(h.dns, dn)
		if i < 10 {
			s.Do(b, func(c *ldap.Conn) error {
				m := ldap.NewModifyRequest(fmt.Sprintf("cn=proj-%02d-rw,%s", i, slapdtest.GroupsBase), nil)
				m.Add("member", []string{dn})
				return c.Modify(m)
			})
		}
	}
}
