package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// unpaged makes a server one that cannot page.
func unpaged(answer func(scriptedSearch) reply) func(scriptedSearch) reply {
	return func(s scriptedSearch) reply {
		if s.base == "" {
			return rootDSE()
		}
		return answer(s)
	}
}

// TestP01_ACutBeforeAnyMessageOfAScriptedServerFailsTheRead: of one whose large group comes in
// ranges, page by page and at once.
func TestP01_ACutBeforeAnyMessageOfAScriptedServerFailsTheRead(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(scriptedSearch) reply{"page by page": windows(large), "at once": unpaged(windows(large))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := messagesOf(t, answer)
			for limit := range whole {
				s := startScriptedBefore(t, answer, func(n int) bool { return n <= limit })
				sn, _, err := newDirectory(t, windowsOptions(s.url)).Refresh(t.Context(), true)
				if err == nil {
					t.Fatalf("cut before message %d: got a snapshot of %d people", limit+1, len(sn.People))
				}
				for _, text := range wordsOfCut(s.url, limit) {
					if !strings.Contains(err.Error(), text) {
						t.Errorf("cut before message %d: got %q, want it to say %q", limit+1, err, text)
					}
				}
			}
		})
	}
}

func startScriptedBefore(t *testing.T, answer func(scriptedSearch) reply, before func(n int) bool) *scripted {
	t.Helper()
	return (&scripted{answer: answer, before: before}).start(t)
}

// messagesOf is how many messages a whole read has.
func messagesOf(t *testing.T, answer func(scriptedSearch) reply) int {
	t.Helper()
	var whole atomic.Int64
	s := startScriptedBefore(t, answer, func(n int) bool { whole.Store(int64(n)); return true })
	if _, _, err := newDirectory(t, windowsOptions(s.url)).Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return int(whole.Load())
}

// wordsOfCut are what is said of a read that was cut after so many messages of windows(large): two of the root
// DSE (nobody binds), 31 about people, 27 about groups, and two for each further range.
func wordsOfCut(url string, messages int) []string {
	search := func(filter string, count int) []string {
		return []string{"search " + url, fmt.Sprintf("below %q for %s: after %d entries: ", windowsDN, filter, count), "EOF", "check the server"}
	}
	switch {
	case messages < 2:
		return []string{"read the root DSE of " + url, "EOF"}
	case messages < 2+31:
		return search(windowsPeople, messages-2)
	case messages < 2+31+27:
		return search("(objectClass=group)", messages-2-31)
	default:
		return []string{`read all values of member of "CN=Large,DC=corp"`, url, "EOF"}
	}
}

// TestP01_ACancellationAmidRangesFailsTheRead: at each message, which comes all the same.
func TestP01_ACancellationAmidRangesFailsTheRead(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(scriptedSearch) reply{"page by page": windows(large), "at once": unpaged(windows(large))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := range messagesOf(t, answer) {
				ctx, cancel := context.WithCancel(t.Context())
				s := startScriptedBefore(t, answer, func(n int) bool {
					if n == at+1 {
						cancel()
					}
					return true
				})
				sn, _, err := newDirectory(t, windowsOptions(s.url)).Refresh(ctx, true)
				cancel()
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("cancelled before message %d: got %v, %v, want the context's error", at+1, sn, err)
				}
			}
		})
	}
}

// TestP01_ACancelledContextIsNoEmptyDirectory guards against the way in which go-ldap's streams end with a
// context that is over: with what has come so far, and no error.
func TestP01_ACancelledContextIsNoEmptyDirectory(t *testing.T) {
	t.Parallel()
	find := wire.Search{Of: "people", Base: windowsDN, Filter: windowsPeople}
	calls := map[string]func(ctx context.Context, c *wire.Conn, stop func()) error{
		"Each": func(ctx context.Context, c *wire.Conn, stop func()) error {
			return c.Each(ctx, find, func(*ldap.Entry) error { stop(); return nil })
		},
		"Sync": func(ctx context.Context, c *wire.Conn, stop func()) error {
			_, err := c.Sync(ctx, find, nil, func(wire.SyncEvent) error { stop(); return nil })
			return err
		},
		"DirSync": func(ctx context.Context, c *wire.Conn, stop func()) error {
			_, err := c.DirSync(ctx, find, nil, func(*ldap.Entry) error { stop(); return nil })
			return err
		},
	}
	for name, call := range calls {
		for when, early := range map[string]bool{"before it": true, "during it": false} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				c := dialScripted(t, everyEnd)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if early {
					cancel()
				}
				if err := call(ctx, c, cancel); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want the context's error", err)
				}
			})
		}
		t.Run(name+" on a closed connection", func(t *testing.T) {
			t.Parallel()
			c := dialScripted(t, everyEnd)
			c.Close()
			if err := call(context.Background(), c, func() {}); err == nil {
				t.Error("a search on a closed connection found nothing, want an error")
			}
		})
	}
}

