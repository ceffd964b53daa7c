package ledger

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestForget(t *testing.T) {
	t.Parallel()
	for _, of := range []Subject{{Person: anna}, {Account: "a1"}} {
		l := open(t, options(t))
		meetAnna(t, l)
		ours, before := recall(t, l), everyWord(t, l)
		if err := l.Forget(t.Context(), of); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ours, recall(t, l)); diff != "" {
			t.Errorf("what is needed to act (-before +after):\n%s", diff)
		}
		after := everyWord(t, l)
		for _, secret := range []string{"anna@corp.example", "first@corp.example", "Anna@corp.example", "old@corp.example", "Anna <Lang>", `Anna \u003cLang\u003e`} {
			if !strings.Contains(before, secret) {
				t.Errorf("the test hides %q nowhere", secret)
			}
			if strings.Contains(after, secret) {
				t.Errorf("%q is still in the ledger:\n%s", secret, after)
			}
		}
		if !strings.Contains(after, "bert@corp.example") || !strings.Contains(after, "f1") {
			t.Errorf("more was forgotten than anna:\n%s", after)
		}
		records, err := l.History(t.Context(), Subject{Person: anna}, "", later())
		if err != nil || len(records) != 2 {
			t.Errorf("got history %v and error %v, want both changes, without names", records, err)
		}
	}
}

func TestForgetWaitsForAnOpenIntent(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	meetAnna(t, l)
	if err := l.Intend(t.Context(), begin(t, l), []plan.Change{{Key: "open", Op: plan.CreateAccount, Person: anna, Email: "anna@corp.example"}}); err != nil {
		t.Fatal(err)
	}
	before := everyWord(t, l)
	wantError(t, l.Forget(t.Context(), Subject{Person: anna}), "no outcome yet")
	if diff := cmp.Diff(before, everyWord(t, l)); diff != "" {
		t.Errorf("ledger (-before +after):\n%s", diff)
	}
}

// meetAnna puts anna's names wherever a name may come to stand.
func meetAnna(t *testing.T, l *Ledger) {
	t.Helper()
	anna1 := access.Account{ID: "a1", Email: "old@corp.example", Name: "Anna <Lang>", Kind: access.User, Status: access.Live}
	bert := access.Account{ID: "a2", Email: "bert@corp.example", Name: "Bert", Kind: access.User, Status: access.Live}
	for n, email := range []access.Email{"old@corp.example", "anna@corp.example"} {
		anna1.Email = email
		observe(t, l, day(n), nil, access.State{Of: access.Scope{Accounts: true}, Accounts: []access.Account{anna1, bert}})
	}
	learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}}})
	bertsChange := plan.Change{Op: plan.CreateAccount, Person: person(2), Email: "bert@corp.example", Name: "Bert"}
	play(t, l,
		event{
			plan.Change{Op: plan.CreateAccount, Person: anna, Email: "first@corp.example", Name: "Anna <Lang>"},
			plan.Outcome{Result: plan.Refused},
		},
		grant(plan.Grant, "", "Reader", plan.Done),
		event{bertsChange, plan.Outcome{Result: plan.Refused, Why: "anna@corp.example, once first@corp.example, has it"}},
	)
	id, err := l.File(t.Context(), Request{Verb: "apply", Args: []byte(`{"named":["Anna@corp.example"]}`), Filed: day(0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Answer(t.Context(), Request{ID: id, Answered: day(1), Answer: `{"Name":"Anna \u003cLang\u003e"}`}); err != nil {
		t.Fatal(err)
	}
	brakeForAnna(t, l)
	if err := l.End(t.Context(), begin(t, l), day(1), "failed", []byte(`{"error":"nobody has anna@corp.example"}`)); err != nil {
		t.Fatal(err)
	}
}

// brakeForAnna parks, holds and allows with her name in each of its words.
func brakeForAnna(t *testing.T, l *Ledger) {
	t.Helper()
	const name = "first@corp.example"
	by := Actor{User: "otto", Reason: "asked for by " + name}
	rename := plan.Change{Key: "rename", Op: plan.Rename, Person: anna, Account: "a1", Email: name, From: name, To: "anna@corp.example"}
	park(t, l, day(0), true, Parked{Cause: "c", Why: "with " + name, Changes: append(revokes("a"), rename)})
	if _, err := l.Decide(t.Context(), 1, false, by, day(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Readmit(t.Context(), 1, by, day(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AddHold(t.Context(), Hold{Scope: HoldAll, Why: "because of " + name, By: by}); err != nil {
		t.Fatal(err)
	}
	if err := l.Allow(t.Context(), "revoke", 1, day(1), by, day(0)); err != nil {
		t.Fatal(err)
	}
	if err := l.SaveFailing(t.Context(), []Failing{{Scope: HoldPerson, Key: anna.String(), Failures: 1, Why: name + " is refused"}}); err != nil {
		t.Fatal(err)
	}
}

// everyWord is all that stands in the ledger, row by row.
func everyWord(t *testing.T, l *Ledger) string {
	t.Helper()
	var all strings.Builder
	err := l.read(t.Context(), "look into", func(tx *sql.Tx) error {
		tables, err := l.engine.tables(t.Context(), tx)
		if err != nil {
			return err
		}
		for table := range tables {
			if err := eachWord(tx, table, &all); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(all.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func eachWord(tx *sql.Tx, table string, into *strings.Builder) error {
	rows, err := tx.Query(`SELECT * FROM ` + table)
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	return drain(rows, func(rows *sql.Rows) error {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(sql.NullString)
		}
		if err := rows.Scan(row...); err != nil {
			return err
		}
		fmt.Fprint(into, table)
		for _, cell := range row {
			fmt.Fprintf(into, " | %s", cell.(*sql.NullString).String)
		}
		fmt.Fprintln(into)
		return nil
	})
}
