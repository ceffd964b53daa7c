package ledger

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// ofSchema1 is what a ledger of schema 1 may hold.
const ofSchema1 = `
INSERT INTO binding (kind, name) VALUES ('tenant', 'https://files.corp.example'), ('directory', 'corp');
INSERT INTO links (source, person_id, account, created) VALUES ('corp', 'anna', 'a1', TRUE), ('corp', 'bert', 'a2', FALSE);
INSERT INTO owned (account, folder, source, person_id, identity, role, floor, shared_by, created, rules) VALUES
	('a1', 'f1', 'corp', 'anna', 'svc', 'Reader', '', 'svc-id', 1803888000000000, '["sales","staff"]'),
	('a1', 'f2', 'corp', 'anna', 'svc', 'Owner', 'Reader', '', 0, '[]'),
	('a2', 'f1', 'corp', 'bert', 'svc', 'Reader', 'a1', 'svc-id', 1803888000000000, '["sales","staff"]');
INSERT INTO runs (id, started_by, started, ended, result, summary) VALUES (1, 'full', 1, 2, 'done', '{}'), (2, 'delta', 3, NULL, NULL, NULL);
INSERT INTO changes (run, seq, change_key, op, payload, intended_at, result, why, settled_at) VALUES
	(1, 1, 'k1', 'grant', '{"Op":"grant","Key":"k1","Person":{"Source":"corp","ID":"anna"},"Account":"a1","Folder":"f1"}', 1, 'done', '', 2),
	(2, 1, 'k2', 'grant', '{"Op":"grant","Key":"k2","Person":{"Source":"corp","ID":"bert"},"Account":"a2","Folder":"f9"}', 3, NULL, NULL, NULL);
UPDATE kw_onboarder SET schema_version = 1`

// oldLedger makes a ledger as the first version of the program left it.
func oldLedger(t *testing.T) Options {
	t.Helper()
	o := options(t)
	e, err := newEngine(o.State)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.prepare(); err != nil {
		t.Fatal(err)
	}
	db, err := e.connect(false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	texts, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	err = transact(t.Context(), db, nil, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), texts[0]); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), ofSchema1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestP08_ALedgerOfSchema1ReadsTheSame(t *testing.T) {
	t.Parallel()
	l := open(t, oldLedger(t))
	bert := access.PersonID{Source: "corp", ID: "bert"}
	want := plan.NewMemory()
	want.Links[anna] = plan.Link{Person: anna, Account: "a1", Created: true}
	want.Links[bert] = plan.Link{Person: bert, Account: "a2"}
	for _, o := range []access.Owned{
		{Person: anna, Account: "a1", Folder: "f1", As: "svc", Role: "Reader", SharedBy: "svc-id", Created: given, Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}}},
		{Person: anna, Account: "a1", Folder: "f2", As: "svc", Role: "Owner", Floor: "Reader", Causes: []access.Cause{}},
		{Person: bert, Account: "a2", Folder: "f1", As: "svc", Role: "Reader", Floor: "a1", SharedBy: "svc-id", Created: given, Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}}},
	} {
		want.Owned[plan.GrantKey{Account: o.Account, Folder: o.Folder}] = o
	}
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory (-before +after):\n%s", diff)
	}
	open, err := l.Open(t.Context())
	if err != nil || len(open) != 1 || open[0].Key != "k2" {
		t.Errorf("got open intents %v and error %v, want k2", open, err)
	}
	history, err := l.History(t.Context(), Subject{Account: "a1"}, "", given)
	if err != nil || len(history) != 1 || history[0].Change.Key != "k1" {
		t.Errorf("got history %v and error %v, want k1", history, err)
	}
	if err := l.Settle(context.Background(), []plan.Outcome{{Key: "k2", Result: plan.Done}}); err != nil {
		t.Error(err)
	}
}
