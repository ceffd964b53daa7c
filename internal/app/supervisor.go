package app

import (
	"time"

	"go.uber.org/zap"
)

// Supervisor is whoever started the daemon and restarts it: systemd. The loop tells it how
// things stand, itself and nobody else, so that a loop that is stuck is silent, and is killed
// for it.
type Supervisor interface {
	Ready(status string) error // it serves; or a reload has ended, well or not
	Reloading() error
	Alive() error
	Stopping() error
}

// alone is the supervisor of a daemon that nobody supervises.
type alone struct{}

func (alone) Ready(string) error { return nil }
func (alone) Reloading() error   { return nil }
func (alone) Alive() error       { return nil }
func (alone) Stopping() error    { return nil }

func (d *Daemon) supervisor() Supervisor {
	if d.options.Supervisor == nil {
		return alone{}
	}
	return d.options.Supervisor
}

func (d *Daemon) tellUp(status string) { d.unheard(d.supervisor().Ready(status)) }
func (d *Daemon) tellReloading()       { d.unheard(d.supervisor().Reloading()) }
func (d *Daemon) tellAlive()           { d.unheard(d.supervisor().Alive()) }
func (d *Daemon) tellStopping()        { d.unheard(d.supervisor().Stopping()) }

// unheard logs that the supervisor could not be told: it may kill us for it. It is of the
// loop, and says the same thing once.
func (d *Daemon) unheard(err error) {
	if err == nil {
		d.deaf = ""
		return
	}
	if text := err.Error(); text != d.deaf {
		d.deaf = text
		d.options.Log.Warn("the service manager cannot be told how the daemon stands", zap.Error(err))
	}
}

// await waits for the run under way, which finishes the step in hand, and is alive
// meanwhile.
func (d *Daemon) await(ended <-chan bool, tick <-chan time.Time) {
	for {
		select {
		case <-ended:
			return
		case <-tick:
			d.tellAlive()
		}
	}
}
