package contract

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// witness is a test that only remembers what is reported to it.
type witness struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	logs     []string
	fatal    bool
	cleanups []func()
}

func (w *witness) Helper() {}

func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

func (w *witness) Logf(format string, args ...any) {
	w.logs = append(w.logs, fmt.Sprintf(format, args...))
}

func (w *witness) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }

// end is the test's end; nothing is reported after it.
func (w *witness) end() {
	for _, f := range w.cleanups {
		f()
	}
}

func (w *witness) Fatal(...any) { w.fatal = true }

// needDocument skips the test where there is nothing to hold exchanges against; in CI [New] has failed it before.
func needDocument(t *testing.T) {
	t.Helper()
	New(t, Every)
	if _, err := load(); err != nil {
		t.Skip(err)
	}
}

// answer is what a stub server says.
type answer struct {
	status int
	media  string // "" means JSON
	body   string
}

func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	media := a.media
	if media == "" {
		media = "application/json"
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// ask is a request as a client might send it.
type ask struct {
	method, target string
	body           string
	media          string // "" means JSON
	anonymous      bool
}

func (a ask) request() *http.Request {
	r := httptest.NewRequest(a.method, a.target, strings.NewReader(a.body))
	if !a.anonymous {
		r.Header.Set("Authorization", "Bearer canary-token")
	}
	if a.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.media != "" {
		r.Header.Set("Content-Type", a.media)
	}
	return r
}

// judged sends the request to the stub and returns what is reported.
func judged(requests Requests, r *http.Request, next http.Handler) []string {
	w := &witness{}
	New(w, requests).Handler(next).ServeHTTP(httptest.NewRecorder(), r)
	w.end()
	return w.failures
}
