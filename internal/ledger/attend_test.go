package ledger

import "testing"

func TestAttendedWhileADaemonIsThere(t *testing.T) {
	t.Parallel()
	o := options(t)
	if Attended(o.State) {
		t.Error("attended before there is a ledger")
	}
	l := open(t, o)
	first, err := l.Attend()
	if err != nil {
		t.Fatal(err)
	}
	second, err := l.Attend() // a reload opens the new before it closes the old
	if err != nil {
		t.Fatal(err)
	}
	for _, leave := range []func() error{first, second} {
		if !Attended(o.State) {
			t.Error("not attended while a daemon is there")
		}
		if err := leave(); err != nil {
			t.Error(err)
		}
	}
	if Attended(o.State) {
		t.Error("attended after all have left")
	}
}
