package pages

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// View is one look at the ledger, for one page.
type View struct {
	history.Standing              // with Err, if the ledger cannot be read
	Book             history.Book // nobody uses it if Err is set
	Close            func() error // of the book; nil: there is none
	Mode, Caveat     string       // as `status` says it
	Delta, Full      time.Time    // when the schedules come up next
	Version, Hash    string       // of the program, and of the configuration in force
}

func (v *View) zone() *time.Location { return v.Book.Location }

func (v *View) clock(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return history.Clock(at.In(v.zone()))
}

func (v *View) words(a *history.Atlas) history.Words {
	return history.Words{Atlas: a, Zone: v.zone()}
}

func (v *View) close() error {
	if v.Close == nil {
		return nil
	}
	return v.Close()
}
