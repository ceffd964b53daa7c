package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestParseMoment(t *testing.T) {
	t.Parallel()
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 3, 28, 14, 0, 0, 0, vienna)
	tests := []struct {
		name, text string
		want       string // in Vienna
		err        string
	}{
		{name: "a day is its end", text: "2027-03-01", want: "2027-03-01T23:59:59.999999+01:00"},
		{name: "the day before the clock changes", text: "2027-03-27", want: "2027-03-27T23:59:59.999999+01:00"},
		{name: "today ends now", text: "2027-03-28", want: "2027-03-28T14:00:00+02:00"},
		{name: "a moment", text: "2027-03-28T09:30:00Z", want: "2027-03-28T11:30:00+02:00"},
		{name: "a moment elsewhere", text: "2027-03-01T12:00:00+01:00", want: "2027-03-01T12:00:00+01:00"},
		{name: "tomorrow", text: "2027-03-29", err: "is still to come: it is 2027-03-28 14:00:00 CEST now"},
		{name: "a moment to come", text: "2027-03-28T14:00:01+02:00", err: "is still to come"},
		{name: "no such day", text: "2027-02-30", err: "is no time: write a day"},
		{name: "in words", text: "yesterday", err: "is no time: write a day"},
		{name: "without a zone", text: "2027-03-01T12:00:00", err: "is no time: write a day"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, err := history.ParseMoment(tt.text, vienna, now)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, %v, want an error with %q", at, err, tt.err)
				}
				return
			}
			if got := at.Format(time.RFC3339Nano); err != nil || got != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// heldBy is a reader called name.
func heldBy(name string) history.Reader {
	r := history.Reader{Account: access.Account{ID: "a1", Email: "a@corp.example", Name: name, Status: access.Suspended}}
	r.Grant = access.Grant{Account: "a1", Folder: "f1", Role: "Viewer"}
	r.Giver = history.Somebody
	return r
}

// A spreadsheet runs a formula that somebody chose as a display name.
func TestCSVHoldsNoFormula(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, want string }{
		{"Ann", "Ann"},
		{"=HYPERLINK(\"http://evil.example\",\"x\")", "'=HYPERLINK(\"http://evil.example\",\"x\")"},
		{"+43 1 234", "'+43 1 234"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"a=1, \"b\"\nc", "a=1, \"b\"\nc"},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			who := whoText{roleText{&history.Atlas{}, time.UTC}, history.Who{Folder: "f1", Readers: []history.Reader{heldBy(tt.name)}}}
			if err := who.csv(&out); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&out).ReadAll()
			if err != nil || len(rows) != 2 {
				t.Fatalf("got %d rows, %v, want two", len(rows), err)
			}
			if got := rows[1][slices.Index(columns, "name")]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := rows[1][slices.Index(columns, "status")]; got != "suspended" {
				t.Errorf("status: got %q, want suspended", got)
			}
		})
	}
}

