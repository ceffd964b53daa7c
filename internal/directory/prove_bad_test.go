package directory

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// court is a server of two bases, of people 1 to 3 and of none, that answers a search by the id of person 1 as a test wants.
type court struct {
	*scripted
	about  func(s scriptedSearch, r reply) reply // nil: as it is
	absent atomic.Bool                           // person 1 is not there
}

const (
	courtDN  = "dc=court"
	firstDN  = "ou=first," + courtDN
	secondDN = "ou=second," + courtDN
)

func startCourt(t *testing.T, about func(s scriptedSearch, r reply) reply) *court {
	c := &court{about: about}
	c.scripted = (&scripted{answer: c.reply}).start(t)
	return c
}

func (c *court) options() Options {
	return Options{
		Name: "corp", Kind: Generic, Servers: []string{c.url}, Timeout: 10 * time.Second,
		People: People{Bases: []string{firstDN, secondDN}, Filter: staffFilter, EmailFrom: []string{"mail"}},
	}
}

func (c *court) reply(s scriptedSearch) reply {
	switch {
	case s.base == "":
		return reply{entries: []*ldap.Entry{ldap.NewEntry("", map[string][]string{
			"supportedControl": {ldap.ControlTypePaging}, "namingContexts": {courtDN},
		})}}
	case !s.whole:
		return reply{entries: []*ldap.Entry{ldap.NewEntry(s.base, map[string][]string{"entryUUID": {idOf(200).String()}})}}
	}
	var r reply
	for n := 1; n <= 3; n++ {
		named := strings.Contains(s.filter, idOf(n).String())
		listed := !strings.Contains(strings.ToLower(s.filter), "entryuuid=")
		if s.base != secondDN && (named || listed) && (n != 1 || !c.absent.Load()) {
			r.entries = append(r.entries, inCourt(n, firstDN))
		}
	}
	if strings.Contains(s.filter, idOf(1).String()) && !strings.Contains(s.filter, idOf(2).String()) {
		if c.about != nil {
			r = c.about(s, r)
		}
	}
	return r
}

// inCourt is a person below a base.
func inCourt(n int, base string) *ldap.Entry {
	e := staff(n)
	return ldap.NewEntry(strings.Replace(e.DN, staffDN, base, 1), map[string][]string{
		"entryUUID": {idOf(n).String()}, "uid": e.GetAttributeValues("uid"), "cn": e.GetAttributeValues("cn"),
	})
}

var personOne = access.PersonID{Source: "corp", ID: idOf(1).String()}

// TestP02_NoAnswerIsProofOfAbsence: whatever keeps an answer from being whole is an error.
func TestP02_NoAnswerIsProofOfAbsence(t *testing.T) {
	t.Parallel()
	where := func(base string, spoilt reply) func(scriptedSearch, reply) reply {
		return func(s scriptedSearch, r reply) reply {
			if s.base == base {
				return spoilt
			}
			return reply{}
		}
	}
	one := []*ldap.Entry{inCourt(1, firstDN)}
	tests := map[string]struct {
		about func(scriptedSearch, reply) reply
		want  string
	}{
		"the server hangs up":                        {where(firstDN, reply{hangUp: true}), "check the server"},
		"it hangs up after an entry":                 {where(firstDN, reply{entries: one, hangUp: true}), "check the server"},
		"it hangs up in the second base":             {where(secondDN, reply{hangUp: true}), "check the server"},
		"it hangs up when asked for the whole":       {where(courtDN, reply{hangUp: true}), "check the server"},
		"a size limit, and nobody":                   {where(firstDN, reply{code: ldap.LDAPResultSizeLimitExceeded}), "size limit exceeded"},
		"a size limit of the whole":                  {where(courtDN, reply{code: ldap.LDAPResultSizeLimitExceeded}), "size limit exceeded"},
		"a time limit":                               {where(secondDN, reply{code: ldap.LDAPResultTimeLimitExceeded}), "time limit exceeded"},
		"a server that is busy":                      {where(courtDN, reply{code: ldap.LDAPResultBusy}), "busy"},
		"nobody, and a referral":                     {where(firstDN, reply{referrals: []string{"ldap://other/"}}), "refers to another server: ldap://other/"},
		"nobody in the whole, and a referral":        {where(courtDN, reply{referrals: []string{"ldap://other/"}}), "refers to another server"},
		"a base that is missing":                     {where(secondDN, reply{code: ldap.LDAPResultNoSuchObject}), "no such object"},
		"an answer without its end":                  {where(firstDN, reply{bare: true}), "without the paging control"},
		"an end is missing in the whole":             {where(courtDN, reply{bare: true}), "without the paging control"},
		"the id twice in a base":                     {where(firstDN, reply{entries: []*ldap.Entry{one[0], inCourt(1, "ou=copy,"+firstDN)}}), "have the same entryuuid"},
		"the id in two bases":                        {func(s scriptedSearch, _ reply) reply { return reply{entries: []*ldap.Entry{inCourt(1, s.base)}} }, "have the same entryuuid"},
		"the id twice outside":                       {where(courtDN, reply{entries: []*ldap.Entry{inCourt(1, "ou=x,"+courtDN), inCourt(1, "ou=y,"+courtDN)}}), "have the same entryuuid"},
		"an entry that does not show its id, in one": {where(firstDN, reply{entries: []*ldap.Entry{ldap.NewEntry("uid=u1,"+firstDN, nil)}}), "has no entryuuid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newDirectory(t, startCourt(t, test.about).options()).Prover()
			defer p.Close()
			got, err := p.Person(t.Context(), personOne)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v, %v, want an error that says %q", got, err, test.want)
			}
			if got.Standing != 0 {
				t.Errorf("got %v beside the error, want nothing", got.Standing)
			}
		})
	}
}

