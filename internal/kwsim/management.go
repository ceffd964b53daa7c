package kwsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// management is the other face of the server: plain HTTP on a port of its own, for whoever drives a test.
type management struct {
	server   *Server
	listener net.Listener
	http     *http.Server
	served   chan struct{}
}

// managementHelp is what GET / answers.
const managementHelp = `The management port of a simulated Kiteworks.

GET    /behaviour        every switch and how it is set
PUT    /behaviour        set switches; those that are not named go back to their default
GET    /faults           what goes wrong
PUT    /faults           replace it, and count every request anew
GET    /history          exchanges; ?method=, ?path= (a template) and ?since=N (those after the N-th) leave some
DELETE /history          forget them
GET    /state            the tenant, readable: equal tenants give equal bytes
GET    /snapshot         the tenant, whole
PUT    /snapshot         put the tenant back, with every id
POST   /tokens/revoke    end every token
`

// maxSnapshot bounds what is sent to the management port, in bytes: a tenant of a million grants fits.
const maxSnapshot = 1 << 30

func newManagement(s *Server, address string) (*management, error) {
	listener, err := listen(address)
	if err != nil {
		return nil, fmt.Errorf("listen for the management of simulated Kiteworks: %w", err)
	}
	m := &management{server: s, listener: listener, served: make(chan struct{})}
	m.http = &http.Server{Handler: m.mux(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(m.served)
		_ = m.http.Serve(listener) // says only that it was closed, or what every client then sees
	}()
	return m, nil
}

func (m *management) close() error {
	err := m.http.Close()
	<-m.served
	return err
}

func (m *management) mux() *http.ServeMux {
	s := m.server
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, managementHelp) })
	mux.HandleFunc("GET /behaviour", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Behaviour()) })
	mux.HandleFunc("PUT /behaviour", change(s.SetBehaviour))
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Faults()) })
	mux.HandleFunc("PUT /faults", change(s.SetFaults))
	mux.HandleFunc("GET /history", m.history)
	mux.HandleFunc("DELETE /history", command(s.ClearHistory))
	mux.HandleFunc("GET /state", export(s.world.Dump))
	mux.HandleFunc("GET /snapshot", export(s.world.Snapshot))
	mux.HandleFunc("PUT /snapshot", m.restore)
	mux.HandleFunc("POST /tokens/revoke", command(s.RevokeTokens))
	return mux
}

// command answers a request that needs no input and cannot fail.
func command(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		do()
		w.WriteHeader(http.StatusNoContent)
	}
}

// change answers a request whose body is a JSON value to be set.
func change[T any](set func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var value T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&value)
		if err == nil && decoder.Decode(&struct{}{}) != io.EOF {
			err = errors.New("there is more than one JSON value: send one")
		}
		if err == nil {
			err = set(value)
		}
		finish(w, err)
	}
}

func export(encode func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		data, err := encode()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(data) // a client that has gone needs no answer
	}
}

func (m *management) restore(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSnapshot))
	if err == nil {
		err = m.server.world.Restore(data)
	}
	finish(w, err)
}

func (m *management) history(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	since := 0
	for name := range query {
		var err error
		switch name {
		case "since":
			since, err = strconv.Atoi(query.Get(name))
		case "method", "path":
		default:
			err = fmt.Errorf("parameter %q is unknown: give method, path or since", name)
		}
		if err != nil {
			finish(w, err)
			return
		}
	}
	writeJSON(w, slices.DeleteFunc(m.server.History(), func(e Exchange) bool {
		return e.N <= since || query.Has("method") && e.Method != query.Get("method") ||
			query.Has("path") && e.Path != query.Get("path")
	}))
}

// finish answers 204, or 400 with what was wrong.
func finish(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, value any) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = out.WriteTo(w) // a client that has gone needs no answer
}
