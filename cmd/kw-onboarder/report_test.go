package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

const folders = "folders@corp.example"

func because(rules ...string) []access.Cause {
	var causes []access.Cause
	for _, r := range rules {
		causes = append(causes, access.Cause{Rule: r})
	}
	return causes
}

func who(name string) access.PersonID { return access.PersonID{Source: "corp", ID: name} }

// fullReport has something in every section.
func fullReport() kwsync.Report {
	folder := plan.Change{Key: "folder|x", Op: plan.CreateFolder, As: folders, Path: "/Dep/Fin", Causes: because("staff")}
	account := plan.Change{
		Key: "account|corp:ann", Op: plan.CreateAccount, Person: who("ann"), Email: "ann@corp.example", Name: "Ann Lee",
		Profile: "Standard", Causes: because("staff", "finance"),
	}
	plain := plan.Change{Key: "account|corp:bo", Op: plan.CreateAccount, Person: who("bo"), Email: "bo@corp.example", Name: "Bo", Causes: because("staff")}
	grant := plan.Change{
		Key: "grant|corp:ann|f1", Op: plan.Grant, Person: who("ann"), Email: "ann@corp.example", As: folders, Folder: "f1",
		Path: "/Dep/Fin", To: "Viewer", Causes: because("staff"),
	}
	raise := plan.Change{
		Key: "raise|corp:cy|f1", Op: plan.Raise, Person: who("cy"), Email: "cy@corp.example", As: folders, Folder: "f1",
		Path: "/Dep/Fin", From: "Viewer", To: "Manager", Causes: because("finance"),
	}
	notes := []plan.Note{
		{Kind: plan.NoteDrift, Person: who("gus"), Email: "gus@corp.example", Rule: "staff", Why: "had Viewer on /Dep/Fin from us: removed by somebody else"},
		{Kind: plan.NoteDrift, Folder: "/Dep/Old", Why: "folder f7 was deleted; what we gave on it cannot be seen", People: 9},
		{Kind: plan.NoteBlocked, Rule: "legal", Why: `the server has no role "Jurist"`, People: 12},
		{Kind: plan.NoteBlocked, Rule: "empty", Why: "group nobody is missing"},
		{Kind: plan.NoteHeld, Person: who("di"), Email: "di@corp.example", Rule: "staff", Why: "department has no value"},
		{Kind: plan.NoteHeld, Person: who("ed"), DN: "uid=ed", Rule: "staff", Why: "department has no value"},
		{Kind: plan.NoteHeld, Person: who("fy"), Rule: "finance", Why: "title has 2 values"},
	}
	for i := range 23 {
		notes = append(notes, plan.Note{Kind: plan.NoteSkipped, Person: who(fmt.Sprintf("s%02d", i)), Why: "has no e-mail address"})
	}
	return kwsync.Report{
		Run: 12, Trigger: "apply", Mode: "create-only", Started: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Took: 2345 * time.Millisecond,
		People: 40, Groups: 3, Touched: 4,
		Directory: []string{"corp: what changed, by DirSync, from ldaps://dc1.corp.example", "partners: in full from ldaps://ldap.partners.example"},
		Plan:      plan.Plan{Changes: []plan.Change{folder, account, plain, grant}, Notes: notes},
		Withheld:  []guard.Withheld{{Change: raise, Why: "mode create-only does not raise"}, {Change: folder, Why: "mode observe changes nothing"}},
		Lapsed:    []plan.Change{raise},
		Settled:   []plan.Outcome{{Key: "account|corp:zoe", Result: plan.Refused, Why: "had no effect: it was read afterwards"}},
		Outcomes: []plan.Outcome{
			{Key: folder.Key, Result: plan.Done, Folder: "f9"},
			{Key: account.Key, Result: plan.Refused, Why: "POST /rest/admin/users: 409 ERR_SEATS"},
			{Key: plain.Key, Result: plan.Already, Account: "u7"},
			{Key: grant.Key, Result: plan.Skipped, Why: "needs what was not done"},
		},
		Requests: kwsync.Requests{Read: 5, Write: 4, Made: 8},
	}
}