// TestP02_WhereAReferralIsIgnoredAbsenceIsNotClaimed: the part that is elsewhere may hold the entry.
func TestP02_WhereAReferralIsIgnoredAbsenceIsNotClaimed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		referrals []string
		want      access.Standing
	}{
		"a referral": {[]string{"ldap://other/"}, access.OutOfScope},
		"none":       {nil, access.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startCourt(t, func(scriptedSearch, reply) reply { return reply{referrals: test.referrals} }).options()
			o.IgnoreReferrals = true
			p := newDirectory(t, o).Prover()
			defer p.Close()
			if got, err := p.Person(t.Context(), personOne); err != nil || got.Standing != test.want {
				t.Errorf("got %+v, %v, want %v", got, err, test.want)
			}
		})
	}
}

// TestP02_APlaceOfLeaversThatIsMissingProvesNothing: those who were moved there would be gone, or out of scope.
func TestP02_APlaceOfLeaversThatIsMissingProvesNothing(t *testing.T) {
	t.Parallel()
	c := &court{}
	c.scripted = (&scripted{answer: func(s scriptedSearch) reply {
		if s.base == "ou=left" {
			return reply{code: ldap.LDAPResultNoSuchObject}
		}
		return c.reply(s)
	}}).start(t)
	o := c.options()
	o.People.LeaversIn = []string{"ou=left"}
	p := newDirectory(t, o).Prover()
	defer p.Close()
	if got, err := p.Person(t.Context(), personOne); err == nil || !strings.Contains(err.Error(), "leavers_in") {
		t.Errorf("got %+v, %v, want an error about leavers_in", got, err)
	}
}

// TestP02_AProverConnectsAnew: a server that cut the connection between two looks costs no proof; one that cuts each does.
func TestP02_AProverConnectsAnew(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	c := startCourt(t, func(_ scriptedSearch, r reply) reply {
		if cut.CompareAndSwap(true, false) {
			return reply{hangUp: true}
		}
		return r
	})
	p := newDirectory(t, c.options()).Prover()
	for range 3 {
		got, err := p.Person(t.Context(), personOne)
		if err != nil || got.Standing != access.Active || got.Person == nil || got.Person.Name != "u1" {
			t.Fatalf("got %+v, %v, want u1", got, err)
		}
		cut.Store(true) // on the connection that is open; the next one is whole
	}
	p.Close()
	p.Close()
	cut.Store(false)
	if got, err := p.Person(t.Context(), personOne); err != nil || got.Standing != access.Active {
		t.Errorf("after Close: got %+v, %v, want u1 on a new connection", got, err)
	}
	p.Close()
}

// TestP02_AReplicaThatLagsBehindProvesNoAbsence: it does not find whom the server that was read has shown. If
// neither has shown them, they are gone.
func TestP02_AReplicaThatLagsBehindProvesNoAbsence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		read bool // the first server has shown the person
		want string
	}{
		"the first has shown them": {true, "may lag behind"},
		"the first has not":        {false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := startCourt(t, nil), startCourt(t, nil)
			first.absent.Store(!test.read)
			second.absent.Store(true)
			o := first.options()
			o.Servers = []string{first.url, second.url}
			d := newDirectory(t, o)
			if _, _, err := d.Refresh(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			_ = first.listener.Close()
			p := d.Prover()
			defer p.Close()
			got, err := p.Person(t.Context(), personOne)
			if test.want == "" && (err != nil || got.Standing != access.Gone) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %+v, %v, want gone, or an error that says %q", got, err, test.want)
			}
		})
	}
}

// TestP02_GroupsTakeAReading: without one there is nothing to try the way of asking with.
func TestP02_GroupsTakeAReading(t *testing.T) {
	t.Parallel()
	p := newDirectory(t, startCourt(t, nil).options()).Prover()
	defer p.Close()
	if got, err := p.Groups(t.Context(), personOne); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}
