package main

import (
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestTheFirstLineIsTheAnswer(t *testing.T) {
	t.Parallel()
	const as = "svc@corp.example"
	spot := func(change func(*kwsync.Spot)) kwsync.Spot {
		s := kwsync.Spot{Path: "/A/B", As: as, There: true, Read: true, Claims: []kwsync.Claim{{Rule: "strong", Role: "Manager"}, {Rule: "weak", Role: "Viewer"}}}
		change(&s)
		return s
	}
	has := func(role string, ours bool) kwsync.Spot {
		return spot(func(s *kwsync.Spot) { s.Has, s.Ours = role, ours })
	}
	without := has("", false)
	note := func(rule, why string) *kwsync.Now {
		other := plan.Note{Kind: plan.NoteBlocked, Rule: "strong", Why: "folder /Z does not exist"}
		return &kwsync.Now{Notes: []plan.Note{other, {Kind: plan.NoteHeld, Rule: rule, Why: why}}}
	}
	grant := func(path access.Path) plan.Change {
		return plan.Change{Op: plan.Grant, As: as, Path: path, To: "Manager"}
	}
	tests := []struct {
		name    string
		spot    kwsync.Spot
		now     *kwsync.Now
		skipped string
		want    string
	}{
		{"offline", without, nil, "", "The rules give Ann Manager on /A/B, because of rule strong."},
		{"given by us", has("manager", true), &kwsync.Now{}, "", "Ann has Manager on /A/B, because of rule strong."},
		{"given by hand", has("Manager", false), &kwsync.Now{}, "", "Ann has Manager on /A/B, given by somebody else; it would be given by rule strong too."},
		{
			"more from above", spot(func(s *kwsync.Spot) { s.Has, s.Inherited, s.Stronger = "Owner", true, true }), &kwsync.Now{}, "",
			"Ann has Owner on /A/B, from a folder above, which is more than the Manager of rule strong.",
		},
		{
			"two rules agree", spot(func(s *kwsync.Spot) {
				s.Claims = []kwsync.Claim{{Rule: "a", Role: "Viewer"}, {Rule: "b", Role: "viewer"}}
			}), nil, "",
			"The rules give Ann Viewer on /A/B, because of rules a and b.",
		},
		{"planned", without, &kwsync.Now{Changes: []plan.Change{grant("/a/b")}}, "", "Ann does not have Manager on /A/B yet, and is given it by the next run, because of rule strong."},
		{"planned above", without, &kwsync.Now{Changes: []plan.Change{grant("/A")}}, "", "Ann does not have Manager on /A/B, although rule strong gives it: the next run gives Manager on /A, which reaches it."},
		{"withheld", without, &kwsync.Now{Withheld: []guard.Withheld{{Change: grant("/A/B"), Why: "mode observe"}}}, "", "Ann does not have Manager on /A/B, although rule strong gives it: mode observe."},
		{"held by the plan", without, note("strong", "had Manager on /A/B from us"), "", "Ann does not have Manager on /A/B, although rule strong gives it: had Manager on /A/B from us."},
		{"no account", without, note("", "has no account"), "", "Ann does not have Manager on /A/B, although rule strong gives it: has no account."},
		{"a role that is not there", without, note("strong", "the server has no role"), "", "Ann does not have Manager on /A/B, although rule strong gives it: the server has no role."},
		{"nothing is known", without, note("other", "x"), "", "Ann does not have Manager on /A/B, although rule strong gives it."},
		{"skipped", has("Viewer", true), &kwsync.Now{}, "disabled in the directory", "Ann is given nothing on /A/B: disabled in the directory. Viewer on /A/B is left as it is."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &kwsync.Why{Folder: "/A/B", Answers: []kwsync.Answer{{Person: access.Person{Name: "Ann"}, Skipped: tt.skipped, Spots: []kwsync.Spot{tt.spot}, Now: tt.now}}}
			if got := (whyText{why: w, a: &w.Answers[0]}).headline(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWhatCountsIsSaid(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 6, 30, 22, 0, 0, 0, time.UTC)
	over := rules.GivenGrant{Wish: access.Wish{Role: "Viewer"}, Term: rules.Term{Phase: rules.Over, Until: date}}
	tests := []struct{ name, got, want string }{
		{"a weaker role", beaten(kwsync.Claim{Rule: "staff", Role: "Viewer", Rank: 1}), "it is stronger than Viewer of rule staff"},
		{"a role that is not there", beaten(kwsync.Claim{Rule: "staff", Role: "Jurist"}), `the server has no role "Jurist", which rule staff names: correct it there`},
		{"a time that ended", whyText{a: &kwsync.Answer{}}.given(over), "It does not give Viewer any more: its time ended at 2026-06-30 22:00 UTC. What was given before is taken away in mode sync."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.got != tt.want {
				t.Errorf("got  %s\nwant %s", tt.got, tt.want)
			}
		})
	}
}
