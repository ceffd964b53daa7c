package access

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads a generalizedTime (RFC 4517, section 3.3.13): a date, an hour,
// perhaps minutes and seconds, perhaps a fraction of the last of them, and a
// zone, which is required.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	fields := strings.IndexFunc(s, notDigit)
	if fields != 10 && fields != 12 && fields != 14 {
		return time.Time{}, false
	}
	fraction, zone := splitFraction(s[fields:])
	offset, ok := parseZone(zone)
	if !ok {
		return time.Time{}, false
	}
	year, month, day := number(s[:4]), time.Month(number(s[4:6])), number(s[6:8])
	hour, minute, second, unit := number(s[8:10]), 0, 0, time.Hour
	if fields >= 12 {
		minute, unit = number(s[10:12]), time.Minute
	}
	if fields == 14 {
		second, unit = number(s[12:14]), time.Second
	}
	part, ok := parseFraction(fraction, unit)
	moment := time.Date(year, month, day, hour, minute, second, 0, time.UTC)
	// time.Date wraps a 31 February; 60 is a leap second.
	ok = ok && moment.Add(-time.Duration(second)*time.Second).Day() == day &&
		month >= 1 && month <= 12 && hour < 24 && minute < 60 && second <= 60
	return moment.Add(part - offset), ok
}

// ParseFileTime reads a moment as Active Directory writes it: intervals of 100 ns
// since 1601-01-01 UTC. 0 and 2^63-1 mean never, which is the zero time.
func ParseFileTime(s string) (at time.Time, ok bool) {
	ticks, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || ticks < 0 {
		return time.Time{}, false
	}
	if ticks == 0 || ticks == math.MaxInt64 {
		return time.Time{}, true
	}
	const perSecond, epoch = 10_000_000, -11_644_473_600 // seconds from 1970 to 1601
	return time.Unix(ticks/perSecond+epoch, ticks%perSecond*100).UTC(), true
}

// splitFraction cuts ".25Z" into ".25" and "Z".
func splitFraction(s string) (fraction, zone string) {
	if s[0] != '.' && s[0] != ',' {
		return "", s
	}
	end := strings.IndexFunc(s[1:], notDigit)
	if end < 0 {
		return s, ""
	}
	return s[:1+end], s[1+end:]
}

// parseFraction reads ".25" as a part of unit; digits below a nanosecond do not count.
func parseFraction(s string, unit time.Duration) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	var part time.Duration
	for i := 1; i < len(s) && unit > 0; i++ {
		part += time.Duration(s[i]-'0') * unit / 10
		unit /= 10
	}
	return part, len(s) > 1
}

// parseZone reads "Z", "+hh" or "+hhmm" as the offset to the east of UTC.
func parseZone(s string) (time.Duration, bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 3 && len(s) != 5 || s[0] != '+' && s[0] != '-' || strings.IndexFunc(s[1:], notDigit) >= 0 {
		return 0, false
	}
	hours, minutes := number(s[1:3]), 0
	if len(s) == 5 {
		minutes = number(s[3:5])
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, hours < 24 && minutes < 60
}

// number reads digits that were found to be digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}

func notDigit(r rune) bool { return r < '0' || r > '9' }
