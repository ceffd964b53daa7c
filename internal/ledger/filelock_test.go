package ledger

import (
	"errors"
	"os"
	"testing"
	"time"
)

// A lock file that is removed, or another that is put in its place, makes room for a second
// holder; the first must know by then.
func TestP08_ALockFileThatIsRemovedIsALostLock(t *testing.T) {
	t.Parallel()
	cases := map[string]func(path string) error{
		"removed": os.Remove,
		"renamed": func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", nil, 0o600), os.Rename(path+".new", path))
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := fileOptions(t)
			first, second := open(t, o), open(t, o)
			held := lock(t, first)
			begin(t, first)
			if err := change(o.State + lockSuffix); err != nil {
				t.Fatal(err)
			}
			if until := held.Until(); until.IsZero() || !until.Before(time.Now()) {
				t.Errorf("got an end at %v, want one in the past", until)
			}
			var lost *LostError
			_, err := first.Begin(t.Context(), time.Now(), "test")
			if !errors.As(err, &lost) {
				t.Errorf("got error %v, want a LostError", err)
			}
			wantError(t, err, "ledger.db.lock is lost: the file was removed or replaced")

			taken := lock(t, second)
			begin(t, second)
			release(t, held)
			if err := second.actor.Load().lost(); err != nil {
				t.Errorf("who locked the file that is there: %v", err)
			}
			release(t, taken)
			release(t, lock(t, first))
		})
	}
}
