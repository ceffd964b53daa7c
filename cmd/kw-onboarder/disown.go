package main

import (
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type disownCmd struct {
	ownershipFlags
	Directory *string `help:"All that is ours of the people of this directory, which is gone from the configuration; the ledger speaks of it no more."`
}

// Run gives up what is ours.
func (d disownCmd) Run(c *command) error {
	switch {
	case d.Directory == nil:
	case *d.Directory == "":
		return usage("disown: --directory is empty: name one, or leave it out")
	case d.selects():
		return usage("disown: --directory is everything of its people: leave out what else narrows it")
	default:
		return d.retire(c, *d.Directory)
	}
	return d.run(c, ownershipChange{
		verb: "disown", done: "disowned",
		from: func(o *kwsync.Ownership) plan.Adoption { return o.Ours },
		make: app.Disown,
	})
}
