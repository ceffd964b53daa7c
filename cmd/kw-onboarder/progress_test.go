package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestProgress_SaysHowMuchAndHowLong(t *testing.T) {
	t.Parallel()
	began := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		work   work
		passed time.Duration
		want   string
	}{
		{"a directory", work{stage: kwsync.Refreshing}, 12 * time.Second, "Reading the directory, 12s"},
		{"the look for who is missing", work{stage: kwsync.Proving}, time.Second, "Looking for who is missing, 1s"},
		{"folders are searched", work{stage: kwsync.Looking, done: 50}, 2 * time.Second, "Reading Kiteworks: 50 requests, 25 a second"},
		{"nothing yet", work{stage: kwsync.Members, total: 2000}, 5 * time.Second, "Reading Kiteworks: 0 of 2000 folders"},
		{"too early to tell", work{stage: kwsync.Members, total: 2000, done: 20}, 900 * time.Millisecond, "Reading Kiteworks: 20 of 2000 folders"},
		{"a part of it", work{stage: kwsync.Members, total: 2000, done: 200}, 8 * time.Second, "Reading Kiteworks: 200 of 2000 folders, 25 a second, about 1m12s left"},
		{"more pages than folders", work{stage: kwsync.Members, total: 10, done: 12}, 4 * time.Second, "Reading Kiteworks: 10 of 10 folders, 3 a second"},
		{"an apply", work{stage: kwsync.Applying, total: 385, done: 100}, 20 * time.Second, "Applying: 100 of 385 changes, 5 a second, about 57s left"},
		{"nearly done", work{stage: kwsync.Applying, total: 1000, done: 999}, 2 * time.Second, "Applying: 999 of 1000 changes, 500 a second, about 1s left"},
		{"what takes no time", work{stage: "plan"}, time.Minute, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.work.began = began
			if got := tt.work.line(began.Add(tt.passed)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A shorter line leaves nothing of a longer one, none is longer than the terminal is wide, and in the end there is none.
func TestProgress_Draws(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	p := &progress{out: &out, width: 30, now: func() time.Time { return now }}
	p.begin(kwsync.Refreshing, 0)
	p.begin("", 0)
	p.begin(kwsync.Members, 3)
	p.requested("GET /rest/folders/{id}/members")
	p.requested("GET /rest/admin/users")
	p.settled(kwsync.Act{}) // it is not applying
	if p.work.done != 1 {
		t.Errorf("%d done, want the folder alone", p.work.done)
	}
	p.begin(kwsync.Looking, 0)
	p.requested("GET /rest/roles")
	p.clear()
	p.clear()
	want := []string{
		"", "Reading the directory, 0s", strings.Repeat(" ", 25), "", "Reading Kiteworks: 0 of 3 fol", "Reading Kiteworks: 0 requests", strings.Repeat(" ", 29), "",
	}
	if diff := cmp.Diff(want, strings.Split(out.String(), "\r")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgress_WithoutATerminalThereIsNone(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := &command{errOut: &out}
	if s := c.watched(); c.progress != nil || s.Doing != nil || s.OnRequest != nil {
		t.Errorf("progress %v is shown on no terminal", c.progress)
	}
	c.progress.settled(kwsync.Act{})
	c.progress.clear()
	c.progress.end()
	if out.String() != "" {
		t.Errorf("it shows %q", out.String())
	}
}
