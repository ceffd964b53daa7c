package config

import "strings"

// Existing says what becomes of an account that existed before us.
type Existing int

// The choices for existing accounts.
const (
	Ignore Existing = iota + 1 // it gets grants, and is otherwise never touched
	Link                       // it is the person's account as if we had created it
)

func (e Existing) String() string { return choice(int(e), "ignore", "link") }

// MarshalText writes the choice as the file has it.
func (e Existing) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the choice.
func (e *Existing) UnmarshalText(text []byte) error {
	return choose(e, string(text), existingHint, Ignore, Link)
}

// RuleChange says what becomes of access that a changed rule would narrow.
type RuleChange int

// The choices for changed rules.
const (
	Park  RuleChange = iota + 1 // it waits for approval
	Apply                       // it is narrowed at once
)

func (r RuleChange) String() string { return choice(int(r), "park", "apply") }

// MarshalText writes the choice as the file has it.
func (r RuleChange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the choice.
func (r *RuleChange) UnmarshalText(text []byte) error {
	return choose(r, string(text), "park: what a changed rule would narrow waits for approval; apply: it does not wait", Park, Apply)
}

// Referrals says what becomes of a server's word that entries are on another one.
type Referrals int

// The choices for referrals.
const (
	IgnoreReferrals Referrals = iota + 1 // what they point to is not read
	RefuseReferrals                      // the read fails: it may not be complete (promise P1)
)

func (r Referrals) String() string { return choice(int(r), "ignore", "refuse") }

// MarshalText writes the choice as the file has it.
func (r Referrals) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the choice.
func (r *Referrals) UnmarshalText(text []byte) error {
	return choose(r, string(text), "ignore: entries that the server says are elsewhere are not read; refuse: then the read fails, since it may not be complete", IgnoreReferrals, RefuseReferrals)
}

// Drift says what becomes of what somebody else has removed of ours.
type Drift int

// The choices for drift. Neither touches a role that somebody has changed.
const (
	ReportDrift Drift = iota + 1 // it is told, and stays so
	RepairDrift                  // it is given again, if a rule still asks for it
)

func (d Drift) String() string { return choice(int(d), "report", "repair") }

// MarshalText writes the choice as the file has it.
func (d Drift) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the choice.
func (d *Drift) UnmarshalText(text []byte) error {
	return choose(d, string(text), "report: what somebody else removed of ours is told, and stays removed; repair: it is given again; "+
		"a role that somebody changed stays so either way", ReportDrift, RepairDrift)
}

// usualReferrals is the choice where the file makes none: Active Directory adds
// some to every search of a domain.
func usualReferrals(kind string) Referrals {
	if kind == activeDirectory {
		return IgnoreReferrals
	}
	return RefuseReferrals
}

const (
	modeHint = "observe: only look; create-only: also create accounts and grants; " +
		"upsert-only: also rename, raise and unsuspend; sync: also lower, revoke and suspend, and delete where leavers says so. Begin with observe"
	existingHint = "ignore: accounts that exist already get grants and are otherwise never touched; " +
		"link: an account with a person's e-mail is treated as created by this program, so it may also be renamed, suspended and deleted"
)

// checkChoices insists on the choices that have no default (promise P14).
func (f *findings) checkChoices(c *Config) {
	if c.Mode == 0 {
		f.report("mode", "is missing, and has no default", modeHint)
	}
	if c.Accounts.Existing == 0 {
		f.report("accounts.existing", "is missing, and has no default", existingHint)
	}
}

// checkSeats refuses a number that lets nobody have an account.
func (f *findings) checkSeats(seats int) {
	if f.given("accounts.seats") && seats < 1 {
		f.report("accounts.seats", "want 1 or more", "write how many accounts the licences allow, or leave it out if nobody knows")
	}
}

func choice(n int, names ...string) string {
	if n < 1 || n > len(names) {
		return "unset"
	}
	return names[n-1]
}

// choose sets the one whose name is text, exactly.
func choose[T interface{ String() string }](to *T, text, hint string, from ...T) error {
	names := make([]string, 0, len(from))
	for _, c := range from {
		if c.String() == text {
			*to = c
			return nil
		}
		names = append(names, c.String())
	}
	return mistake{"want " + strings.Join(names, ", "), hint}
}
