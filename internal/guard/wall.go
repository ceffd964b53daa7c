package guard

import (
	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Area is a folder, or a folder with all below it.
type Area struct {
	Path  access.Path
	Below bool
}

// Wall keeps people apart from folders: nobody has access to two areas of NeverBoth, or
// those who are denied have none to any of Folders. One of the two is set.
type Wall struct {
	Name      string
	NeverBoth []Area
	Folders   []Area
	Revoke    bool // access against it that is ours is taken away outside all budgets; false: reported
}

// Violation is access that an account has although a wall is in between.
type Violation struct {
	Wall    string
	Account string          // id
	Email   access.Email    // of the account; "": it was not read
	Person  access.PersonID // zero: nobody that we know
	Folders []access.Path   // sorted
	Owned   []plan.GrantKey // of it, what we gave; the rest a human did
}
