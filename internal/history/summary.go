package history

import "github.com/kw-onboarder/kw-onboarder/internal/plan"

// Summary is what a run leaves in the ledger besides its changes. A decree, by which
// somebody takes over or gives up, leaves what it was about.
type Summary struct {
	plan.Summary

	Grants   []plan.GrantKey
	Accounts []string
}
