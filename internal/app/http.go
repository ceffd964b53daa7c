package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// stopTime bounds how long open HTTP connections may hold up the end.
const stopTime = 5 * time.Second

// maxBody is how much of a request is read: nothing that is served takes a body.
const maxBody = 1 << 10

// door is an address at which the daemon answers.
type door struct {
	key      string // of the configuration
	listener net.Listener
	server   *http.Server
	guard    string // file that says who may enter; "": everybody
}

// openDoors listens wherever the configuration says. Nobody is answered yet.
func (d *Daemon) openDoors(ctx context.Context, c *config.Config) error {
	if err := checkGuard(c, d.options.Log); err != nil {
		return err
	}
	shown, err := d.pages(c)
	if err != nil {
		return err
	}
	for _, each := range []struct {
		key, address, guard string
		handler             http.Handler
	}{
		{"http.metrics", c.HTTP.Metrics, c.WebConfigFile(), d.metrics()},
		{"http.pages", c.HTTP.Pages, c.WebConfigFile(), shown},
		{"http.probes", c.HTTP.Probes, "", d.probes(http.NewServeMux())},
	} {
		if each.address == "" {
			continue
		}
		l, err := listen(ctx, each.key, each.address)
		if err != nil {
			return errors.Join(err, d.closeDoors())
		}
		d.doors = append(d.doors, &door{key: each.key, listener: l, guard: each.guard, server: d.server(each.handler)})
	}
	return nil
}

func listen(ctx context.Context, key, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: %s is in use: stop what listens there (`ss -ltnp` names it), or give another address", key, address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w: give an address of this machine", key, err)
	}
	return l, nil
}

// server has a time-out for each thing that a client may be slow at.
func (d *Daemon) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           http.MaxBytesHandler(h, maxBody),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          zap.NewStdLog(d.options.Log),
	}
}

// metrics serves /metrics, and the probes beside it.
func (d *Daemon) metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(d.registry, promhttp.HandlerOpts{Registry: d.registry}))
	return d.probes(mux)
}

// serve answers at every door until stop is called.
func (d *Daemon) serve() (stop func() error) {
	ended := make(chan error, len(d.doors))
	for _, each := range d.doors {
		go func() {
			err := each.serve(d.options.Log)
			if err != nil {
				d.options.Log.Error("nothing is served any more at "+each.key, zap.Error(err))
			}
			ended <- err
		}()
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		var errs []error
		for _, each := range d.doors {
			errs = append(errs, each.server.Shutdown(ctx))
			_ = each.listener.Close() // the server has, unless it never came to serve
		}
		for range d.doors {
			errs = append(errs, <-ended)
		}
		return errors.Join(errs...)
	}
}

// serve answers until the server is shut down, which is no error.
func (o *door) serve(log *zap.Logger) error {
	err := web.Serve(o.listener, o.server, &web.FlagConfig{WebConfigFile: &o.guard}, guardLog(log))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (d *Daemon) closeDoors() error {
	var errs []error
	for _, each := range d.doors {
		errs = append(errs, each.listener.Close())
	}
	return errors.Join(errs...)
}

// Addr is where /metrics is served; "" if nowhere.
func (d *Daemon) Addr() string { return d.addressOf("http.metrics") }

// PagesAddr is where the pages are; "" if nowhere.
func (d *Daemon) PagesAddr() string { return d.addressOf("http.pages") }

// ProbesAddr is where whom has no password is answered; "" if nowhere.
func (d *Daemon) ProbesAddr() string { return d.addressOf("http.probes") }

func (d *Daemon) addressOf(key string) string {
	for _, each := range d.doors {
		if each.key == key {
			return each.listener.Addr().String()
		}
	}
	return ""
}

// unmoved refuses a reload that would open other doors, or guard them by another file.
func unmoved(now, next *config.Config) error {
	for _, key := range []struct{ name, now, next string }{
		{"http.metrics", now.HTTP.Metrics, next.HTTP.Metrics},
		{"http.pages", now.HTTP.Pages, next.HTTP.Pages},
		{"http.probes", now.HTTP.Probes, next.HTTP.Probes},
		{"http.web_config", now.WebConfigFile(), next.WebConfigFile()},
	} {
		if key.now != key.next {
			return fmt.Errorf("%s changed from %q to %q, which takes a restart", key.name, key.now, key.next)
		}
	}
	return nil
}
