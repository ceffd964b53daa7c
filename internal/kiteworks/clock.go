package kiteworks

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// skewed is how far two clocks may be apart before it is worth a word: an assertion begins
// a minute ago and ends four minutes from now.
const skewed = 30 * time.Second

// clock is what the answers tell of the server's clock (RFC 9110, 6.6.1).
type clock struct{ last atomic.Pointer[time.Duration] }

// compare notes how far the server is ahead by an answer to what was sent and received then.
// The header counts whole seconds.
func (c *clock) compare(h http.Header, sent, received time.Time) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := at.Add(time.Second / 2).Sub(sent.Add(received.Sub(sent) / 2)).Round(time.Second)
	c.last.Store(&ahead)
}

// ahead is by how much the server's clock is ahead of ours, by its last answer, if that said so.
func (c *clock) ahead() (time.Duration, bool) {
	if last := c.last.Load(); last != nil {
		return *last, true
	}
	return 0, false
}

// Ahead is by how much the server's clock is ahead of ours, in whole seconds; false: no
// answer has told yet.
func (r *Reader) Ahead() (time.Duration, bool) { return r.client.clock.ahead() }

// Skewed says whether two clocks are so far apart that it does harm.
func Skewed(ahead time.Duration) bool { return ahead.Abs() >= skewed }

// Apart says what to do about a clock.
func Apart(ahead time.Duration) string {
	way := "behind"
	if ahead < 0 {
		way = "ahead of"
	}
	return fmt.Sprintf("the clock of this machine is %s %s that of Kiteworks: let both keep time by NTP", ahead.Abs(), way)
}
