package rules

import (
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no time zones
)

func TestDate_Read(t *testing.T) {
	t.Parallel()
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, time.UTC) }
	tests := []struct {
		name    string
		values  []string
		ifEmpty IfEmpty
		until   bool
		want    time.Time // zero: never
		denied  bool
		why     string
	}{
		{"a day, as an end", []string{"2026-12-31"}, Deny, true, at(2026, 12, 31, 23), false, ""},
		{"a day, as a beginning", []string{"2026-12-31"}, Deny, false, at(2026, 12, 30, 23), false, ""},
		{"a day in summer", []string{"2026-07-01"}, Deny, true, at(2026, 7, 1, 22), false, ""},
		{"the day on which the clock is put forward", []string{"2026-03-29"}, Deny, true, at(2026, 3, 29, 22), false, ""},
		{"a time", []string{"20261231120000Z"}, Deny, true, at(2026, 12, 31, 12), false, ""},
		{"a time with a fraction", []string{"20261231120000.0Z"}, Deny, true, at(2026, 12, 31, 12), false, ""},
		{"a time in another zone", []string{"2026123112+0100"}, Deny, true, at(2026, 12, 31, 11), false, ""},
		{"a count", []string{"134116992000000000"}, Deny, true, at(2026, 1, 1, 0), false, ""},
		{"a count that means never", []string{"9223372036854775807"}, Deny, true, time.Time{}, false, ""},
		{"nought means never", []string{"0"}, Deny, true, time.Time{}, false, ""},
		{"spaces around", []string{" 2026-12-31 "}, Deny, true, at(2026, 12, 31, 23), false, ""},
		{"a blank one beside", []string{"", "2026-12-31"}, Deny, true, at(2026, 12, 31, 23), false, ""},
		{"none, deny", nil, Deny, true, time.Time{}, true, ""},
		{"blank, deny", []string{" "}, Deny, true, time.Time{}, true, ""},
		{"none, never", nil, Never, true, time.Time{}, false, ""},
		{"none, hold", nil, Hold, true, time.Time{}, false, "ends has no value"},
		{"two", []string{"2026-12-31", "2026-12-30"}, Never, true, time.Time{}, false, "ends has 2 values: 2026-12-30, 2026-12-31"},
		{"a text", []string{"soon"}, Never, true, time.Time{}, false, `ends: "soon" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`},
		{"a day that is none", []string{"2026-02-30"}, Never, true, time.Time{}, false, `ends: "2026-02-30" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`},
		{"digits that are no count", []string{"20261231"}, Never, true, time.Time{}, false, `ends: "20261231" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`},
		{"a time without a zone", []string{"20261231120000"}, Never, true, time.Time{}, false, `ends: "20261231120000" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &date{written: "ends", attribute: "ends", ifEmpty: tt.ifEmpty, wholeDay: tt.until}
			got, err := d.read(tt.values, vienna)
			why := ""
			if err != nil {
				why = err.Error()
			}
			if why != tt.why || got.denied != tt.denied || !got.at.Equal(tt.want) {
				t.Errorf("got %v, denied %v, %q; want %v, %v, %q", got.at.UTC(), got.denied, why, tt.want, tt.denied, tt.why)
			}
		})
	}
}

func TestIfEmpty_Texts(t *testing.T) {
	t.Parallel()
	for _, choice := range []IfEmpty{Deny, Never, Hold} {
		text, _ := choice.MarshalText()
		var back IfEmpty
		if err := back.UnmarshalText(text); err != nil || back != choice {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	var e IfEmpty
	if err := e.UnmarshalText([]byte("allow")); err == nil || e != 0 {
		t.Errorf("got %v, %v; want an error", e, err)
	}
}
