package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// progress is one line of a terminal that says how far a long look, or a long run, has come.
// A nil one shows nothing. Requests are told to it from several goroutines.
type progress struct {
	out   io.Writer
	width int // of the terminal; 0: it is not known
	now   func() time.Time

	mu    sync.Mutex
	work  work
	shown int // columns that the line takes now
	quit  chan struct{}
	ended chan struct{}
}

// work is what is under way.
type work struct {
	stage string // "": nothing that is worth a line
	began time.Time
	total int // of what is counted; 0: nobody knows
	done  int
}

// redrawn is how often the line is drawn anew.
const redrawn = 200 * time.Millisecond

// watched lets a command's settings tell what is under way, where somebody looks at a
// terminal. Whoever calls it ends it.
func (c *command) watched() app.Settings {
	s := app.Settings{Version: version}
	if !isTerminal(c.errOut) {
		return s
	}
	p := &progress{out: c.errOut, width: widthOf(c.errOut), now: time.Now, quit: make(chan struct{}), ended: make(chan struct{})}
	c.progress = p
	s.Doing, s.OnRequest = p.begin, func(op string, _ int, _ time.Duration) { p.requested(op) }
	go p.redraw()
	return s
}

func (p *progress) redraw() {
	defer close(p.ended)
	tick := time.NewTicker(redrawn)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		case <-p.quit:
			return
		}
	}
}

// begin implements app.Settings.Doing.
func (p *progress) begin(stage string, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.work = work{stage: stage, began: p.now(), total: total}
	p.draw()
}

// requested counts one request to Kiteworks: of a look, or, where it is known how many
// folders there are to look into, those alone.
func (p *progress) requested(op string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.work.stage {
	case kwsync.Looking:
		p.work.done++
	case kwsync.Members:
		if op == http.MethodGet+" /rest/folders/{id}/members" {
			p.work.done++
		}
	}
}

// settled counts one change.
func (p *progress) settled(kwsync.Act) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.work.stage == kwsync.Applying {
		p.work.done++
	}
}

// clear takes the line away, before something else is printed, until more is begun.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.work = work{}
	p.draw()
}

// end clears the line for good.
func (p *progress) end() {
	if p == nil {
		return
	}
	close(p.quit)
	<-p.ended
	p.clear()
}

// draw writes over what stood on the line: not every terminal can erase.
func (p *progress) draw() {
	text := p.work.line(p.now())
	if p.width > 1 && len(text) >= p.width {
		text = text[:p.width-1]
	}
	if text == "" && p.shown == 0 {
		return
	}
	blank := strings.Repeat(" ", max(0, p.shown-len(text)))
	fmt.Fprintf(p.out, "\r%s%s", text, blank)
	if text == "" {
		fmt.Fprint(p.out, "\r")
	}
	p.shown = len(text)
}

// line is what is under way, in ASCII.
func (w work) line(now time.Time) string {
	passed := now.Sub(w.began)
	switch w.stage {
	case kwsync.Refreshing:
		return "Reading the directory, " + passed.Round(time.Second).String()
	case kwsync.Proving:
		return "Looking for who is missing, " + passed.Round(time.Second).String()
	case kwsync.Looking:
		return "Reading Kiteworks: " + count(w.done, "request") + w.rate(passed)
	case kwsync.Members:
		return "Reading Kiteworks: " + w.share("folders") + w.rate(passed) + w.left(passed)
	case kwsync.Applying:
		return "Applying: " + w.share("changes") + w.rate(passed) + w.left(passed)
	}
	return ""
}

func (w work) share(of string) string {
	return fmt.Sprintf("%d of %d %s", min(w.done, w.total), w.total, of)
}

// settledAfter is how long a rate has to be watched before it says something.
const settledAfter = time.Second

// rate is how many were done in a second.
func (w work) rate(passed time.Duration) string {
	if w.done == 0 || passed < settledAfter {
		return ""
	}
	return fmt.Sprintf(", %.3g a second", float64(w.done)/passed.Seconds())
}

// left is how long the rest takes at that rate.
func (w work) left(passed time.Duration) string {
	if w.done == 0 || w.done >= w.total || passed < settledAfter {
		return ""
	}
	rest := time.Duration(float64(passed) / float64(w.done) * float64(w.total-w.done))
	return fmt.Sprintf(", about %s left", max(rest, time.Second).Round(time.Second))
}
