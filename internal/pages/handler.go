package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Options is what the pages need.
type Options struct {
	Look  func(context.Context) View // one look at the ledger; it is closed after use
	Local bool                       // nobody is asked who they are: only a browser on this machine is answered
	Log   *zap.Logger
}

func (o Options) validate() error {
	if o.Look == nil || o.Log == nil {
		return errors.New("the pages need a ledger to look into and a log")
	}
	return nil
}

// answerTime bounds the work for one page, and atOnce how many are worked on.
const (
	answerTime = 20 * time.Second
	atOnce     = 4
)

// badRequest is a mistake of whoever asks, with what to write instead.
type badRequest struct{ text string }

func (e *badRequest) Error() string { return e.text }

// notFound says that there is nothing by that name.
type notFound struct{ error }

type handler struct {
	Options
	rooms chan struct{}
}

// New returns the pages. They answer GET and HEAD only, and change nothing.
func New(o Options) (http.Handler, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	h := &handler{Options: o, rooms: make(chan struct{}, atOnce)}
	mux := http.NewServeMux()
	for path, build := range map[string]builder{
		"/{$}": now, "/runs": runs, "/runs/{id}": run, "/people": people, "/folders": folders,
		"/parked": parked, "/parked/{id}": parkedItem, "/quarantine": quarantine, "/": nowhere,
	} {
		mux.Handle("GET "+path, h.serve(build))
	}
	mux.Handle("GET /style.css", asset("look/style.css", "text/css; charset=utf-8"))
	mux.Handle("GET /icon.svg", asset("look/icon.svg", "image/svg+xml"))
	return h.guard(mux), nil
}

// builder makes a page of a look at the ledger.
type builder func(ctx context.Context, v *View, r *http.Request) (page, error)

// headers keep a browser from doing anything with a page but show it.
var headers = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

// guard sets the headers, and refuses a browser that was led here by a name of somebody
// else's: a page of theirs could read ours.
func (h *handler) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		if h.Local && !local(r.Host) {
			http.Error(w, fmt.Sprintf("These pages are for this machine only: open http://localhost or http://127.0.0.1 with the port, not %q.", short(r.Host)),
				http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// serve answers with what build makes, or with a page that says why there is none.
func (h *handler) serve(build builder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		select {
		case h.rooms <- struct{}{}:
			defer func() { <-h.rooms }()
		case <-ctx.Done():
			http.Error(w, "Too many pages are asked for at once: try again.", http.StatusServiceUnavailable)
			return
		}
		v := h.Look(ctx)
		defer func() { _ = v.close() }() // it was only read
		h.write(w, &v, h.build(ctx, &v, r, build))
	})
}

func (h *handler) build(ctx context.Context, v *View, r *http.Request, build builder) page {
	if v.Err != nil {
		return page{Title: "The ledger cannot be read", Status: http.StatusServiceUnavailable, Sections: []section{
			{Lines: []string{"What is wrong is said above. Nothing can be shown until that is mended."}},
		}}
	}
	p, err := build(ctx, v, r)
	if err == nil {
		return p
	}
	failed := page{Section: p.Section, Sections: []section{{Lines: []string{capital(err.Error()) + "."}}}}
	if len(p.Sections) > 0 { // the form, with what was asked
		failed.Sections = append(p.Sections, failed.Sections...)
	}
	var bad *badRequest
	switch {
	case errors.As(err, &bad):
		failed.Title, failed.Status = "That cannot be asked", http.StatusBadRequest
	case isMissing(err):
		failed.Title, failed.Status = "There is no such thing", http.StatusNotFound
	case errors.Is(err, context.DeadlineExceeded):
		failed.Title, failed.Status = "That took too long", http.StatusServiceUnavailable
	default:
		failed.Title, failed.Status = "That cannot be shown", http.StatusInternalServerError
		h.Log.Warn("a page cannot be shown", zap.String("path", r.URL.Path), zap.Error(err))
	}
	return failed
}

// isMissing says whether an error is that nothing is known of what was asked for.
func isMissing(err error) bool {
	var (
		page *notFound
		run  *ledger.UnknownRunError
		item *ledger.UnknownItemError
		name *history.UnknownError
		seen *history.Unobserved
	)
	return errors.As(err, &page) || errors.As(err, &run) || errors.As(err, &item) || errors.As(err, &name) || errors.As(err, &seen)
}

// write sends a page that is whole: what fails on the way is not sent.
func (h *handler) write(w http.ResponseWriter, v *View, p page) {
	var b bytes.Buffer
	if err := layout.Execute(&b, shown{v, p}); err != nil {
		h.Log.Error("a page cannot be written", zap.String("title", p.Title), zap.Error(err))
		http.Error(w, "The page cannot be written: see the log.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, _ = w.Write([]byte(inert(b.String()))) // whoever asked may be gone
}

func nowhere(context.Context, *View, *http.Request) (page, error) {
	return page{}, &notFound{errors.New("there is no page here; above are those that there are")}
}
