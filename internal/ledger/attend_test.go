package ledger

import "testing"

func TestAttendedWhileADaemonIsThere(t *testing.T) {
	t.Parallel()
	o := options(t)
	if Attended(t.Context(), o.State) {
		t.Error("attended before there is a ledger")
	}
	l := open(t, o)
	if Attended(t.Context(), o.State) {
		t.Error("attended although nobody has the lock")
	}
	lock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !Attended(t.Context(), o.State) {
		t.Error("not attended while a daemon is there")
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if Attended(t.Context(), o.State) {
		t.Error("attended after all have left")
	}
}
