package kwsim

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a running simulated Kiteworks server. Its methods are safe for concurrent use.
type Server struct {
	world   *World
	gate    *gate
	tokens  *tokens
	history *history
	routes  []route
	now     func() time.Time

	injector injector
	inspect  func(Inspection) // nil for nobody

	listener net.Listener
	http     *http.Server
	ca       []byte // PEM; nil without TLS
	served   chan struct{}
	closing  sync.Once

	management *management // nil if nobody asked for it
}

// New listens, serves in the background and returns at once. End it with [Server.Close].
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("check simulator options: %w", err)
	}
	o.Behaviour, _ = o.Behaviour.complete() // validate has tried it
	listener, err := listen(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for simulated Kiteworks: %w", err)
	}
	s := &Server{
		world:    newWorld(o),
		gate:     newGate(o.RequestsPerSecond, o.Queue, o.Now),
		history:  newHistory(),
		routes:   routes(),
		now:      o.Now,
		inspect:  o.Inspect,
		listener: listener,
		served:   make(chan struct{}),
	}
	s.injector.set(o.Faults)
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // broken handshakes are the client's to report
	}
	if o.TLS {
		if err := s.makeCertificate(); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	if o.Application.Audience == "" {
		o.Application.Audience = s.URL()
	}
	s.tokens = newTokens(o)
	if o.Management != "" {
		if s.management, err = newManagement(s, o.Management); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	go s.serve()
	return s, nil
}

// listen never waits, so nobody can want to stop it.
func listen(address string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", address)
}

func (s *Server) makeCertificate() error {
	certificate, ca, err := newCertificate()
	if err != nil {
		return fmt.Errorf("make certificate of simulated Kiteworks: %w", err)
	}
	s.ca = ca
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	return nil
}

// serve runs until Close. Its error only ever says that the server was closed, or that the listener broke, which
// every client then sees as a refused connection.
func (s *Server) serve() {
	defer close(s.served)
	if s.ca != nil {
		_ = s.http.ServeTLS(s.listener, "", "")
		return
	}
	_ = s.http.Serve(s.listener)
}

// Close ends the server and its connections, and waits for both. Further calls do nothing.
func (s *Server) Close() error {
	var err error
	s.closing.Do(func() {
		err = s.http.Close()
		<-s.served
		if s.management != nil {
			err = errors.Join(err, s.management.close())
		}
	})
	return err
}

// ManagementURL returns where the server is managed, without a slash at the end, or "" if nobody asked for that.
func (s *Server) ManagementURL() string {
	if s.management == nil {
		return ""
	}
	return "http://" + s.management.listener.Addr().String()
}

// URL returns the base URL, without a slash at the end.
func (s *Server) URL() string {
	if s.ca != nil {
		return "https://" + s.listener.Addr().String()
	}
	return "http://" + s.listener.Addr().String()
}

// CA returns the certificate of the server's own authority in PEM, or nil without TLS.
func (s *Server) CA() []byte { return s.ca }

// World returns the tenant behind the server.
func (s *Server) World() *World { return s.world }

// Behaviour returns how the server behaves now, every default spelled out.
func (s *Server) Behaviour() Behaviour { return *s.world.does() }

// SetBehaviour changes how the server behaves from the next request on. A behaviour with unknown settings is refused
// and changes nothing.
func (s *Server) SetBehaviour(b Behaviour) error {
	b, err := b.complete()
	if err != nil {
		return fmt.Errorf("set behaviour: %w", err)
	}
	s.world.behaviour.Store(&b)
	return nil
}

// Faults returns what goes wrong.
func (s *Server) Faults() Faults { return s.injector.get() }

// SetFaults replaces what goes wrong, and counts every request anew. Faults that make no sense are refused and change
// nothing.
func (s *Server) SetFaults(f Faults) error {
	if err := f.validate(); err != nil {
		return fmt.Errorf("set faults: %w", err)
	}
	s.injector.set(f)
	return nil
}

// SetSecret replaces the client secret. Tokens that were issued stay good.
func (s *Server) SetSecret(secret string) { s.tokens.setSecret(secret) }

// SetPublicKey replaces the key that verifies assertions, which must not be nil. Tokens that were issued stay good.
func (s *Server) SetPublicKey(key *rsa.PublicKey) { s.tokens.setPublicKey(key) }

// SetScopes replaces what the application is registered for; none means all. Tokens that were issued keep theirs.
func (s *Server) SetScopes(to ...string) error {
	if err := validateScopes(to); err != nil {
		return err
	}
	s.tokens.setScopes(newScopes(to))
	return nil
}

// RevokeTokens ends every token that was issued.
func (s *Server) RevokeTokens() { s.tokens.revoke() }
