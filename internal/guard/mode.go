package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Mode is how much the program may do; it has no default (promise P14).
type Mode int

// The modes, each allowing what the one before it allows, and more.
const (
	Observe    Mode = iota + 1 // nothing
	CreateOnly                 // accounts, folders and grants that are missing
	UpsertOnly                 // and make existing ones right, never narrower
	Sync                       // and take away what only we gave
)

var modeNames = []string{"observe", "create-only", "upsert-only", "sync"}

func (m Mode) String() string {
	if m < Observe || m > Sync {
		return "invalid"
	}
	return modeNames[m-1]
}

// ParseMode reads a mode as the configuration writes it.
func ParseMode(s string) (Mode, error) {
	i := slices.Index(modeNames, s)
	if i < 0 {
		return 0, fmt.Errorf("want %s", strings.Join(modeNames, ", "))
	}
	return Mode(i + 1), nil
}

// Caveat says what of a mode this version does not do yet; "" if it does all.
func (m Mode) Caveat() string {
	if m == UpsertOnly || m == Sync {
		return fmt.Sprintf("mode %s is accepted, but this version sets no profiles of accounts that exist", m)
	}
	return ""
}

// OnlyCreates says whether a mode never changes what is there: who has a role keeps that one.
func (m Mode) OnlyCreates() bool { return m == CreateOnly }

// MarshalText writes the mode as the configuration has it.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the mode.
func (m *Mode) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMode(string(text))
	return err
}

// needed is the least mode that allows an operation.
func needed(op plan.Op) Mode {
	switch op {
	case plan.CreateFolder, plan.CreateAccount, plan.Grant:
		return CreateOnly
	case plan.Raise, plan.Rename, plan.Unsuspend, plan.SetProfile, plan.SetName:
		return UpsertOnly
	}
	return Sync
}

// forbids says why a mode does not let a change through, "" if it does. What a human has
// ordered is held to no mode that changes anything.
func (m Mode) forbids(c *plan.Change) string {
	switch {
	case m == Observe:
		return "mode observe changes nothing"
	case m < needed(c.Op) && !c.Ordered:
		return fmt.Sprintf("mode %s does not %s", m, c.Op)
	}
	return ""
}