// livesReport is about people who move, leave, are called otherwise, and wait.
func livesReport() kwsync.Report {
	const path = "/Dep/Fin"
	on := func(op plan.Op, name, from, to string, exit plan.Exit, rules ...string) plan.Change {
		c := plan.Change{Key: plan.Key(op.String() + "|" + name), Op: op, Person: who(name), Email: access.Email(name + "@corp.example"), From: from, To: to, Exit: exit, Causes: because(rules...)}
		switch op {
		case plan.Grant, plan.Lower, plan.Revoke:
			c.As, c.Folder, c.Path = folders, "f1", path
		}
		return c
	}
	expired := on(plan.Revoke, "ed", "Viewer", "", "", "exchange")
	expired.Expired = true
	gone := []plan.Change{on(plan.Suspend, "lea", "", "", plan.ExitDisabled)}
	for i := range 5 {
		c := on(plan.Revoke, "old", "Viewer", "", plan.ExitOffboarded, "staff")
		c.Path = access.Path(fmt.Sprintf("/Projects/P%d", i))
		gone = append(gone, c)
	}
	gone = append(gone, on(plan.Lower, "old", "Manager", "Viewer", plan.ExitOffboarded, "staff"))
	changes := append(gone,
		on(plan.Unsuspend, "rae", "", "", "", "staff"), on(plan.Rename, "lang", "anna@corp.example", "lang@corp.example", "", "staff"),
		on(plan.SetName, "lang", "Anna Ohm", "Anna Lang", "", "staff"), on(plan.Grant, "mo", "", "Viewer", "", "staff"),
		on(plan.Lower, "cy", "Manager", "Viewer", "", "leads"), on(plan.Revoke, "di", "Viewer", "", ""), expired,
		on(plan.Delete, "ex", "suspended", "boss@corp.example", plan.ExitGone))
	withheld := []guard.Withheld{{Change: on(plan.Revoke, "pat", "Viewer", "", "", "staff"), Brake: guard.ByProof, Why: "looked at afresh, the directory does not ask for it"}}
	for i := range 23 {
		name := fmt.Sprintf("n%02d", i)
		withheld = append(withheld,
			guard.Withheld{Change: on(plan.CreateAccount, name, "", "", "", "staff"), Brake: guard.BySeats, Why: "no seat is left: 50 of 50 are taken (accounts.seats)"},
			guard.Withheld{Change: on(plan.Grant, name, "", "Viewer", "", "staff"), Brake: guard.ByNeeds, Why: "needs a change that is withheld"})
	}
	since := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	return kwsync.Report{
		Mode: "sync", People: 40, Groups: 3, Requests: kwsync.Requests{Read: 5, Write: 30},
		Plan: plan.Plan{Changes: changes, Unasked: []plan.Leftover{{Person: who("zoe"), Folder: "f9", Role: "Viewer"}}, Notes: []plan.Note{
			{Kind: plan.NoteSkipped, Person: who("lea"), Email: "lea@corp.example", Why: "disabled in the directory; next: revoke on 2026-03-09"},
			{Kind: plan.NoteSkipped, Person: who("sid"), Email: "sid@corp.example", Why: "no value in mail"},
		}},
		Leavers: []plan.Leaving{
			{Person: who("ex"), Exit: plan.ExitGone, Since: since.AddDate(0, -3, 0)},
			{Person: who("lea"), Exit: plan.ExitDisabled, Since: since},
			{Person: who("old"), Exit: plan.ExitOffboarded, Since: since, Why: "root (theft)"},
		},
		Withheld: withheld,
		Parked:   []guard.Parked{{Key: "suspend|leavers|gone|", Kind: guard.Suspend, Exit: plan.ExitGone, Brake: guard.ByBudget, Why: "9 changes at once", Changes: gone[:1]}},
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	dry := fullReport()
	dry.Run, dry.Outcomes, dry.Settled, dry.Lapsed, dry.Requests.Made = 0, nil, nil, nil, 0
	nothing := kwsync.Report{Mode: "sync", People: 40, Groups: 3, Requests: kwsync.Requests{Read: 5}}
	observed := nothing
	observed.Mode, observed.Withheld = "observe", fullReport().Withheld
	full := fullReport()
	earlier := nothing
	earlier.AsOf = time.Date(2026, 3, 1, 23, 0, 0, 0, time.FixedZone("", 3600))
	idle := kwsync.Report{
		Run: 13, Trigger: "watch", Mode: "create-only", Took: 21 * time.Millisecond, People: 40, Groups: 3,
		Directory: full.Directory[:1], Idle: true,
	}
	tests := []struct {
		name   string
		report kwsync.Report
	}{
		{"run", full}, {"plan", dry}, {"nothing", nothing}, {"observed", observed}, {"snapshot", earlier}, {"idle", idle}, {"lives", livesReport()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var text, data bytes.Buffer
			textReport{out: &text, rate: 25}.print(&tt.report)
			golden(t, tt.name+".txt", text.Bytes())
			if err := writeJSON(&data, newJSONReport(&tt.report)); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".json", data.Bytes())
		})
	}
}

// golden compares with testdata/report/name, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "report", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: make it with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update if it is meant so):\n%s", path, diff)
	}
}

func TestReportPaintsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	r := fullReport()
	for _, p := range []paint{false, true} {
		var b bytes.Buffer
		textReport{out: &b, paint: p, rate: 25}.print(&r)
		if got := bytes.Contains(b.Bytes(), []byte("\x1b[")); got != bool(p) {
			t.Errorf("painted: %v, want %v", got, p)
		}
	}
	if newPaint(&bytes.Buffer{}) {
		t.Error("what is no terminal is painted")
	}
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	for requests, want := range map[int]string{0: "under a second", 25: "about 1s", 1000: "about 40s"} {
		if got := estimate(requests, 25); got != want {
			t.Errorf("%d requests at 25 a second: %s, want %s", requests, got, want)
		}
	}
}
