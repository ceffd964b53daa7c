package main

import (
	"context"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// remember writes into the ledger of the script's configuration what a run would.
func remember(ts *testscript.TestScript, what func(context.Context, *ledger.Ledger) error) {
	c, err := config.Load(ts.Getenv("KW_ONBOARDER_CONFIG"))
	ts.Check(err)
	ctx := context.Background()
	book, err := ledger.Open(ctx, ledger.Options{State: string(c.State), Tenant: c.Kiteworks.URL, Directories: []string{c.Directories[0].Name}})
	ts.Check(err)
	defer func() { ts.Check(book.Close()) }()
	ts.Check(what(ctx, book))
}

// park RULE UID... parks that a rule does not ask for people's access any more.
func park(ts *testscript.TestScript, _ bool, args []string) {
	item := ledger.Parked{Cause: "revoke|" + args[0] + "|", Kind: "revoke", Rule: args[0], Why: "3 would be taken away, and the budget has 1"}
	for _, uid := range args[1:] {
		item.Changes = append(item.Changes, plan.Change{
			Key: plan.Key("revoke|" + uid), Op: plan.Revoke, Email: access.Email(uid + "@alpenglas.example"),
			Path: "/Departments/Finance", From: "Collaborator", Causes: []access.Cause{{Rule: args[0]}},
		})
	}
	remember(ts, func(ctx context.Context, book *ledger.Ledger) error {
		return book.Park(ctx, 1, []ledger.Parked{item}, false, time.Now())
	})
}

// fails SCOPE KEY WHY lets one more thing have failed too often.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	failing := ledger.Failing{
		Scope: ledger.HoldScope(args[0]), Key: args[1], Failures: 3, Why: args[2],
		Since: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Until: time.Date(2100, 3, 1, 8, 0, 0, 0, time.UTC),
	}
	remember(ts, func(ctx context.Context, book *ledger.Ledger) error {
		before, err := book.Failing(ctx)
		if err != nil {
			return err
		}
		return book.SaveFailing(ctx, append(before, failing))
	})
}
