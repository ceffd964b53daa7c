package app

import (
	"context"
	"net/http"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/pages"
)

// pages makes the pages. Where nobody is asked who they are, they are for this machine.
func (d *Daemon) pages(c *config.Config) (http.Handler, error) {
	exposed := config.Exposed(c.HTTP.Pages)
	h, err := pages.New(pages.Options{
		Look:  func(ctx context.Context) pages.View { return look(ctx, d.serving.Load(), d.options, time.Now()) },
		Local: !exposed && c.HTTP.WebConfig == "",
		Log:   d.options.Log.Named("pages"),
	})
	if err == nil && exposed {
		h = kept(c.WebConfigFile(), h)
	}
	return h, err
}

// look opens the ledger for one page. A ledger that cannot be read is part of the answer.
func look(ctx context.Context, c *config.Config, o Options, now time.Time) pages.View {
	now = now.In(c.Location)
	v := pages.View{
		Standing: stand(ctx, c, now), Mode: c.Mode.String(), Caveat: c.Mode.Caveat(),
		Delta: c.Delta.Next(now), Full: c.Full.Next(now), Version: o.Version, Hash: c.Hash,
		Book: history.Book{Location: c.Location},
	}
	book, closeBook, err := OpenHistory(ctx, c)
	if err != nil {
		v.Err = err
		return v
	}
	v.Book, v.Close = book, closeBook
	v.Err = v.Look(ctx, book)
	return v
}

// stand is how things stand as far as it is told outside the ledger.
func stand(ctx context.Context, c *config.Config, now time.Time) history.Standing {
	s := history.Standing{Now: now, Patience: allowance(c, now)}
	if state, err := c.State.Resolve(); err == nil {
		s.Holder, s.Acting = ledger.Holder(ctx, state)
	}
	if present, _ := HoldFile(c); present {
		s.HoldFile = HoldPath(c)
	}
	return s
}
