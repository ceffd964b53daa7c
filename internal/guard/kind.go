package guard

import "github.com/kw-onboarder/kw-onboarder/internal/plan"

// Kind is a kind of change that has a budget of its own.
type Kind string

// The kinds. Free changes (an address, a profile, an end of a suspension) have no budget.
const (
	Free         Kind = ""
	CreateFolder Kind = "create_folder"
	Create       Kind = "create" // accounts
	Grant        Kind = "grant"  // and raise
	Suspend      Kind = "suspend"
	Lower        Kind = "lower"
	Revoke       Kind = "revoke"
	Expire       Kind = "expire" // lower or revoke, because a date that was written down has come
	Delete       Kind = "delete"
)

// Kinds are those that have a budget, as a configuration may name them.
func Kinds() []Kind {
	return []Kind{CreateFolder, Create, Grant, Suspend, Lower, Revoke, Expire, Delete}
}

// KindOf is the kind of a change.
func KindOf(c plan.Change) Kind {
	if c.Expired && (c.Op == plan.Lower || c.Op == plan.Revoke) {
		return Expire
	}
	switch c.Op {
	case plan.CreateFolder:
		return CreateFolder
	case plan.CreateAccount:
		return Create
	case plan.Grant, plan.Raise:
		return Grant
	case plan.Suspend:
		return Suspend
	case plan.Lower:
		return Lower
	case plan.Revoke:
		return Revoke
	case plan.Delete:
		return Delete
	}
	return Free
}

// Ops are the operations of the kind.
func (k Kind) Ops() []plan.Op {
	var ops []plan.Op
	for op := plan.CreateFolder; op <= plan.Delete; op++ {
		if KindOf(plan.Change{Op: op, Expired: k == Expire}) == k {
			ops = append(ops, op)
		}
	}
	return ops
}

// Narrows says whether changes of this kind take access away.
func (k Kind) Narrows() bool {
	switch k {
	case Suspend, Lower, Revoke, Expire, Delete:
		return true
	}
	return false
}
