package main

import (
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type disownCmd struct{ ownershipFlags }

// Run gives up what is ours.
func (d disownCmd) Run(c *command) error {
	return d.run(c, ownershipChange{
		verb: "disown", done: "disowned",
		from: func(o *kwsync.Ownership) plan.Adoption { return o.Ours },
		make: app.Disown,
	})
}
