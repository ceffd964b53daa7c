package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// roleText says of a role that was held where it came from.
type roleText struct {
	atlas *history.Atlas
	zone  *time.Location
}

func (t roleText) words() history.Words { return history.Words{Atlas: t.atlas, Zone: t.zone} }

func (t roleText) clock(at time.Time) string { return t.words().Clock(at) }
