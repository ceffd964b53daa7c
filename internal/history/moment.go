package history

import (
	"fmt"
	"time"
)

// ParseMoment reads a day, which means its end, or a moment as RFC 3339 writes it. The
// end of today is now; what is still to come nobody knows.
func ParseMoment(text string, zone *time.Location, now time.Time) (time.Time, error) {
	now = now.In(zone)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		if at, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
			return at, fmt.Errorf("%q is no time: write a day, such as 2026-03-31, or a moment, such as 2026-03-31T14:00:00+02:00", text)
		}
		day := at
		at = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone).Add(-time.Microsecond)
		if now.Before(at) && !now.Before(day) {
			at = now
		}
	}
	if at.After(now) {
		return at, fmt.Errorf("%s is still to come: it is %s now", text, Clock(now))
	}
	return at.In(zone), nil
}
