package doctor

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// counted words how many were read.
func counted(l Look) string {
	text := fmt.Sprintf("%s and %s read", several(l.People, "person", "people"), several(l.Groups, "group", "groups"))
	if l.Nameless > 0 {
		text += fmt.Sprintf("; %s without an address that is believed, of whom nothing is done", several(l.Nameless, "person", "people"))
	}
	return text
}

func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// located is a problem on one line.
func located(file string, p config.Problem) string {
	text := fmt.Sprintf("%s:%d: ", cmp.Or(p.File, file), p.Line)
	if p.Path != "" {
		text += p.Path + ": "
	}
	return text + p.Message
}

// days words a time to come, or one gone by.
func days(d time.Duration) string {
	return several(int(d.Abs().Hours()/24), "day", "days")
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
