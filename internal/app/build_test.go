package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestPolicy_OfTheExample: what config.example.yaml says reaches the plan.
func TestPolicy_OfTheExample(t *testing.T) {
	t.Parallel()
	c, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := policy(c)
	if why := got.Never["ceo@corp.example"]; got.Existing || why != "listed in kiteworks.never_touch" {
		t.Errorf("existing accounts are the people's: %t, want not; the chief is left alone: %q", got.Existing, why)
	}
	if diff := cmp.Diff([]string{"staff", "site archive", "projects", "project office", "contractors", "legal"}, got.Order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(plan.Ladder{{After: 7 * 24 * time.Hour, Do: plan.Revoke}}, got.Leavers[plan.ExitUnmatched]); diff != "" {
		t.Errorf("ladder of the unmatched (-want +got):\n%s", diff)
	}
	c.Accounts.Existing = config.Link
	if !policy(c).Existing {
		t.Error("linked accounts are not the people's")
	}
}
