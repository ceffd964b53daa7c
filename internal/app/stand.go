package app

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// stand says whether a run may begin: not while another process acts. What else is
// wrong with the ledger the run itself will say.
func (d *Daemon) stand(ctx context.Context) bool {
	var locked *ledger.LockedError
	err := d.actor.ready(ctx)
	d.complain(err)
	return !errors.As(err, &locked)
}

// poll looks for the next request, and, standing by, whether it is our turn to act: a
// daemon that begins to act looks at everything. A run under way asks for itself.
func (d *Daemon) poll(ctx context.Context, idle bool) (t kwsync.Trigger, found bool) {
	if !idle || ctx.Err() != nil {
		return t, false
	}
	if !d.actor.acting() {
		err := d.actor.ready(ctx)
		d.complain(err)
		return kwsync.Trigger{Name: start, Full: true}, err == nil
	}
	if d.inbox == nil {
		return t, false
	}
	d.inbox.hash = d.current.config.Hash
	t, found, err := d.inbox.next(ctx)
	d.complain(err)
	return t, found
}

// complain says once why the daemon does not act, or cannot see what is asked of it,
// and once that this is over.
func (d *Daemon) complain(err error) {
	var locked *ledger.LockedError
	text := ""
	if err != nil {
		text = err.Error()
	}
	d.board.Leads(d.actor.acting())
	d.ledgerIs.Store(int32(ledgerStateOf(err)))
	switch {
	case text == d.trouble:
	case err == nil:
		d.options.Log.Info("the ledger is ours to act on")
	case errors.As(err, &locked):
		d.options.Log.Info("standing by: another process acts", zap.Error(err))
	default:
		d.board.LedgerWritable(false)
		d.options.Log.Error("nothing can be done without the ledger; it is tried again", zap.Error(err))
	}
	d.trouble = text
}
