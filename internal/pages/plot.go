package pages

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// plot is the changes of runs as bars, the oldest on the left. The table beside it says
// the same in numbers.
type plot struct {
	Title, Summary string
	Width, Height  int
	Left, Base     int // where the axes cross
	Bars           []bar
	Ticks          []tick
	First, Last    string // the runs at both ends
}

// bar is one run: what was done below, what was not above; or a cross, if it failed.
type bar struct {
	X, Wide          float64
	DoneY, DoneHigh  float64
	OtherY, OtherTop float64
	Failed           bool
	Middle           float64
	Tip              string
}

type tick struct {
	Y     float64
	Label string
}

const (
	plotWide, plotHigh = 800, 220
	plotLeft, plotBase = 56, 180
	plotTop            = 16
)

// draw makes the plot of runs, which come the newest first; nil: there is none to draw.
func draw(v *View, listed []history.Run) *plot {
	var ended []history.Run
	for _, r := range slices.Backward(listed) {
		if !r.Decree && !r.Ended.IsZero() {
			ended = append(ended, r)
		}
	}
	if len(ended) == 0 {
		return nil
	}
	most := 1
	for _, r := range ended {
		done, other := tally(r)
		most = max(most, done+other)
	}
	p := &plot{
		Title: "Changes of the runs listed below", Width: plotWide, Height: plotHigh, Left: plotLeft, Base: plotBase,
		First: tag(v, ended[0]), Last: tag(v, ended[len(ended)-1]),
	}
	high := func(n int) float64 {
		if n == 0 {
			return 0
		}
		return max(2, round(float64(n)*(plotBase-plotTop)/float64(most))) // a bar of few is seen too
	}
	for _, n := range marks(most) {
		p.Ticks = append(p.Ticks, tick{plotBase - high(n), strconv.Itoa(n)})
	}
	step := float64(plotWide-plotLeft) / float64(max(len(ended), 10))
	failed := 0
	for i, r := range ended {
		done, other := tally(r)
		b := bar{X: round(plotLeft + (float64(i)+0.15)*step), Wide: round(step * 0.7), DoneHigh: high(done), OtherTop: high(other), Failed: r.Error != ""}
		b.Middle = round(b.X + b.Wide/2)
		b.DoneY = round(plotBase - b.DoneHigh)
		b.OtherY = round(b.DoneY - b.OtherTop)
		b.Tip = fmt.Sprintf("%s: %d done, %d not done", tag(v, r), done, other)
		if b.Failed {
			b.Tip += ", failed"
			failed++
		}
		p.Bars = append(p.Bars, b)
	}
	p.Summary = fmt.Sprintf("%s, from %s to %s; at most %s in one of them; %d failed. The table below has the numbers.",
		history.Count(len(ended), "run"), p.First, p.Last, history.Count(most, "change"), failed)
	return p
}

func tag(v *View, r history.Run) string {
	return fmt.Sprintf("run %d, %s", r.ID, r.Started.In(v.zone()).Format("2006-01-02 15:04"))
}

// round keeps one digit: a picture has no more.
func round(x float64) float64 { return math.Round(x*10) / 10 }

// tally counts the changes that were done, and those that were not.
func tally(r history.Run) (done, other int) {
	for result, n := range r.Results {
		if result == plan.Done.String() || result == plan.Already.String() {
			done += n
		} else {
			other += n
		}
	}
	for _, n := range r.WouldBe {
		other += n
	}
	if len(r.WouldBe) == 0 {
		other += r.Withheld
	}
	return done, other
}

// marks are the numbers on the axis: nought, the half if it is whole, and the most.
func marks(most int) []int {
	if most%2 == 0 {
		return []int{0, most / 2, most}
	}
	return []int{0, most}
}