// everyEnd answers each kind of search as it wants to be answered, with one person.
func everyEnd(s scriptedSearch) reply {
	r := reply{entries: []*ldap.Entry{windowsUser(1)}}
	switch {
	case s.base == "":
		return rootDSE(ldap.ControlTypePaging)
	case s.controls[ldap.ControlTypeSyncRequest] != nil:
		r = told(ldap.SyncStateAdd, 1).ends("cookie", false)
	case s.controls[ldap.ControlTypeDirSync] != nil:
		r.end = dirSyncEnd("cookie", false)
	}
	return r
}

func dialScripted(t *testing.T, answer func(scriptedSearch) reply) *wire.Conn {
	t.Helper()
	source, err := newSource(windowsOptions(startScripted(t, answer).url))
	if err != nil {
		t.Fatal(err)
	}
	c, err := wire.Dial(t.Context(), &source.wire, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// replicating plays a domain controller with DirSync: users, no groups. Nothing has changed unless deltas say otherwise.
type replicating struct {
	*scripted
	users   []int
	first   *reply  // the answer without a cookie
	deltas  []reply // the answers to cookies
	cookies []string
}

func startReplicating(t *testing.T, users ...int) *replicating {
	r := &replicating{users: users}
	r.scripted = startScripted(t, r.reply)
	return r
}

func (r *replicating) options() Options {
	o := windowsOptions(r.url)
	o.Groups.Bases, o.Follow = nil, true
	return o
}

func (r *replicating) reply(s scriptedSearch) reply {
	cookie, synced := s.since()
	switch {
	case s.base == "":
		root := rootDSE(ldap.ControlTypePaging, ldap.ControlTypeDirSync)
		root.entries[0].Attributes = append(root.entries[0].Attributes, ldap.NewEntryAttribute("namingContexts", []string{windowsDN}))
		return root
	case !s.whole:
		return reply{entries: []*ldap.Entry{ldap.NewEntry(s.base, map[string][]string{"objectClass": {"top", "container"}})}}
	case synced && cookie == "":
		if r.first != nil {
			return *r.first
		}
		return reply{end: dirSyncEnd("first", false)}
	case synced:
		r.cookies = append(r.cookies, cookie)
		if len(r.deltas) == 0 {
			return reply{end: dirSyncEnd(cookie, false)}
		}
		next := r.deltas[0]
		r.deltas = r.deltas[1:]
		return next
	}
	var all reply
	for _, n := range r.users {
		if s.filter == windowsPeople || strings.Contains(s.filter, ldap.EscapeFilter(guid(n))) {
			all.entries = append(all.entries, windowsUser(n))
		}
	}
	return all
}

func touchedUser(n int) *ldap.Entry {
	u := windowsUser(n)
	u.Attributes = append(u.Attributes, ldap.NewEntryAttribute("name", []string{"x"}))
	return u
}

func TestP01_DirSyncIsTakenAtItsWord(t *testing.T) {
	t.Parallel()
	const delta = "ad: what changed, by DirSync, from "
	tests := map[string]struct {
		deltas  []reply
		cookies string
		how     string   // "": none
		err     []string // none: it succeeds
	}{
		"nothing has changed": {nil, "first first", delta, nil},
		"one is new": {
			[]reply{{entries: []*ldap.Entry{touchedUser(3)}, end: dirSyncEnd("second", false)}}, "first second", delta, nil,
		},
		"more is to come": {
			[]reply{{end: dirSyncEnd("half", true)}, {entries: []*ldap.Entry{touchedUser(3)}, end: dirSyncEnd("second", false)}},
			"first half second", delta, nil,
		},
		"no end": {
			[]reply{{entries: []*ldap.Entry{touchedUser(3)}}},
			"first", "",
			[]string{`below "dc=corp" for (objectClass=*): after 1 entries: `, "broke off, or ended without the DirSync control"},
		},
		"no end, though nothing was told": {
			[]reply{{}}, "first", "", []string{"after 0 entries", "without the DirSync control"},
		},
		"no end of what is still to come": {
			[]reply{{end: dirSyncEnd("half", true)}, {}}, "first half", "", []string{"without the DirSync control"},
		},
		"an end without a cookie": {
			[]reply{{end: dirSyncEnd("", false)}}, "first", "", []string{"gives no cookie for DirSync"},
		},
		"an entry without its id": {
			[]reply{{entries: []*ldap.Entry{ldap.NewEntry("CN=X,DC=corp", nil)}, end: dirSyncEnd("second", false)}},
			"first", "",
			[]string{`entry "CN=X,DC=corp" has no objectguid`},
		},
		"a cookie that it cannot read": {
			[]reply{{code: ldap.LDAPResultUnavailableCriticalExtension}},
			"first first",
			"ad: in full from ", nil,
		},
		"a server that is busy": {
			[]reply{{code: ldap.LDAPResultBusy}}, "first", "", []string{"busy"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startReplicating(t, 1, 2)
			d := newDirectory(t, r.options())
			wantRead(t, d, "ad: in full from ", "User 1", "User 2")
			r.users, r.deltas = []int{1, 2, 3}, test.deltas
			want := []string{"User 1", "User 2", "User 3"}
			if test.deltas == nil {
				want = want[:2]
			}
			switch {
			case test.err != nil:
				wantUnread(t, d, test.err...)
				wantRead(t, d, "ad: in full from ", "User 1", "User 2", "User 3")
			default:
				wantRead(t, d, test.how, want...)
				wantRead(t, d, delta, want...)
			}
			if got := strings.Join(r.cookies, " "); got != test.cookies {
				t.Errorf("went on from %s, want %s", got, test.cookies)
			}
		})
	}
}

// TestP01_AFirstDirSyncThatCannotBeBelievedFailsTheRead: only a server that says that it refuses is followed in another way.
func TestP01_AFirstDirSyncThatCannotBeBelievedFailsTheRead(t *testing.T) {
	t.Parallel()
	const stamps = "what changes will be found by comparing stamps, which is not the best way: "
	tests := map[string]struct {
		first reply
		how   string // "": the read fails
		err   string
	}{
		"no end":                  {reply{}, "", "without the DirSync control"},
		"the connection ends":     {reply{hangUp: true}, "", "after 0 entries"},
		"no cookie":               {reply{end: dirSyncEnd("", false)}, "", "gives no cookie"},
		"the right is missing":    {reply{code: ldap.LDAPResultInsufficientAccessRights}, stamps + "the bind account lacks the right Replicating Directory Changes", ""},
		"it is not to be had":     {reply{code: ldap.LDAPResultUnavailableCriticalExtension}, stamps + "the server does not allow it", ""},
		"a server that is closed": {reply{code: ldap.LDAPResultUnavailable}, "", "unavailable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startReplicating(t, 1, 2)
			r.first = &test.first
			d := newDirectory(t, r.options())
			if test.how == "" {
				wantUnread(t, d, test.err)
				return
			}
			wantRead(t, d, test.how, "User 1", "User 2")
		})
	}
}

// TestP01_DirSyncNeedsToSeeDeletions: an account that may not would never be told of a leaver.
func TestP01_DirSyncNeedsToSeeDeletions(t *testing.T) {
	t.Parallel()
	for name, bin := range map[string]reply{
		"the container is not there":        {code: ldap.LDAPResultNoSuchObject},
		"nothing is found":                  {},
		"it is there, and shows no content": {entries: []*ldap.Entry{ldap.NewEntry("CN=Deleted Objects,"+windowsDN, nil)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startReplicating(t, 1)
			o := r.options()
			o.Servers = []string{startScripted(t, func(s scriptedSearch) reply {
				if strings.HasPrefix(s.base, "CN=Deleted Objects,") {
					return bin
				}
				return r.reply(s)
			}).url}
			wantRead(t, newDirectory(t, o), "comparing stamps, which is not the best way: the bind account may not read CN=Deleted Objects,dc=corp", "User 1")
		})
	}
}

// TestP01_WhoComesBackWithMembershipsIsAMemberAgain: out of the recycle bin of Active Directory the links come
// back without a sign at the group.
func TestP01_WhoComesBackWithMembershipsIsAMemberAgain(t *testing.T) {
	t.Parallel()
	r := startReplicating(t, 1)
	team := ldap.NewEntry("CN=Team,DC=corp", map[string][]string{"objectGUID": {guid(20)}, "cn": {"Team"}, "objectSid": {sid(99)}})
	comes := windowsUser(3)
	o := r.options()
	o.Groups.Bases = []string{windowsDN}
	o.Servers = []string{startScripted(t, func(s scriptedSearch) reply {
		switch {
		case !strings.Contains(s.filter, "(objectClass=group)"):
			return r.reply(s)
		case s.filter == "(objectClass=group)" || strings.Contains(s.filter, "(objectguid=") || strings.Contains(s.filter, "(member="+comes.DN+")") && len(team.GetAttributeValues("member")) > 0:
			return reply{entries: []*ldap.Entry{team}}
		}
		return reply{}
	}).url}
	d := newDirectory(t, o)
	wantRead(t, d, "ad: in full from ", "User 1")
	r.users, r.deltas = []int{1, 3}, []reply{{entries: []*ldap.Entry{touchedUser(3)}, end: dirSyncEnd("second", false)}}
	team.Attributes = append(team.Attributes, ldap.NewEntryAttribute("member", []string{comes.DN}))
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(sn.People) != 2 || len(sn.People[1].Groups) != 1 || !strings.Contains(touched.How[0], "by DirSync") {
		t.Errorf("got %+v, read %q, want User 3 to be a member of Team, by DirSync", sn.People, touched.How)
	}
}
