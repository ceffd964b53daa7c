package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// day is the n-th day of a made-up history.
func day(n int) time.Time { return given.AddDate(0, 0, n) }

func observe(t testing.TB, l *Ledger, at time.Time, c *access.Catalog, st access.State) {
	t.Helper()
	if err := l.Observe(context.Background(), at, c, st); err != nil {
		t.Fatal(err)
	}
}

func lastKnown(t testing.TB, r *Ledger, of *plan.Scope, folders ...string) access.State {
	t.Helper()
	st, err := r.Observed(context.Background(), of, folders)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// tenantOf is a catalog and a state in which everybody is a reader of every folder.
func tenantOf(accounts, folders []string) (*access.Catalog, access.State) {
	c := &access.Catalog{Roles: []access.Role{{ID: "1", Name: "Reader", Rank: 1}}, Profiles: []access.Profile{{ID: "7", Name: "Standard"}}}
	st := access.State{Of: access.Scope{Accounts: true, Folders: folders}}
	for _, a := range accounts {
		st.Accounts = append(st.Accounts, access.Account{
			ID: a, Email: access.Email(a + "@corp.example"), Name: "Name of " + a, Profile: "Standard", Kind: access.User, Status: access.Live,
		})
	}
	for _, f := range folders {
		c.Folders = append(c.Folders, access.Folder{ID: f, As: "svc", Path: access.Path("/" + f), Inherits: true})
		for _, a := range accounts {
			st.Grants = append(st.Grants, access.Grant{Account: a, Folder: f, Role: "Reader", Origin: "top", SharedBy: "boss", Created: given})
		}
	}
	return c, st
}

func TestObservedIsWhatWasSeen(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	if c, err := l.Catalog(t.Context()); c != nil || err != nil {
		t.Errorf("before anything was seen: got catalog %v and error %v, want none", c, err)
	}
	if diff := cmp.Diff(access.State{}, lastKnown(t, l, nil)); diff != "" {
		t.Errorf("before anything was seen (-want +got):\n%s", diff)
	}
	wantCatalog, want := tenantOf([]string{"a1", "a2"}, []string{"f1", "f2"})
	wantCatalog.Unusable = []access.Unusable{{Place: access.Place{As: "svc", Path: "/gone"}, Why: "it was deleted"}}
	observe(t, l, day(0), wantCatalog, want)
	if diff := cmp.Diff(want, lastKnown(t, l, nil)); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	got, err := l.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantCatalog, got); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
}

// rowsOf counts the rows of all tables that an observation may write.
func rowsOf(t *testing.T, l *Ledger) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, table := range []string{"texts", "accounts", "grants", "watches", "catalog"} {
		var rows int
		if err := l.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		n[table] = rows
	}
	return n
}

func TestObservingTheSameAgainWritesNothing(t *testing.T) {
	t.Parallel()
	l := open(t, fileOptions(t)) // only SQLite counts what was written
	c, st := tenantOf([]string{"a1", "a2"}, []string{"f1", "f2"})
	observe(t, l, day(0), c, st)
	before, written := rowsOf(t, l), totalChanges(t, l)
	observe(t, l, day(1), c, st)
	observe(t, l, day(2), &access.Catalog{Folders: c.Folders[:1]}, access.State{
		Of: access.Scope{Folders: []string{"f1"}}, Grants: st.Grants[:2],
	})
	if diff := cmp.Diff(before, rowsOf(t, l)); diff != "" {
		t.Errorf("rows (-before +after):\n%s", diff)
	}
	if got := totalChanges(t, l); got != written {
		t.Errorf("%d rows were written", got-written)
	}
	st.Grants[0].Role = "Owner"
	observe(t, l, day(3), c, st)
	if got := totalChanges(t, l) - written; got != 3 { // the text, the end of one row, the next row
		t.Errorf("one difference: %d rows were written, want 3", got)
	}
}

