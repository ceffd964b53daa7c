package guard

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// Canary is something that is so in any complete picture of the directory. While it is
// not so, all narrowing waits. One of Person, Group and PeopleMayShrink is set.
type Canary struct {
	Person          access.Email // is there, and active
	Group           string       // by common name or DN: is there,
	AtLeast         int          // and has as many active people; 0: one
	PeopleMayShrink float64      // in per cent, against the last good full run; the first has nothing to compare with
}

// Unmet is a canary that is not so, and why.
type Unmet struct {
	Canary Canary
	Why    string
}
