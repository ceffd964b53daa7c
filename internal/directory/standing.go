package directory

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// accountDisable is ADS_UF_ACCOUNTDISABLE of userAccountControl ([MS-ADTS] 2.2.16).
const accountDisable = 0x2

// activeDirectoryStanding is Unknown where an attribute that decides cannot be
// read or understood: every user of Active Directory has userAccountControl.
func activeDirectoryStanding(e *entry, now time.Time) access.Standing {
	control, err := strconv.ParseInt(e.one("useraccountcontrol"), 10, 64)
	if err != nil {
		return access.Unknown
	}
	if control&accountDisable != 0 {
		return access.Disabled
	}
	text := e.one("accountexpires")
	if text == "" {
		return access.Active
	}
	ticks, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return access.Unknown
	}
	if expires, ever := expiry(ticks); ever && !now.Before(expires) {
		return access.Expired
	}
	return access.Active
}

// expiry converts accountExpires: a FILETIME, intervals of 100 ns since
// 1601-01-01 UTC, where 0 and 2^63-1 mean never ([MS-ADA1] accountExpires).
func expiry(ticks int64) (at time.Time, ever bool) {
	if ticks == 0 || ticks == math.MaxInt64 {
		return time.Time{}, false
	}
	const perSecond, epoch = 10_000_000, -11_644_473_600 // seconds from 1970 to 1601
	return time.Unix(ticks/perSecond+epoch, ticks%perSecond*100).UTC(), true
}

// lockedForGood is the value of pwdAccountLockedTime for an account that only an
// administrator unlocks (draft-behera-ldap-password-policy, 5.3.3). Any other time is a
// lock after wrong passwords, which passes.
const lockedForGood = "000001010000Z"

func openLDAPStanding(e *entry, _ time.Time) access.Standing {
	if e.has("pwdaccountlockedtime", lockedForGood) {
		return access.Disabled
	}
	return access.Active
}

func ds389Standing(e *entry, _ time.Time) access.Standing {
	if strings.EqualFold(e.one("nsaccountlock"), "true") {
		return access.Disabled
	}
	return access.Active
}

// changedAt reads a GeneralizedTime (RFC 4517, 3.3.13); the zero time stands for one that is
// missing or written otherwise.
func changedAt(s string) time.Time {
	at, err := time.Parse("20060102150405Z0700", s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