func totalChanges(t *testing.T, l *Ledger) (n int) {
	t.Helper()
	if err := l.db.QueryRowContext(t.Context(), `SELECT total_changes()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What was not looked at stays as it is known.
func TestP01_SilenceIsNoProofInTheLedger(t *testing.T) {
	t.Parallel()
	c, all := tenantOf([]string{"a1", "a2"}, []string{"f1", "f2"})
	cases := []struct {
		name string
		seen access.State
		want func(*access.State)
	}{
		{"nothing looked at", access.State{}, func(*access.State) {}},
		{"an empty folder", access.State{Of: access.Scope{Folders: []string{"f1"}}}, func(st *access.State) {
			st.Grants = st.Grants[2:]
		}},
		{"one account alone", access.State{Accounts: []access.Account{{ID: "a1", Email: "new@corp.example", Kind: access.User, Status: access.Live}}}, func(st *access.State) {
			st.Accounts = slices.Clone(st.Accounts)
			st.Accounts[0] = access.Account{ID: "a1", Email: "new@corp.example", Kind: access.User, Status: access.Live}
		}},
		{"one grant alone", access.State{Grants: []access.Grant{{Account: "a3", Folder: "f1", Role: "Owner"}}}, func(st *access.State) {
			st.Grants = slices.Insert(slices.Clone(st.Grants), 2, access.Grant{Account: "a3", Folder: "f1", Role: "Owner"})
		}},
		{"all accounts, no folder", access.State{Of: access.Scope{Accounts: true}, Accounts: all.Accounts[1:]}, func(st *access.State) {
			st.Accounts = st.Accounts[1:]
		}},
		{"a folder twice", access.State{
			Of:     access.Scope{Folders: []string{"f1", "f1"}},
			Grants: slices.Concat(all.Grants[:2], all.Grants[:2]),
		}, func(*access.State) {}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			observe(t, l, day(0), c, all)
			observe(t, l, day(1), c, tt.seen)
			want := all
			tt.want(&want)
			if diff := cmp.Diff(want, lastKnown(t, l, nil)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCatalogMergesWhatADeltaRead(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1"}, []string{"f1", "f2", "f3"})
	c.Unusable = []access.Unusable{
		{Place: access.Place{As: "svc", Path: "/New"}, Why: "it was deleted"},
		{Place: access.Place{As: "svc", Path: "/other"}, Why: "it is outside the roots"},
	}
	observe(t, l, day(0), c, st)
	observe(t, l, day(1), &access.Catalog{
		Roles: []access.Role{{ID: "2", Name: "Owner", Rank: 2}},
		Folders: []access.Folder{
			{ID: "f1", As: "svc", Path: "/renamed"},
			{ID: "f9", As: "svc", Path: "/F2"}, // in the place of f2, which is gone
			{ID: "f8", As: "svc", Path: "/new"},
		},
		Unusable: []access.Unusable{{Place: access.Place{As: "svc", FolderID: "f3"}, Why: "it was deleted"}},
	}, access.State{})
	got, err := l.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := &access.Catalog{
		Roles:    []access.Role{{ID: "1", Name: "Reader", Rank: 1}, {ID: "2", Name: "Owner", Rank: 2}},
		Profiles: c.Profiles,
		Folders:  []access.Folder{{ID: "f1", As: "svc", Path: "/renamed"}, {ID: "f8", As: "svc", Path: "/new"}, {ID: "f9", As: "svc", Path: "/F2"}},
		Unusable: []access.Unusable{
			{Place: access.Place{As: "svc", FolderID: "f3"}, Why: "it was deleted"},
			{Place: access.Place{As: "svc", Path: "/other"}, Why: "it is outside the roots"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
	observe(t, l, day(2), c, st)
	if got, err = l.Catalog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("the whole catalog replaces (-want +got):\n%s", diff)
	}
}

func TestObservedOfAScope(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1", "a2", "a3"}, []string{"f1", "f2"})
	observe(t, l, day(0), c, st)
	learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}, {Person: person(3), Account: "a3"}}})
	cases := []struct {
		name     string
		of       *plan.Scope
		folders  []string
		accounts []string
		looked   []string
	}{
		{"everybody", nil, nil, []string{"a1", "a2", "a3"}, []string{"f1", "f2"}},
		{"everybody on one folder", nil, []string{"f2"}, []string{"a1", "a2", "a3"}, []string{"f2"}},
		{"nobody", &plan.Scope{}, []string{"f1"}, nil, []string{"f1"}},
		{"by link", &plan.Scope{People: []access.PersonID{anna}}, nil, []string{"a1"}, []string{"f1", "f2"}},
		{"by address", &plan.Scope{Emails: []access.Email{"a2@corp.example"}}, []string{"f1"}, []string{"a2"}, []string{"f1"}},
		{"by both, once", &plan.Scope{People: []access.PersonID{anna, person(5)}, Emails: []access.Email{"a1@corp.example", "a3@corp.example"}}, nil, []string{"a1", "a3"}, []string{"f1", "f2"}},
		{"a folder never seen", &plan.Scope{People: []access.PersonID{anna}}, []string{"f1", "new"}, []string{"a1"}, []string{"f1"}},
		{"only a folder never seen", &plan.Scope{People: []access.PersonID{anna}}, []string{"new"}, []string{"a1"}, nil},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := access.State{Of: access.Scope{Accounts: true, Folders: tt.looked}}
			for _, a := range st.Accounts {
				if slices.Contains(tt.accounts, a.ID) {
					want.Accounts = append(want.Accounts, a)
				}
			}
			for _, g := range st.Grants {
				if slices.Contains(tt.accounts, g.Account) && slices.Contains(tt.looked, g.Folder) {
					want.Grants = append(want.Grants, g)
				}
			}
			if diff := cmp.Diff(want, lastKnown(t, l, tt.of, tt.folders...)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

// A folder that is no longer in the catalog is no longer observed; what was known of it stays known of its time.
func TestObservationOfAFolderEndsWithItsPlaceInTheCatalog(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	both, all := tenantOf([]string{"a1"}, []string{"f1", "f2"})
	first, part := tenantOf([]string{"a1"}, []string{"f1"})
	observe(t, l, day(1), both, all)
	observe(t, l, day(2), both, part) // it looked at f1 only
	if diff := cmp.Diff([]string{"f1", "f2"}, lastKnown(t, l, nil).Of.Folders); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
	observe(t, l, day(3), first, part)
	if diff := cmp.Diff([]string{"f1"}, lastKnown(t, l, nil).Of.Folders); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		at   int
		want string // in the error; "": it is known
	}{{0, "it is known from 2027-03-02"}, {1, ""}, {2, ""}, {3, "until 2027-03-04"}} {
		_, err := l.Holders(t.Context(), "f2", day(tt.at))
		if tt.want == "" {
			if err != nil {
				t.Errorf("day %d: %v", tt.at, err)
			}
			continue
		}
		wantError(t, err, tt.want)
	}
	_, err := l.Holders(t.Context(), "f3", day(3))
	if e := (*UnobservedError)(nil); !errors.As(err, &e) || !e.Since.IsZero() {
		t.Errorf("got error %v, want one that says that it was never observed", err)
	}
}

// Whatever is observed, in whichever pieces: what is known last is what was seen last,
// and of each moment it is known who held what then.
func TestHistoryKnowsEachMoment(t *testing.T) {
	t.Parallel()
	ids, folders := []string{"a1", "a2", "a3"}, []string{"f1", "f2"}
	l := open(t, options(t))
	rapid.Check(t, func(rt *rapid.T) {
		for _, table := range []string{"grants", "accounts", "watches", "catalog"} {
			if _, err := l.db.ExecContext(context.Background(), `DELETE FROM `+table); err != nil {
				rt.Fatal(err)
			}
		}
		c, _ := tenantOf(nil, folders)
		type moment = map[plan.GrantKey]access.Grant
		var past []moment
		now := moment{}
		for n := range rapid.IntRange(1, 6).Draw(rt, "observations") {
			st := access.State{Of: access.Scope{Accounts: rapid.Bool().Draw(rt, "whole") || n == 0}}
			for _, f := range folders {
				if n > 0 && !rapid.Bool().Draw(rt, "look at "+f) {
					continue
				}
				st.Of.Folders = append(st.Of.Folders, f)
				next := moment{}
				for k, g := range now {
					if k.Folder != f {
						next[k] = g
					}
				}
				for _, a := range ids {
					if role := rapid.SampledFrom([]string{"", "Reader", "Owner"}).Draw(rt, a); role != "" {
						g := access.Grant{Account: a, Folder: f, Role: role}
						st.Grants = append(st.Grants, g)
						next[plan.GrantKey{Account: a, Folder: f}] = g
					}
				}
				now = next
			}
			observe(t, l, day(n), c, st)
			past = append(past, now)
		}
		if diff := cmp.Diff(now, byKey(lastKnown(t, l, nil).Grants)); diff != "" {
			rt.Fatalf("last known (-want +got):\n%s", diff)
		}
		for n, then := range past {
			want := maps.Clone(then)
			for _, f := range folders {
				held, err := l.Holders(context.Background(), f, day(n))
				if err != nil {
					rt.Fatal(err)
				}
				for _, h := range held {
					if diff := cmp.Diff(want[plan.GrantKey{Account: h.Grant.Account, Folder: f}], h.Grant); diff != "" {
						rt.Errorf("day %d (-want +got):\n%s", n, diff)
					}
					delete(want, plan.GrantKey{Account: h.Grant.Account, Folder: f})
				}
			}
			if len(want) > 0 {
				rt.Errorf("day %d: %v is forgotten", n, want)
			}
		}
	})
}

func byKey(grants []access.Grant) map[plan.GrantKey]access.Grant {
	m := map[plan.GrantKey]access.Grant{}
	for _, g := range grants {
		m[plan.GrantKey{Account: g.Account, Folder: g.Folder}] = g
	}
	return m
}

// A clock that was set back neither fails an observation nor makes anything hold twice.
func TestObserveWithAClockSetBack(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, reader := tenantOf([]string{"a1"}, []string{"f1"})
	_, owner := tenantOf([]string{"a1"}, []string{"f1"})
	owner.Grants[0].Role = "Owner"
	owner.Accounts[0].Name = "Other"
	none := access.State{Of: reader.Of}
	for n, st := range []access.State{reader, owner, reader, none, owner, none, reader} {
		at := day(10 - n)
		if n == 1 {
			at = day(20) // the only one in its order
		}
		observe(t, l, at, c, st)
		if diff := cmp.Diff(st, lastKnown(t, l, nil)); diff != "" {
			t.Errorf("observation %d (-want +got):\n%s", n, diff)
		}
		if n == 2 { // from here on something vanishes, and comes back before it was there
			wantNoOverlap(t, l)
		}
	}
}

func wantNoOverlap(t *testing.T, l *Ledger) {
	t.Helper()
	for _, table := range []string{"accounts", "grants"} {
		query := `SELECT COUNT(*) FROM ` + table + ` AS a JOIN ` + table + ` AS b ON a.account = b.account
			AND (a.since < b.since AND (a.until = 0 OR a.until > b.since) OR a.until <> 0 AND a.until <= a.since)`
		var wrong int
		if err := l.db.QueryRowContext(t.Context(), query).Scan(&wrong); err != nil || wrong != 0 {
			t.Errorf("%s: %d rows hold for no time or beside another, error %v", table, wrong, err)
		}
	}
}

func TestTextsAreKeptOnce(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	var ids []string
	for i := range 1500 { // so many that all are read first, and written many at a time
		ids = append(ids, fmt.Sprint("a", i))
	}
	c, st := tenantOf(ids, []string{"f1"})
	observe(t, l, day(0), c, st)
	c, st = tenantOf(append(ids, "one more"), []string{"f1"})
	observe(t, l, day(1), c, st)
	if diff := cmp.Diff(len(st.Accounts), len(lastKnown(t, l, nil).Accounts)); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	var n int
	err := l.read(t.Context(), "count", func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM texts`).Scan(&n)
	})
	want := len(ids) + len([]string{"", "one more", "f1", "Standard", "Reader", "top", "boss"})
	if err != nil || n != want {
		t.Errorf("got %d texts and error %v, want %d", n, err, want)
	}
}
