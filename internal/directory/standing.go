package directory

import (
	"strconv"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// standing is what an entry says of a person's employment, for all times: an
// account ends at a moment that was written down long before, without any change of its entry.
type standing struct {
	is          access.Standing // while the dates below allow it
	from, until time.Time       // zero: no bound
}

// at is the standing at a moment.
func (s standing) at(now time.Time) access.Standing {
	switch {
	case s.is != access.Active:
		return s.is
	case !s.until.IsZero() && !now.Before(s.until):
		return access.Expired
	case !s.from.IsZero() && now.Before(s.from):
		return access.Disabled
	}
	return access.Active
}

// next is when the standing changes by itself after now; zero: never.
func (s standing) next(now time.Time) time.Time {
	for _, at := range []time.Time{s.from, s.until} { // whoever ends before the begin never begins
		if s.is == access.Active && at.After(now) {
			return at
		}
	}
	return time.Time{}
}

// accountDisable is ADS_UF_ACCOUNTDISABLE of userAccountControl ([MS-ADTS] 2.2.16).
const accountDisable = 0x2

// activeDirectoryStanding is Unknown where an attribute that decides cannot be
// read or understood: every user of Active Directory has userAccountControl. An account that is
// locked after wrong passwords (lockoutTime) is not: the lock passes.
func activeDirectoryStanding(e *wire.Entry) standing {
	control, err := strconv.ParseInt(e.One("useraccountcontrol"), 10, 64)
	if err != nil {
		return standing{is: access.Unknown}
	}
	if control&accountDisable != 0 {
		return standing{is: access.Disabled}
	}
	text := e.One("accountexpires")
	if text == "" {
		return standing{is: access.Active}
	}
	until, ok := access.ParseFileTime(text)
	if !ok {
		return standing{is: access.Unknown}
	}
	return standing{is: access.Active, until: until}
}

// lockedForGood is the value of pwdAccountLockedTime for an account that only an
// administrator unlocks (draft-behera-ldap-password-policy, 5.3.3). Any other time is a
// lock after wrong passwords, which passes.
const lockedForGood = "000001010000Z"

// openLDAPStanding reads what the password policy keeps: the lock, and the days
// between which the account is good (draft-behera-ldap-password-policy, 5.3.10 and 5.3.11).
func openLDAPStanding(e *wire.Entry) standing {
	if e.Has("pwdaccountlockedtime", lockedForGood) {
		return standing{is: access.Disabled}
	}
	s := standing{is: access.Active}
	for attribute, at := range map[string]*time.Time{"pwdstarttime": &s.from, "pwdendtime": &s.until} {
		if text := e.One(attribute); text != "" {
			var ok bool
			if *at, ok = access.ParseTime(text); !ok {
				return standing{is: access.Unknown}
			}
		}
	}
	return s
}

// ds389Standing reads nsAccountLock, which the server computes for those that a role locks too.
func ds389Standing(e *wire.Entry) standing {
	if strings.EqualFold(e.One("nsaccountlock"), "true") {
		return standing{is: access.Disabled}
	}
	return standing{is: access.Active}
}

// changedAt reads the time of the last change; the zero time stands for one that is
// missing or no time.
func changedAt(s string) time.Time {
	at, ok := access.ParseTime(s)
	if !ok {
		return time.Time{}
	}
	return at
}
