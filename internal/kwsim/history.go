package kwsim

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
)

// Exchange is one request and the status it got.
type Exchange struct {
	N       int       `json:"n"`               // 1 for the first exchange since the start or since ClearHistory
	Method  string    `json:"method"`          // of HTTP
	Path    string    `json:"path"`            // the operation's template, such as /rest/folders/{id}/members; "" if there is no such operation
	URLPath string    `json:"url_path"`        // as requested
	Query   string    `json:"query"`           // as requested, still encoded
	Subject string    `json:"subject"`         // e-mail address of the user acted as or asked for; "" if none was established
	Status  int       `json:"status"`          // of HTTP; 0 if a fault left the request without an answer
	Write   bool      `json:"write"`           // whether the operation can change the tenant
	Body    string    `json:"body,omitempty"`  // of writes, as sent but for passwords
	Fault   FaultKind `json:"fault,omitempty"` // what went wrong; "" if nothing did
}

// historyLimit bounds the memory that exchanges take; older ones are dropped. Counts go on.
const historyLimit = 200_000

type operation struct{ method, path string }

// history remembers exchanges.
type history struct {
	mu        sync.Mutex
	n         int
	exchanges []Exchange
	counts    map[operation]int
}

func newHistory() *history { return &history{counts: map[operation]int{}} }

// record returns the number that the exchange got.
func (h *history) record(e Exchange) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	e.N = h.n
	if len(h.exchanges) >= historyLimit {
		h.exchanges = slices.Clone(h.exchanges[historyLimit/2:])
	}
	h.exchanges = append(h.exchanges, e)
	h.counts[operation{e.Method, e.Path}]++
	return h.n
}

// History returns the exchanges since the start or the last ClearHistory, at least the newest hundred thousand. Exchanges
// are numbered as they end.
func (s *Server) History() []Exchange {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return slices.Clone(s.history.exchanges)
}

// ClearHistory forgets all exchanges and counts.
func (s *Server) ClearHistory() {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	s.history.n, s.history.exchanges = 0, nil
	clear(s.history.counts)
}

// Count returns how many exchanges the operation had, whatever their status. The template is that of Exchange.Path.
func (s *Server) Count(method, template string) int {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return s.history.counts[operation{method, template}]
}

// withoutPassword returns the body with the value of a password replaced. A body that is no JSON object but speaks of
// one is dropped.
func withoutPassword(body []byte) string {
	if !bytes.Contains(bytes.ToLower(body), []byte("password")) {
		return string(body)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return ""
	}
	for name := range fields {
		if fold(name) == "password" {
			fields[name] = secret
		}
	}
	clean, err := json.Marshal(fields)
	if err != nil {
		return ""
	}
	return string(clean)
}