func TestGiverReadsLikeAnExplanation(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	decree := &history.Run{}
	decree.ID, decree.User, decree.Reason = 9, "root", "ticket 7"
	held := func(change func(*history.Held)) history.Held {
		h := heldBy("Ann").Held
		change(&h)
		return h
	}
	tests := []struct {
		name string
		held history.Held
		want string
	}{
		{"by us", held(func(h *history.Held) {
			h.Giver, h.Rules = history.Us, []string{"staff"}
			h.Change = &history.Change{Run: 3, Change: plan.Change{From: "Viewer"}}
			h.Via = []access.GroupID{{Source: "corp", ID: "g1"}}
		}), "Given by us in run 3 in place of Viewer, because of rule staff (in corp:g1)"},
		{"by us, long ago", held(func(h *history.Held) { h.Giver = history.Us }), "Given by us in a run that is forgotten"},
		{
			"adopted", held(func(h *history.Held) { h.Giver, h.Decree, h.By.Email = history.Adopted, decree, "boss@corp.example" }),
			"Given by boss@corp.example, and made ours by root in run 9 (ticket 7)",
		},
		{
			"disowned", held(func(h *history.Held) { h.Giver, h.Decree = history.Disowned, decree }),
			"Given up by root in run 9 (ticket 7): it counts as given by hand",
		},
		{"inherited", held(func(h *history.Held) { h.Giver, h.Grant.Origin = history.Inherited, "f0" }), "Inherited from folder f0"},
		{
			"from somewhere above", held(func(h *history.Held) { h.Giver, h.Grant.Origin = history.Inherited, access.OriginUnknown }),
			"Inherited from a folder above that Kiteworks does not name, or given on this one too",
		},
		{
			"by hand", held(func(h *history.Held) { h.By.ID, h.Grant.Created = "boss", at }),
			"Given by hand, by account boss, as Kiteworks says at 2027-03-01 12:00:00 UTC",
		},
		{"by nobody in particular", held(func(*history.Held) {}), "Given by hand, by somebody whom Kiteworks does not name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (history.Words{Atlas: &history.Atlas{}, Zone: time.UTC}).Giver(tt.held); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestHeadlineOfThen(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	then := func(change func(*history.Then)) history.Then {
		x := history.Then{At: at, Existed: true, Account: access.Account{ID: "a1", Name: "Ann"}}
		change(&x)
		return x
	}
	unseen := &history.Unobserved{What: "/Legal", At: at}
	tests := []struct {
		name, folder string
		then         history.Then
		want         string
	}{
		{"no account", "", then(func(x *history.Then) { x.Existed = false }), "Ann had no account at 2027-03-01 12:00:00 UTC."},
		{
			"nobody looked at the accounts", "", then(func(x *history.Then) { x.Unknown = unseen }),
			"Nobody knows what Ann held at 2027-03-01 12:00:00 UTC: /Legal has never been observed: only folders that a rule names are, from the next full run on.",
		},
		{
			"nobody looked at the folder", "/Legal", then(func(x *history.Then) { x.Unseen = []*history.Unobserved{unseen} }),
			"Nobody knows what Ann held on /Legal at 2027-03-01 12:00:00 UTC.",
		},
		{"no role there", "/Legal", then(func(*history.Then) {}), "Ann held no role on /Legal at 2027-03-01 12:00:00 UTC."},
		{"no role", "", then(func(*history.Then) {}), "Ann held no role at 2027-03-01 12:00:00 UTC, on any folder that is observed."},
		{
			"many roles", "", then(func(x *history.Then) { x.Held = slices.Repeat([]history.Held{heldBy("Ann").Held}, 7) }),
			"Ann held " + strings.Repeat("Viewer on folder f1, ", 4) + "Viewer on folder f1 and roles on 2 more folders at 2027-03-01 12:00:00 UTC.",
		},
		{"whose names are forgotten", "", then(func(x *history.Then) {
			x.Account.Name, x.Person = "", access.PersonID{Source: "corp", ID: "p1"}
		}), "corp:p1 held no role at 2027-03-01 12:00:00 UTC, on any folder that is observed."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			words := history.Words{Atlas: &history.Atlas{}, Zone: time.UTC}
			if got := words.Headline(tt.then, tt.folder); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestRunsText(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	run := func(id int64, change func(*history.Run)) history.Run {
		var r history.Run
		r.ID, r.Trigger, r.Started = id, "full", at
		change(&r)
		return r
	}
	runs := []history.Run{
		run(5, func(r *history.Run) { r.UnderWay = true }),
		run(4, func(*history.Run) {}),
		run(3, func(r *history.Run) {
			r.Trigger, r.User, r.Ended, r.Result, r.Decree = "adopt", "root", at, "done", true
			r.Grants = make([]plan.GrantKey, 2)
		}),
		run(2, func(r *history.Run) {
			r.Ended, r.Result, r.Full, r.Touched, r.Due, r.Withheld = at.Add(90*time.Second), "partial", true, 7, 2, 1
			r.Results = map[string]int{"refused": 1, "done": 3}
			r.Requests = map[string]int{"planned": 9, "made": 10}
		}),
		run(1, func(r *history.Run) { r.Ended, r.Result = at.Add(1234*time.Millisecond), "failed" }),
	}
	var out bytes.Buffer
	runsText{out: &out, zone: time.UTC, now: at.Add(time.Minute)}.list(runs)
	want := `RUN  STARTED                  TOOK   BY             KIND      RESULT      TOUCHED  DUE  CHANGES                        REQUESTS
5    2027-03-01 12:00:00 UTC  1m0s   full           -         under way   -        -    -                              -
4    2027-03-01 12:00:00 UTC  -      full           -         was killed  -        -    -                              -
3    2027-03-01 12:00:00 UTC  -      adopt of root  decision  done        -        -    2 grants, 0 accounts           -
2    2027-03-01 12:00:00 UTC  1m30s  full           full      partial     7        2    3 done, 1 refused, 1 withheld  10 of 9
1    2027-03-01 12:00:00 UTC  1.2s   full           delta     failed      0        0    none                           0 of 0
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func TestStoryTellsOfRequestsAndDetours(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	var s history.Story
	s.ID, s.Trigger, s.Started, s.Ended, s.Result, s.Mode = 2, "apply", at, at.Add(time.Second), "failed", "create-only"
	s.Named, s.Detours, s.Error = []string{"ann@corp.example"}, []int64{3}, "read the directory: refused"
	s.Answered = slices.Grow(s.Answered, 1)[:1]
	s.Answered[0].ID, s.Answered[0].User, s.Answered[0].Reason, s.Answered[0].Filed = 4, "root", "first day", at
	s.Did = []history.Change{
		{Change: plan.Change{Op: plan.Raise, Email: "ann@corp.example", Path: "/F", From: "Viewer", To: "Manager"}, Settled: at, Result: "refused", Why: "403 no right"},
		{Change: plan.Change{Op: plan.Grant, Person: access.PersonID{Source: "corp", ID: "p1"}, Path: "/F", To: "Viewer"}, Intended: at},
	}
	var out bytes.Buffer
	runsText{out: &out, zone: time.UTC, now: at}.story(s)
	want := `Run 2, named, failed, took 1s, started by apply at 2027-03-01 12:00:00 UTC.
About ann@corp.example only.
It answered request 4 of root, filed at 2027-03-01 12:00:00 UTC (first day).
Run 3, which could not wait, was made meanwhile.
Mode create-only; 0 people and 0 groups; 0 touched, 0 due.
Changes: none. Requests: 0 made, 0 planned.
It failed: read the directory: refused

AT                       CHANGE  FOR               FOLDER  FROM    TO       RULES  RESULT
2027-03-01 12:00:00 UTC  raise   ann@corp.example  /F      Viewer  Manager  -      refused: 403 no right
2027-03-01 12:00:00 UTC  grant   corp:p1           /F      -       Viewer   -      not known yet
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}
