package ledger

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestOverviewCountsWhatIsThereAndWhatWaits(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	now := time.Now()
	run := begin(t, l)
	changes, outcomes := grants(0, 3)
	if err := l.Intend(t.Context(), run, changes); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), outcomes[:2]); err != nil {
		t.Fatal(err)
	}
	lost := map[plan.GrantKey]string{{Account: account(1), Folder: "folder"}: "a human removed it"}
	if err := l.Learn(t.Context(), plan.Learned{Lost: lost, Links: []plan.Link{{Person: person(0), Account: account(0)}}}); err != nil {
		t.Fatal(err)
	}
	later := now.Add(time.Hour).Truncate(time.Second)
	next := map[access.PersonID]time.Time{person(0): now.Add(-time.Hour), person(1): later}
	if err := l.Schedule(t.Context(), nil, next); err != nil {
		t.Fatal(err)
	}
	st := access.State{Of: access.Scope{Accounts: true, Folders: []string{"folder"}}}
	if err := l.Observe(t.Context(), now, nil, st); err != nil {
		t.Fatal(err)
	}
	id, err := l.File(t.Context(), Request{Verb: "apply", Args: []byte(`{}`), Filed: now, Actor: Actor{User: "root"}})
	if err != nil {
		t.Fatal(err)
	}

	got, err := l.Overview(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Open) != 1 || got.Open[0].Run != run || got.Open[0].Changes != 1 || got.Open[0].Since.IsZero() {
		t.Errorf("open intents: got %+v, want one change of run %d", got.Open, run)
	}
	if len(got.Waiting) != 1 || got.Waiting[0].ID != id || got.Waiting[0].User != "root" {
		t.Errorf("waiting: got %+v, want request %d", got.Waiting, id)
	}
	got.Open, got.Waiting = nil, nil
	want := Overview{Links: 1, Owned: 1, Lost: 1, Folders: 1, Due: 1, NextDue: later.UTC()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("overview (-want +got):\n%s", diff)
	}

	if err := l.Answer(t.Context(), Request{ID: id, Answered: now, Run: run, Answer: "{}"}); err != nil {
		t.Fatal(err)
	}
	answered, err := l.RequestsOf(t.Context(), run)
	if err != nil || len(answered) != 1 || answered[0].ID != id {
		t.Errorf("requests of run %d: got %+v, %v, want request %d", run, answered, err, id)
	}
}

func TestNewestEndsWhereItIsEnough(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	for range 4 {
		begin(t, l)
	}
	var got []int64
	err := l.Newest(t.Context(), func(r Run) bool {
		got = append(got, r.ID)
		return r.ID == 3
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{4, 3}, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func TestAMissingLedgerHoldsNothing(t *testing.T) {
	t.Parallel()
	r := openReadOnly(t, Options{State: filepath.Join(t.TempDir(), "ledger.db"), Tenant: tenant, Directories: []string{"corp"}})
	o, err := r.Overview(t.Context(), time.Now())
	if diff := cmp.Diff(Overview{}, o); err != nil || diff != "" {
		t.Errorf("overview: %v (-want +got):\n%s", err, diff)
	}
	found, err := r.Find(t.Context(), "a@corp.example")
	if err != nil || len(found) != 0 {
		t.Errorf("find: got %v, %v, want nobody", found, err)
	}
	if _, err := r.Existed(t.Context(), "a", time.Now()); err == nil {
		t.Error("existed: got no error, want one that nobody looked")
	}
}

func TestHolderIsWhoeverHasTheRightToWrite(t *testing.T) {
	t.Parallel()
	o := options(t)
	if _, held := Holder(t.Context(), o.State); held {
		t.Error("somebody holds a ledger that is not there")
	}
	l := open(t, o)
	lock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if who, held := Holder(t.Context(), o.State); !held || !strings.HasSuffix(who, strconv.Itoa(os.Getpid())) {
		t.Errorf("got %q, %v, want this process", who, held)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if _, held := Holder(t.Context(), o.State); held {
		t.Error("it is held after its release")
	}
}
