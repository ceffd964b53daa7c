package ledger

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func account(i int) string { return fmt.Sprintf("account-%06d", i) }

// grants returns n grants, from the first on, and that each is done.
func grants(first, n int) ([]plan.Change, []plan.Outcome) {
	changes := make([]plan.Change, n)
	outcomes := make([]plan.Outcome, n)
	for i := range n {
		id := first + i
		key := plan.Key(fmt.Sprintf("grant/%s/folder", account(id)))
		changes[i] = plan.Change{
			Key: key, Op: plan.Grant, Person: person(id), Account: account(id),
			As: "svc@corp.example", Folder: "folder", Path: "/Departments/Sales", To: "Collaborator",
			Causes: []access.Cause{{Rule: "sales", Via: []access.GroupID{{Source: "corp", ID: "g1"}}}},
		}
		outcomes[i] = plan.Outcome{Key: key, Result: plan.Done, SharedBy: "svc", Created: time.Unix(1_700_000_000, 0)}
	}
	return changes, outcomes
}

// Every field of a change survives, whichever fields plan.Change will have, but for Since: it is
// of the run's own reading, and not kept.
func TestP08_OpenReturnsChangesAsIntended(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	var want []plan.Change
	for op := plan.CreateFolder; op <= plan.Delete; op++ {
		var c plan.Change
		fill(t, reflect.ValueOf(&c).Elem(), fmt.Sprint(op))
		c.Op, c.Since = op, time.Time{}
		want = append(want, c, plan.Change{Key: plan.Key("bare " + op.String()), Op: op})
	}
	if err := l.Intend(t.Context(), begin(t, l), want); err != nil {
		t.Fatal(err)
	}
	got, err := l.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("open intents (-intended +open):\n%s", diff)
	}
}

// fill sets every field, at every depth, to something that is not zero.
func fill(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2027, 3, 28, 2, 30, 0, 123456789, time.UTC)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), path+"[0]")
		fill(t, v.Index(1), path+"[1]")
	case reflect.String:
		v.SetString(path + ` "quoted" <ä> ` + "\u2028")
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("%s: teach this test to fill a %s", path, v.Type())
	}
}

// An intent that version 1 wrote is read by every later version.
func TestP08_OldIntentsStayReadable(t *testing.T) {
	t.Parallel()
	const text = `{"Op":"raise","Key":"k","Person":{"Source":"corp","ID":"7"},"Email":"a@corp.example","Name":"Ä","Account":"a7",` +
		`"Profile":"p","As":"svc","Folder":"f1","Path":"/A","Parent":"f0","From":"Reader","To":"Owner",` +
		`"Causes":[{"Rule":"r","Via":[{"Source":"corp","ID":"g"}],"Since":"2027-01-02T03:04:05Z"}],"Needs":["n"]}`
	want := plan.Change{
		Op: plan.Raise, Key: "k", Person: access.PersonID{Source: "corp", ID: "7"}, Email: "a@corp.example", Name: "Ä",
		Account: "a7", Profile: "p", As: "svc", Folder: "f1", Path: "/A", Parent: "f0", From: "Reader", To: "Owner",
		Causes: []access.Cause{{
			Rule: "r", Via: []access.GroupID{{Source: "corp", ID: "g"}}, Since: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC),
		}},
		Needs: []plan.Key{"n"},
	}
	got, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("change (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`{"Op":"raise","Colour":"red"}`, `{"Op":"dance"}`, `{`} {
		if c, err := decode(bad); err == nil {
			t.Errorf("decode %s: got %+v, want an error", bad, c)
		}
	}
}

func TestIntendIsAllOrNothing(t *testing.T) {
	t.Parallel()
	valid, _ := grants(0, 2)
	cases := []struct {
		name string
		bad  plan.Change
	}{
		{"a key twice", valid[0]},
		{"no operation", plan.Change{Key: "k"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			err := l.Intend(t.Context(), begin(t, l), append(valid[:2:2], c.bad))
			wantError(t, err, string(c.bad.Key))
			if got, err := l.Open(t.Context()); err != nil || len(got) != 0 {
				t.Errorf("got %d open intents and error %v, want none", len(got), err)
			}
		})
	}
}

func TestIntendNeedsItsRun(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	changes, _ := grants(0, 1)
	if err := l.Intend(t.Context(), 99, changes); err == nil {
		t.Error("an intent of a run that was never begun was accepted")
	}
}

// One key has one open intent; once settled, later runs and even the same run may intend it again.
func TestIntendAKeyAgain(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	changes, outcomes := grants(0, 1)
	first := begin(t, l)
	for _, run := range []int64{first, first, begin(t, l)} {
		if err := l.Intend(t.Context(), run, changes); err != nil {
			t.Fatal(err)
		}
		if err := l.Intend(t.Context(), run, changes); err == nil {
			t.Fatal("a second open intent of one key was accepted")
		}
		if err := l.Settle(t.Context(), outcomes); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRunsAreNumberedAndEndOnce(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	first, second := begin(t, l), begin(t, l)
	if second != first+1 {
		t.Errorf("got runs %d and %d, want consecutive numbers", first, second)
	}
	if err := l.End(t.Context(), second, time.Now(), "done", []byte(`{"changes":3}`)); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.End(t.Context(), second, time.Now(), "done", nil), "run 2")
	wantError(t, l.End(t.Context(), 77, time.Now(), "done", nil), "run 77")
	var result, summary string
	if err := l.db.QueryRowContext(t.Context(), `SELECT result, summary FROM runs WHERE ended IS NOT NULL`).Scan(&result, &summary); err != nil {
		t.Fatal(err)
	}
	if result != "done" || summary != `{"changes":3}` {
		t.Errorf("got %q with %q", result, summary)
	}
}
