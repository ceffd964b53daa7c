package wire

import (
	"strings"
	"testing"
)

func TestNextOfRange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		described string
		have, got int
		next      int    // -1: it was the last
		err       string // in the error; "": none
	}{
		"the first part":                {"member;range=0-1499", 0, 1500, 1500, ""},
		"a part between":                {"member;range=1500-2999", 1500, 1500, 3000, ""},
		"the last part":                 {"member;range=3000-*", 3000, 7, -1, ""},
		"the last part, empty":          {"member;range=3000-*", 3000, 0, -1, ""},
		"upper case":                    {"member;RANGE=0-0", 0, 1, 1, ""},
		"the same again":                {"member;range=0-1499", 1500, 1500, 0, "does not begin with value 1500"},
		"a gap":                         {"member;range=1501-3000", 1500, 1500, 0, "does not begin with value 1500"},
		"fewer values than it says":     {"member;range=0-1499", 0, 1499, 0, "came with 1499 values"},
		"more values than it says":      {"member;range=0-1499", 0, 1501, 0, "came with 1501 values"},
		"no values":                     {"member;range=0--1", 0, 0, 0, "came with 0 values"},
		"no end":                        {"member;range=0", 0, 1, 0, "came with 1 values"},
		"no number":                     {"member;range=a-b", 0, 1, 0, "does not begin with value 0"},
		"no range":                      {"member;lang-de", 0, 1, 0, "is no range"},
		"no option":                     {"member", 0, 1, 0, "is no range"},
		"nothing after the equals sign": {"member;range=", 0, 1, 0, "is no range"},
		"a number that does not fit":    {"member;range=99999999999999999999-*", 0, 1, 0, "does not begin with value 0"},
		"a range that counts backwards": {"member;range=5-3", 5, 1, 0, "came with 1 values"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attribute, next, err := nextOfRange(test.described, test.have, test.got)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("got %v, want %q", err, test.err)
			}
			if err == nil && (attribute != "member" || next != test.next) {
				t.Errorf("got %s from %d on, want member from %d on", attribute, next, test.next)
			}
		})
	}
}
