package main

import (
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type adoptCmd struct{ ownershipFlags }

// Run takes into ownership what the rules explain already.
func (a adoptCmd) Run(c *command) error {
	return a.run(c, ownershipChange{
		verb: "adopt", done: "adopted",
		from: func(o *kwsync.Ownership) plan.Adoption { return o.Adoptable },
		make: app.Adopt, reviews: true,
	})
}
