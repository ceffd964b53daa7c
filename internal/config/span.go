package config

import (
	"strconv"
	"strings"
	"time"
)

// day is one of 24 hours: spans do not follow the calendar.
const day = 24 * time.Hour

// Span is a length of time that is long: days, as 400d, or hours, as 36h.
type Span time.Duration

// maxSpan is more than anybody keeps anything; beyond it a slip of the finger is likelier.
const maxSpan = 100 * 366 * day

// UnmarshalText reads the span.
func (s *Span) UnmarshalText(text []byte) error {
	unit := map[string]time.Duration{"d": day, "h": time.Hour}
	digits := strings.TrimRight(string(text), "dh")
	n, err := strconv.ParseUint(digits, 10, 31)
	size, known := unit[strings.TrimPrefix(string(text), digits)]
	if err != nil || !known || n > uint64(maxSpan/size) {
		return mistake{"is no span of time", "write days or hours: 400d, 36h"}
	}
	*s = Span(time.Duration(n) * size)
	return nil
}

// MarshalText writes the span in the largest unit that it is a multiple of.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Span) String() string {
	d := time.Duration(s)
	if d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return strconv.Itoa(int(d/time.Hour)) + "h"
}
