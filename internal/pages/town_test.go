package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// names are the texts that others choose: people, administrators of the directory and of
// Kiteworks.
type names struct{ person, email, path, role, rule, group, id, why string }

var ordinary = names{
	person: "Anna Lang", email: "anna.lang@corp.example", path: "/Departments/Finance", role: "Collaborator", rule: "staff",
	group: "managers", id: "a3c9", why: "ERR_ENTITY_ROLE_NOT_ASSIGNABLE: the role cannot be given here",
}

// noon is when the town is looked at: later than any clock that runs the test.
var noon = time.Date(2099, 3, 1, 12, 0, 0, 0, time.UTC)

// town is a ledger with a bit of everything, and how things stand in it.
type town struct {
	t      *testing.T
	ledger *ledger.Ledger
	names  names
	acting bool
	broken error
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // a town that cannot be built is the test's mistake
	}
	return v
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// found makes an empty town.
func found(t *testing.T, n names) *town {
	t.Helper()
	o := ledger.Options{Tenant: "https://files.corp.example", Directories: []string{"corp"}, State: filepath.Join(t.TempDir(), "ledger.db")}
	l, err := ledger.Open(t.Context(), o)
	do(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return &town{t: t, ledger: l, names: n, acting: true}
}

// build makes a town of so many people, and as many runs.
func build(t *testing.T, n names, people int) *town {
	t.Helper()
	w := found(t, n)
	w.people(people)
	w.runs(people)
	w.brakes()
	return w
}

func (w *town) someone(i int) (p access.PersonID, a access.Account) {
	if i == 0 {
		return access.PersonID{Source: "corp", ID: w.names.id}, access.Account{
			ID: "acc-0", Email: access.Email(w.names.email), Name: w.names.person, Kind: access.User, Status: access.Live,
		}
	}
	return access.PersonID{Source: "corp", ID: fmt.Sprintf("p-%d", i)}, access.Account{
		ID: fmt.Sprintf("acc-%d", i), Email: access.Email(fmt.Sprintf("p%d@corp.example", i)), Name: fmt.Sprintf("Person %d", i), Kind: access.User, Status: access.Live,
	}
}

// people lets a full run of yesterday see people with roles that others gave.
func (w *town) people(n int) {
	st := access.State{Of: access.Scope{Accounts: true, Folders: []string{"f-1", "f-2"}}}
	learned := plan.Learned{
		Folders: map[access.Place]string{{As: "svc@corp.example", Path: access.Path(w.names.path)}: "f-1"},
		Groups:  map[string]access.GroupID{w.names.group: {Source: "corp", ID: "g-1"}},
	}
	for i := range n {
		p, a := w.someone(i)
		st.Accounts = append(st.Accounts, a)
		st.Grants = append(st.Grants, access.Grant{Account: a.ID, Folder: "f-1", Role: w.names.role, SharedBy: "acc-0", Created: noon.AddDate(-1, 0, 0)})
		learned.Links = append(learned.Links, plan.Link{Person: p, Account: a.ID})
	}
	st.Grants = append(st.Grants, access.Grant{Account: "acc-0", Folder: "f-2", Role: "Viewer", Origin: "f-1"})
	c := &access.Catalog{Folders: []access.Folder{{ID: "f-1", As: "svc@corp.example", Path: access.Path(w.names.path)}, {ID: "f-2", As: "svc@corp.example", Path: "/Legal"}}}
	do(w.t, w.ledger.Observe(w.t.Context(), noon.AddDate(0, 0, -1), c, st))
	do(w.t, w.ledger.Learn(w.t.Context(), learned))
}

func (w *town) change(i int, op plan.Op) plan.Change {
	p, a := w.someone(i)
	return plan.Change{
		Key: plan.Key(fmt.Sprintf("%s-%d", op, i)), Op: op, Person: p, Account: a.ID, Email: a.Email, Folder: "f-1", Path: access.Path(w.names.path),
		To: w.names.role, Causes: []access.Cause{{Rule: w.names.rule, Via: []access.GroupID{{Source: "corp", ID: "g-1"}}}},
	}
}

// runs makes runs of which each does more than the last, one in mode observe, one that
// failed, and one that is under way.
func (w *town) runs(n int) {
	for i := range n {
		at := noon.Add(time.Duration(i-n-2) * 15 * time.Minute)
		w.run(at, i%7+1, map[string]any{"full": i == 0, "mode": "create-only", "people": n, "results": map[string]int{"done": i % 7, "refused": i % 3}, "requests": map[string]int{"made": i, "planned": i}})
	}
	w.run(noon.Add(-25*time.Minute), 0, map[string]any{"error": "read the directory: " + w.names.why})
	w.run(noon.Add(-20*time.Minute), 0, map[string]any{
		"mode": "observe", "full": true, "would_be": map[string]int{"grant": 2},
		"would": []plan.Would{{Op: plan.Grant, Source: "corp", Person: w.names.id, Email: access.Email(w.names.email), Path: access.Path(w.names.path), To: w.names.role, Rules: []string{w.names.rule}}},
	})
}

func (w *town) run(at time.Time, changes int, summary map[string]any) {
	id, err := w.ledger.Begin(w.t.Context(), at, "delta")
	do(w.t, err)
	for i := range changes {
		c := w.change(i, plan.Grant)
		c.Key = plan.Key(fmt.Sprintf("%d-%d", id, i))
		do(w.t, w.ledger.Intend(w.t.Context(), id, []plan.Change{c}))
		out := plan.Outcome{Key: c.Key, Result: plan.Done}
		if i%3 == 2 {
			out.Result, out.Why = plan.Refused, w.names.why
		}
		do(w.t, w.ledger.Settle(w.t.Context(), []plan.Outcome{out}))
	}
	result := "done"
	if _, failed := summary["error"]; failed {
		result = "failed"
	}
	do(w.t, w.ledger.End(w.t.Context(), id, at.Add(3*time.Second), result, must(json.Marshal(summary))))
}

// brakes parks something, rejects something else, and lets things fail.
func (w *town) brakes() {
	ctx, by := w.t.Context(), ledger.Actor{UID: 1000, User: w.names.person, Reason: w.names.why}
	do(w.t, w.ledger.Park(ctx, 3, []ledger.Parked{
		{Cause: "one", Kind: "revoke", Rule: w.names.rule, Why: "12 changes at once, and budget revoke has 3 left: " + w.names.why, Changes: []plan.Change{w.change(0, plan.Revoke), w.change(1, plan.Revoke)}},
		{Cause: "two", Kind: "grant", Rule: w.names.rule, Why: "asked for", Changes: []plan.Change{w.change(2, plan.Grant)}},
	}, true, noon.Add(-time.Hour)))
	_, err := w.ledger.Decide(ctx, 2, false, by, noon.Add(-time.Minute))
	do(w.t, err)
	do(w.t, w.ledger.SaveFailing(ctx, []ledger.Failing{
		{Scope: ledger.HoldPerson, Key: "corp:" + w.names.id, Failures: 4, Since: noon.Add(-time.Hour), Until: noon.Add(time.Hour), Why: w.names.why},
		{Scope: ledger.HoldFolder, Key: "f-1", Failures: 2, Since: noon.Add(-time.Hour), Until: noon.Add(-time.Second), Why: w.names.why},
		{Scope: ledger.HoldRule, Key: w.names.rule, Failures: 9, Since: noon.Add(-time.Hour), Until: noon.Add(time.Hour), Why: w.names.why},
	}))
}

func (w *town) look(ctx context.Context) View {
	v := View{
		Standing: history.Standing{Now: noon, Patience: time.Hour, Acting: w.acting, Holder: "host:4711"},
		Book:     history.Book{Ledger: &w.ledger.Reader, Location: time.UTC, Acting: w.acting},
		Mode:     "create-only", Delta: noon.Add(15 * time.Minute), Full: noon.Add(15 * time.Hour), Version: "v1.2.3", Hash: "0123456789ab",
	}
	if v.Err = w.broken; v.Err == nil {
		v.Err = v.Look(ctx, v.Book)
	}
	return v
}

// open serves the town's pages.
func (w *town) open() *httptest.Server {
	w.t.Helper()
	h, err := New(Options{Look: w.look, Local: true, Log: zaptest.NewLogger(w.t)})
	do(w.t, err)
	s := httptest.NewServer(h)
	w.t.Cleanup(s.Close)
	return s
}

// everyPage is each kind of page, in its states.
func everyPage(n names) map[string]string {
	return map[string]string{
		"now": "/", "runs": "/runs", "run": "/runs/5", "run-observe": "/runs/14", "run-unknown": "/runs/999", "people": "/people",
		"person": personLink("", n.email).Href, "person-by-id": personLink("", "corp:"+n.id).Href, "person-unknown": "/people?who=nobody@corp.example",
		"folders": "/folders", "folder": "/folders?folder=f-1", "folder-unknown": "/folders?folder=%2FNowhere", "bad-moment": "/people?who=x&at=yesterday",
		"parked": "/parked", "parked-item": "/parked/1", "parked-rejected": "/parked/2", "quarantine": "/quarantine", "nowhere": "/nowhere",
	}
}

func request(method, url string) *http.Request {
	return must(http.NewRequestWithContext(context.Background(), method, url, nil))
}
