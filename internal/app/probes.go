package app

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// ledgerState is what the daemon last found of its ledger.
type ledgerState int32

const (
	ledgerUntried ledgerState = iota
	ledgerOurs
	ledgerOthers // another process acts
	ledgerBroken
)

func ledgerStateOf(err error) ledgerState {
	var locked *ledger.LockedError
	switch {
	case err == nil:
		return ledgerOurs
	case errors.As(err, &locked):
		return ledgerOthers
	}
	return ledgerBroken
}

// probes serves /healthz (the process is alive) and /readyz (it does its work, or stands by
// to).
func (d *Daemon) probes(mux *http.ServeMux) http.Handler {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		text, err := d.ready(time.Now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, text)
	})
	return mux
}

// ready says whether a configuration is in force, the ledger can be used, and the last
// success is young enough, or the program has just begun. Whoever stands by makes no run
// that could succeed. Anybody may ask, so the reason has no details.
func (d *Daemon) ready(now time.Time) (string, error) {
	switch ledgerState(d.ledgerIs.Load()) {
	case ledgerBroken:
		return "", errors.New("the ledger cannot be used: read the log")
	case ledgerOthers:
		return "ready, standing by: another process acts", nil
	}
	return "ready", d.board.Readiness().Check(now, time.Duration(d.patience.Load()))
}
