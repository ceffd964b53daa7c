package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
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

// TestLadders_OfTheExample: what config.example.yaml says comes through. Whoever begins from
// it deletes no account.
func TestLadders_OfTheExample(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	leave := plan.Ladder{
		{Do: plan.Suspend},
		{After: 7 * day, Do: plan.Revoke},
	}
	want := map[plan.Exit]plan.Ladder{
		plan.ExitDisabled: leave, plan.ExitExpired: leave, plan.ExitGone: leave,
		plan.ExitUnmatched: {{After: 7 * day, Do: plan.Revoke}},
	}
	if diff := cmp.Diff(want, c.Ladders()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Heirs() != nil {
		t.Errorf("got heirs %v, want none", c.Heirs())
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
			"delete behind suspend, to an address as it is compared", "{after: 0h, do: suspend}, {after: 1d, do: delete, data_to: ' Archive@Corp.example '}",
			plan.Ladder{{Do: plan.Suspend}, {After: day, Do: plan.Delete, DataTo: "archive@corp.example"}},
		},
		{
			"to the manager, else to an address", "{after: 0h, do: suspend}, {after: 90d, do: delete, data_to: manager, or_to: archive@corp.example}",
			plan.Ladder{{Do: plan.Suspend}, {After: 90 * day, Do: plan.Delete, DataTo: "manager", OrTo: "archive@corp.example"}},
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
	if diff := cmp.Diff([]string{"{{ .secretary }}", "manager"}, c.Heirs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"leavers[0].steps[1].or_to", "leavers[1].steps[1].data_to"}, c.HeirPaths()); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestLeavers_LeftOut(t *testing.T) {
	t.Parallel()
	c := withLeavers(t, "")
	if len(c.Ladders()) != 0 || c.Heirs() != nil {
		t.Errorf("got ladders %v, heirs %v; want none", c.Ladders(), c.Heirs())
	}
}

// TestWarnings_OfLeavers: what stands empty in the file is meant.
func TestWarnings_OfLeavers(t *testing.T) {
	t.Parallel()
	const (
		noLeavers = "mode: sync without `leavers`: whoever leaves keeps the account and all access"
		noExpect  = "mode: sync without `expect`: no canary keeps a broken directory from taking access away"
		hasty     = "leavers[0].steps[1].after: deletes accounts within a day of the step before it"
		idle      = " does none of the steps of `leavers`: nobody is suspended, and nothing is taken away"
		silent    = "leavers: says nothing of those who are "
		keep      = ": they keep the account and all access"
		canary    = "\nexpect: [{people: {may_shrink: 10%}}]"
		all       = "disabled, expired, gone"
	)
	leavers := func(who, steps string) string { return "\nleavers: [{who: [" + who + "], steps: [" + steps + "]}]" }
	deleting := func(first, second string) string {
		return leavers(all, "{after: "+first+", do: suspend}, {after: "+second+", do: delete, data_to: manager}")
	}
	const suspend = "{after: 0h, do: suspend}"
	tests := []struct {
		name, mode, kind, more string
		want                   []string
	}{
		{"neither", "sync", "openldap", "", []string{noExpect, noLeavers}},
		{"both, and empty", "sync", "openldap", "\nleavers: []\nexpect: []", nil},
		{"no leavers", "sync", "openldap", canary, []string{noLeavers}},
		{"no canary", "sync", "openldap", leavers(all, suspend), []string{noExpect}},
		{"no leavers in another mode", "upsert-only", "openldap", "", nil},
		{"deleted at once", "observe", "openldap", deleting("0h", "0h"), []string{hasty}},
		{"deleted soon", "observe", "openldap", deleting("0h", "23h"), []string{hasty}},
		{"deleted late, and as soon as suspended", "sync", "openldap", canary + deleting("90d", "90d"), []string{hasty}},
		{"deleted a day later", "sync", "openldap", canary + deleting("0h", "24h"), nil},
		{"a mode that only creates", "create-only", "openldap", leavers(all, suspend), []string{"mode: create-only" + idle}},
		{"a mode that takes nothing away", "upsert-only", "openldap", leavers(all+", unmatched", suspend), []string{"mode: upsert-only" + idle}},
		{"a mode that does nothing at all", "observe", "openldap", leavers(all, suspend), nil},
		{"one way left out", "observe", "openldap", leavers("disabled, expired", suspend), []string{silent + "gone" + keep}},
		{"only those to whom no rule applies", "observe", "active-directory", leavers("unmatched", suspend), []string{silent + "disabled, or expired, or gone" + keep}},
		{"a directory that shows no dates", "observe", "389ds", leavers("gone", suspend), []string{silent + "disabled" + keep}},
		{"a directory that shows who is gone, and no more", "observe", "generic", leavers("gone", suspend), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(with(t, "mode: observe", "mode: "+tt.mode+tt.more)), "kind: openldap", "kind: "+tt.kind, 1)
			c, err := config.Parse("config.yaml", []byte(text))
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
