package config_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// withLeavers is the smallest configuration with ladders.
func withLeavers(t *testing.T, leavers string) *config.Config {
	t.Helper()
	c, err := config.Parse("config.yaml", with(t, "rules: []", "rules: []\n"+leavers))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLadders_OfTheExample: what config.example.yaml says comes through.
func TestLadders_OfTheExample(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	leave := plan.Ladder{
		{Do: plan.Suspend},
		{After: 7 * day, Do: plan.Revoke},
		{After: 90 * day, Do: plan.Delete, DataTo: "manager", OrTo: "archive@corp.example"},
	}
	want := map[plan.Exit]plan.Ladder{
		plan.ExitDisabled: leave, plan.ExitExpired: leave, plan.ExitGone: leave,
		plan.ExitUnmatched: {{After: 7 * day, Do: plan.Revoke}},
	}
	if diff := cmp.Diff(want, c.Ladders()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]rules.HeirExpression{{Text: "manager", Path: "leavers[0].steps[2].data_to"}}, c.Heirs()); diff != "" {
		t.Errorf("heirs (-want +got):\n%s", diff)
	}
}

// TestLadders_WhatTheyMaySay holds against mistakes that are none.
func TestLadders_WhatTheyMaySay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, steps string
		want        plan.Ladder
	}{
		{"suspend alone", "{after: 36h, do: suspend}", plan.Ladder{{After: 36 * time.Hour, Do: plan.Suspend}}},
		{"revoke alone", "{after: 0d, do: revoke}", plan.Ladder{{Do: plan.Revoke}}},
		{"at one time", "{after: 7d, do: suspend}, {after: 168h, do: revoke}", plan.Ladder{{After: 7 * day, Do: plan.Suspend}, {After: 7 * day, Do: plan.Revoke}}},
		{
			"delete behind revoke, to an address as it is compared", "{after: 0h, do: revoke}, {after: 1d, do: delete, data_to: ' Archive@Corp.example '}",
			plan.Ladder{{Do: plan.Revoke}, {After: day, Do: plan.Delete, DataTo: "archive@corp.example"}},
		},
		{
			"a template", "{after: 0h, do: suspend}, {after: 1d, do: delete, data_to: '{{ .secretary }}', or_to: manager}",
			plan.Ladder{{Do: plan.Suspend}, {After: day, Do: plan.Delete, DataTo: "{{ .secretary }}", OrTo: "manager"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := withLeavers(t, "leavers: [{who: [gone], steps: ["+tt.steps+"]}]").Ladders()
			if diff := cmp.Diff(map[plan.Exit]plan.Ladder{plan.ExitGone: tt.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHeirs_EachOnceAndNoAddress: in the order in which the file names them first.
func TestHeirs_EachOnceAndNoAddress(t *testing.T) {
	t.Parallel()
	const ladder = "{who: [%s], steps: [{after: 0h, do: suspend}, {after: 9d, do: delete, data_to: %s, or_to: %s}]}"
	c := withLeavers(t, "leavers: ["+
		fmt.Sprintf(ladder, "gone", "archive@corp.example", "'{{ .secretary }}'")+", "+
		fmt.Sprintf(ladder, "disabled", "manager", "archive@corp.example")+", "+
		fmt.Sprintf(ladder, "expired", "'{{ .secretary }} '", "manager")+"]")
	want := []rules.HeirExpression{{Text: "{{ .secretary }}", Path: "leavers[0].steps[1].or_to"}, {Text: "manager", Path: "leavers[1].steps[1].data_to"}}
	if diff := cmp.Diff(want, c.Heirs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLeavers_LeftOut(t *testing.T) {
	t.Parallel()
	c := withLeavers(t, "")
	if len(c.Ladders()) != 0 || c.Heirs() != nil {
		t.Errorf("got ladders %v, heirs %v; want none", c.Ladders(), c.Heirs())
	}
}

// TestWarnings_ASyncThatTakesNothingOrAnything: what stands empty in the file is meant.
func TestWarnings_ASyncThatTakesNothingOrAnything(t *testing.T) {
	t.Parallel()
	const (
		noLeavers = "mode: sync without `leavers`: whoever leaves keeps the account and all access"
		noExpect  = "mode: sync without `expect`: no canary keeps a broken directory from taking access away"
		hasty     = "leavers[0].steps[1].after: deletes accounts within a day of the step before it"
		canary    = "\nexpect: [{people: {may_shrink: 10%}}]"
	)
	deleting := func(first, second string) string {
		return "\nleavers: [{who: [gone], steps: [{after: " + first + ", do: suspend}, {after: " + second + ", do: delete, data_to: manager}]}]"
	}
	tests := []struct {
		name, mode, more string
		want             []string
	}{
		{"neither", "sync", "", []string{noExpect, noLeavers}},
		{"both, and empty", "sync", "\nleavers: []\nexpect: []", nil},
		{"no leavers", "sync", canary, []string{noLeavers}},
		{"no canary", "sync", "\nleavers: [{who: [gone], steps: [{after: 0h, do: suspend}]}]", []string{noExpect}},
		{"another mode", "upsert-only", "", nil},
		{"deleted at once", "observe", deleting("0h", "0h"), []string{hasty}},
		{"deleted soon", "observe", deleting("0h", "23h"), []string{hasty}},
		{"deleted late, and as soon as suspended", "sync", canary + deleting("90d", "90d"), []string{hasty}},
		{"deleted a day later", "sync", canary + deleting("0h", "24h"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Parse("config.yaml", with(t, "mode: observe", "mode: "+tt.mode+tt.more))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range c.Warnings(nil) {
				got = append(got, w.Path+": "+w.Message)
				if w.Hint == "" || w.Line < 1 {
					t.Errorf("%q has no hint, or no line: %+v", w.Message, w)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
