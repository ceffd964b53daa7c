package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression of five fields, or a descriptor such as @daily
// or @every 15m. It is a cron.Schedule.
type Schedule struct {
	Spec  string // as in the file
	times cron.Schedule
}

// UnmarshalText keeps the expression; it is parsed when the time zone is known.
func (s *Schedule) UnmarshalText(text []byte) error {
	s.Spec = string(text)
	return nil
}

// MarshalText writes the expression as the file has it.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.Spec), nil }

func (s Schedule) String() string { return s.Spec }

// Next is the first time after t. The Schedule comes from Parse.
func (s Schedule) Next(t time.Time) time.Time { return s.times.Next(t) }

// minInterval is the shortest time between two runs of one kind.
const minInterval = time.Minute

func (f *findings) checkSchedules(c *Config) {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" || c.Timezone == "Local" {
		f.report("timezone", fmt.Sprintf("%q is no time zone", c.Timezone), "write a name such as Europe/Vienna, or UTC")
		loc = time.UTC
	}
	c.Location = loc
	f.checkSchedule("delta", &c.Delta, loc)
	f.checkSchedule("full", &c.Full, loc)
}

func (f *findings) checkSchedule(path string, s *Schedule, loc *time.Location) {
	const hint = `write five fields in quotes, minute hour day month weekday: "*/15 * * * *"`
	if strings.Contains(s.Spec, "TZ=") {
		f.report(path, "names a time zone", "write the zone into `timezone`; it holds for both schedules")
		return
	}
	times, err := parseCron(s.Spec, loc)
	if err != nil {
		f.report(path, err.Error(), hint)
		return
	}
	// The moment does not matter: five years from anywhere in this century hold a leap day.
	first := times.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, loc))
	switch {
	case first.IsZero():
		f.report(path, fmt.Sprintf("%q never comes: there is no such day", s.Spec), hint)
	case times.Next(first).Sub(first) < minInterval:
		f.report(path, fmt.Sprintf("%q is more often than once a minute", s.Spec), "write @every 1m or more")
	}
	s.times = times
}

// parseCron guards the library: it panics on some texts that it does not understand.
func parseCron(spec string, loc *time.Location) (times cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%q is no schedule", spec)
		}
	}()
	times, err = cron.ParseStandard(spec)
	if err != nil {
		return nil, fmt.Errorf("%q is no schedule: %w", spec, err)
	}
	if fields, ok := times.(*cron.SpecSchedule); ok {
		fields.Location = loc
	}
	return times, nil
}
