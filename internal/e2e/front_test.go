package e2e_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"sync"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/contract"
)

// moment is when the front cuts a write's connection.
type moment int

const (
	beforeEffect moment = iota + 1 // Kiteworks never sees the request
	afterEffect                    // Kiteworks has done it, the answer is lost
)

func (m moment) String() string {
	return [...]string{"invalid", "before its effect", "after its effect"}[m]
}

// front stands before Kiteworks, holds every exchange to the vendor's contract,
// and cuts the connection of the n-th write.
type front struct {
	kiteworks http.Handler
	at        int // 1 is the first write; 0: none is cut
	when      moment
	cut       func() // called before the connection is cut; nil: nothing is

	mu     sync.Mutex
	writes int
}

// putFront puts the front before the site's Kiteworks.
func (s *site) putFront(f *front) {
	s.t.Helper()
	f.kiteworks = contract.New(s.t, contract.Every).Handler(s.kw)
	s.putHandler(f)
}

// putHandler puts any handler there.
func (s *site) putHandler(h http.Handler) {
	s.t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = zap.NewStdLog(zap.NewNop()) // killed clients break handshakes
	server.StartTLS()
	s.t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	s.front, s.settings.Kiteworks = server, server.URL
	s.settings.KiteworksCA = s.write("front-ca.pem", string(authority))
}

// ServeHTTP passes everything on but the write whose turn it is.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.strikes(r) {
		f.kiteworks.ServeHTTP(w, r)
		return
	}
	if f.when == afterEffect {
		f.kiteworks.ServeHTTP(httptest.NewRecorder(), r)
	}
	if f.cut != nil {
		f.cut()
	}
	panic(http.ErrAbortHandler) // net/http's way to cut a connection without an answer
}

func (f *front) strikes(r *http.Request) bool {
	if r.Method == http.MethodGet || r.URL.Path == "/oauth/token" {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	return f.writes == f.at
}
