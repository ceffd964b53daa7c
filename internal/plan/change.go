package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Op is one kind of write to Kiteworks.
type Op int

// The operations, in the order in which a plan applies them: what widens comes
// before what narrows.
const (
	CreateFolder Op = iota + 1
	CreateAccount
	Unsuspend  // an account that we suspended
	Rename     // an account's address: From to To
	Grant      // a role where none is held
	Raise      // a stronger role than the one held
	SetProfile // of accounts: From to To
	SetName    // the name that an account is shown by: From to To
	Suspend    // one call ends all access
	Lower      // a weaker role than the one held
	Revoke     // no role
	Delete     // the account, softly
)

var opNames = [...]string{
	"invalid", "create folder", "create account", "unsuspend", "rename", "grant", "raise",
	"set profile", "set name", "suspend", "lower", "revoke", "delete",
}

func (o Op) String() string {
	if o < 1 || int(o) >= len(opNames) {
		return opNames[0]
	}
	return opNames[o]
}

// ParseOp reads an operation's name.
func ParseOp(name string) (Op, error) {
	for i := 1; i < len(opNames); i++ {
		if opNames[i] == name {
			return Op(i), nil
		}
	}
	return 0, fmt.Errorf("unknown operation %q", name)
}

// MarshalText writes the operation's name, in JSON output and in the ledger.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the operation's name.
func (o *Op) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOp(string(text))
	return err
}

// Key names a change: the same change has the same key in every plan.
type Key string

// Change is one thing to be made different: before, after, because.
type Change struct {
	Key    Key
	Op     Op
	Person access.PersonID // zero for a folder
	Email  access.Email    // of the account
	Name   string          // display name of a new account

	Account string // id; "" while it is still to be created
	Profile string // of a new account; "": Kiteworks chooses
	Notify  bool   // its owner gets a mail from Kiteworks

	Approved bool // somebody has looked at it: it counts against no budget

	As     string      // the identity that writes
	Folder string      // id; "" while it is still to be created
	Path   access.Path // of the folder
	Parent string      // id of the folder above a new one; "" while that is still to be created

	SharedBy string // of what takes a role down: who gave it, as we know it; what somebody else has given anew is theirs

	From   string         // role, address, profile or name before, "": none; of an account to be deleted, its status
	To     string         // and after
	Retain *Retention     // what becomes of the account's data; nil: nobody has decided
	Causes []access.Cause // the rules that ask for it, in their order
	Needs  []Key          // what must have been done before: creations, an address that is waited for, the end of a role above
	For    Key            // it is done only for the sake of another that needs it: if that does not go, it does not either; "": it is not

	Expired bool // it narrows because a date that was written down has come
	Exit    Exit // it concerns somebody who has left: it comes before all else; "": it does not
	Ordered bool // a human has ordered it, offboarding somebody or undoing a run: no doubt about the directory holds it back
	Late    bool // it gives again what an inherited role has given that ends in the same plan, and comes after that
	Turn    int  // the place of a new account among those that wait for a seat, and of an address among those that move up

	// Since is when the directory last changed what it is about: the start of the access
	// lag, if that was after the last look. Zero: the directory does not say.
	Since time.Time `json:"-"`
}

// SameEnd says whether two changes of one key lead from the same to the same: whoever
// has approved the one has approved the other.
func (c Change) SameEnd(o Change) bool {
	return c.Op == o.Op && c.From == o.From && c.To == o.To && c.Profile == o.Profile && c.Email == o.Email && c.Notify == o.Notify
}

// Complete fills in the ids of what c needs and others have made since it was
// planned, or says which of it did not come to be. What c knows already stays: it may
// need a change of somebody else's account.
func (c *Change) Complete(made map[Key]Outcome) (missing string) {
	for _, need := range c.Needs {
		o := made[need]
		if !o.Changed() {
			return "needs what was not done: " + cmp.Or(o.Why, "it was not tried")
		}
		if c.Account == "" && c.Op != CreateFolder {
			c.Account = o.Account
		}
		switch {
		case c.Op == CreateFolder && c.Parent == "":
			c.Parent = o.Folder
		case c.Op != CreateFolder && c.Folder == "":
			c.Folder = o.Folder
		}
	}
	return ""
}

// Rules are the rules that ask for the change, each once, in their order.
func (c Change) Rules() []string { return access.RulesOf(c.Causes) }

// undated are causes as they are remembered, each once: when it began in the directory is not.
func undated(causes []access.Cause) []access.Cause {
	out := make([]access.Cause, 0, len(causes))
	for _, c := range causes {
		if !slices.ContainsFunc(out, c.Same) {
			out = append(out, access.Cause{Rule: c.Rule, Via: c.Via})
		}
	}
	return out
}

// Why are the causes for which the ledger remembers a grant.
func (c Change) Why() []access.Cause { return undated(c.Causes) }

// Subject says for whom and where, for a report.
func (c Change) Subject() string {
	switch {
	case c.Op == CreateFolder:
		return string(c.Path)
	case c.Path == "":
		return string(c.Email)
	case c.To == "":
		return fmt.Sprintf("%s: %s on %s", c.Email, c.From, c.Path)
	case c.From != "":
		return fmt.Sprintf("%s: %s on %s, now %s", c.Email, c.To, c.Path, c.From)
	}
	return fmt.Sprintf("%s: %s on %s", c.Email, c.To, c.Path)
}

// Retention says what becomes of the data of an account that is deleted or gets
// a lesser profile. Exactly one of the two must be said.
type Retention struct {
	Heir    string // account that gets the data
	Discard bool   // what is not shared is deleted
}

// Step is what one request carries: one creation, or up to 100 people for one
// (folder, role, identity). It is the unit in which a run can be interrupted.
type Step struct {
	Op      Op
	As      string // "" for accounts, which the users identity creates
	Folder  string
	Role    string // or the profile, of SetProfile
	Changes []Change
}

// Result is how one change ended.
type Result int

// The results. Unknown means that the request may have had its effect: it is
// read before it is decided.
const (
	Done    Result = iota + 1
	Already        // it was so before; gives no ownership
	Refused        // a verdict of the server, without effect
	Unknown
	Skipped // not sent: something that it needs has failed, or the run ended before
)

var resultNames = [...]string{"invalid", "done", "already", "refused", "unknown", "skipped"}

func (r Result) String() string {
	if r < 1 || int(r) >= len(resultNames) {
		return resultNames[0]
	}
	return resultNames[r]
}

// MarshalText writes the result's name, in JSON output and in the ledger.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the result's name.
func (r *Result) UnmarshalText(text []byte) error {
	i := slices.Index(resultNames[:], string(text))
	if i < 1 {
		return fmt.Errorf("unknown result %q", text)
	}
	*r = Result(i)
	return nil
}

// Outcome is how one change ended and what is now known because of it.
type Outcome struct {
	Key      Key
	Result   Result
	Account  string    // id of the account created
	Folder   string    // id of the folder created
	SharedBy string    // evidence of a grant: who gave it,
	Created  time.Time // and when, as the server says
	NoSeat   bool      // of a creation: refused because no licence is left
	Why      string    // for Refused, Unknown, Skipped: the reason, fit for the report
}

// Changed says whether the world is as the change wanted it.
func (o Outcome) Changed() bool { return o.Result == Done || o.Result == Already }
