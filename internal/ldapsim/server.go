package ldapsim

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Options says what a server serves, and to whom.
type Options struct {
	Listen   string           // host:port on loopback; "": 127.0.0.1 and a free port
	Listener net.Listener     // serves instead of Listen, and is closed with the server; nil: none
	BaseDN   string           // the suffix; Entries must contain it
	BindDN   string           // the one account that may search
	Password string           // its password
	Entries  []Entry          // parents may stand behind their children
	Now      func() time.Time // for the timestamps of entries; nil: time.Now
	OpenLDAP bool             // the root DSE has OpenLDAP's sign
}

func (o *Options) validate() error {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", o.Listen, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("listen on %q: the embedded directory serves loopback only: write 127.0.0.1", o.Listen)
	}
	if o.BindDN == "" || o.Password == "" {
		return errors.New("serve directory: an account that may read is missing: set BindDN and Password")
	}
	return nil
}

// Server is a directory that is being served. Its methods may be called by
// several goroutines at once.
type Server struct {
	base, account dn
	baseName      string
	accountName   string
	password      string
	now           func() time.Time
	listener      net.Listener
	replace       sync.Mutex // held while a tree is made from the one before
	tree          atomic.Pointer[tree]
	trouble       atomic.Pointer[Trouble] // never nil
	sign          []string                // classes of the root DSE

	mu       sync.Mutex
	closed   bool
	open     map[net.Conn]struct{}
	sessions sync.WaitGroup
}

// New checks the entries, binds the address and serves until Close.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Server{
		baseName: o.BaseDN, accountName: o.BindDN, password: o.Password,
		now: o.Now, open: map[net.Conn]struct{}{}, sign: []string{"top"},
	}
	if o.OpenLDAP {
		s.sign = append(s.sign, "OpenLDAProotDSE")
	}
	s.trouble.Store(&Trouble{})
	var err error
	if s.base, err = parseDN(o.BaseDN); err != nil {
		return nil, err
	}
	if s.account, err = parseDN(o.BindDN); err != nil {
		return nil, err
	}
	if err := s.Replace(o.Entries); err != nil {
		return nil, err
	}
	if s.listener = o.Listener; s.listener == nil {
		if s.listener, err = net.Listen("tcp", o.Listen); err != nil {
			return nil, fmt.Errorf("serve directory: %w", err)
		}
	}
	s.sessions.Go(s.accept)
	return s, nil
}

// Addr is the address that clients connect to.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is Addr as clients are configured with it.
func (s *Server) URL() string { return "ldap://" + s.Addr().String() }

// Replace swaps all entries at once. An entry is the one before if its UUID is,
// also under another DN; what did not change keeps its modifyTimestamp. Searches
// that have begun, pages to come included, finish on the old entries. An error
// leaves everything as it was.
func (s *Server) Replace(entries []Entry) error {
	s.replace.Lock()
	defer s.replace.Unlock()
	next, err := plant(s.base, entries, s.tree.Load(), s.now())
	if err != nil {
		return err
	}
	s.tree.Store(next)
	return nil
}

// Close ends all connections and returns when nothing of the server runs any
// more. Closing again does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	for conn := range s.open {
		_ = conn.Close() // the session notices, and ends
	}
	s.mu.Unlock()
	var err error
	if first {
		err = s.listener.Close()
	}
	s.sessions.Wait()
	return err
}

// accept serves until the listener fails, which it does when it is closed.
func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			_ = s.listener.Close() // already closed, as a rule
			return
		}
		if s.enter(conn) {
			s.sessions.Go(func() {
				defer s.leave(conn)
				newSession(s, conn).serve()
			})
		}
	}
}

// enter notes a connection, or closes it if the server is closing.
func (s *Server) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.trouble.Load().Down {
		_ = conn.Close()
		return false
	}
	s.open[conn] = struct{}{}
	return true
}

func (s *Server) leave(conn net.Conn) {
	_ = conn.Close() // a second time when the server closes
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}
