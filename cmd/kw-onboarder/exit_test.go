package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"none", nil, 0},
		{"any error", errors.New("the directory is down"), 1},
		{"usage", usage("apply: say --yes"), 64},
		{"a code alone", &exit{code: 4}, 4},
		{"wrapped", fmt.Errorf("plan: %w", &exit{code: 2}), 2},
		{"joined", errors.Join(errors.New("close"), usage("bad")), 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := codeOf(tt.err); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestCodeFor(t *testing.T) {
	t.Parallel()
	changes := plan.Plan{Changes: []plan.Change{{Key: "a", Op: plan.CreateAccount}}}
	blocked := plan.Plan{Notes: []plan.Note{{Kind: plan.NoteBlocked, Rule: "r"}}, Changes: changes.Changes}
	held := plan.Plan{Notes: []plan.Note{{Kind: plan.NoteHeld}, {Kind: plan.NoteSkipped}}}
	tests := []struct {
		name           string
		report         kwsync.Report
		want, detailed int // with plan --detailed-exitcode
	}{
		{"nothing to do", kwsync.Report{}, 0, 0},
		{"changes", kwsync.Report{Plan: changes}, 0, 2},
		{"people held and skipped", kwsync.Report{Plan: held}, 0, 0},
		{"a rule is blocked", kwsync.Report{Plan: blocked}, 4, 4},
		{"all done", kwsync.Report{Plan: changes, Outcomes: []plan.Outcome{{Key: "a", Result: plan.Done}}}, 0, 2},
		{"it was so before", kwsync.Report{Outcomes: []plan.Outcome{{Key: "a", Result: plan.Already}}}, 0, 0},
		{"refused", kwsync.Report{Outcomes: []plan.Outcome{{Key: "a", Result: plan.Refused}}}, 4, 4},
		{"unknown", kwsync.Report{Outcomes: []plan.Outcome{{Key: "a", Result: plan.Unknown}}}, 4, 4},
		{"skipped", kwsync.Report{Outcomes: []plan.Outcome{{Key: "a", Result: plan.Skipped}}}, 4, 4},
		{"failed as a whole comes first", kwsync.Report{Err: "down", Plan: blocked}, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := codeOf(codeFor(&tt.report)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
			if got := codeOf(planCmd{Detailed: true}.code(&tt.report)); got != tt.detailed {
				t.Errorf("detailed: got %d, want %d", got, tt.detailed)
			}
		})
	}
}
