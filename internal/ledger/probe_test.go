package ledger

import "testing"

func TestProbe(t *testing.T) {
	t.Parallel()
	l := owning(t, fileOptions(t), 1)
	if err := l.Probe(t.Context()); err != nil {
		t.Errorf("a ledger that works: %v", err)
	}
	if _, err := l.db.ExecContext(t.Context(), `PRAGMA query_only = ON`); err != nil {
		t.Fatal(err)
	}
	if err := l.Probe(t.Context()); err == nil {
		t.Error("a ledger that cannot be written: no error")
	}
}
