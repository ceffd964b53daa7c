package kwsim

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
)

// Exchange is one request and the status it got.
type Exchange struct {
	N       int    // 1 for the first exchange since the start or since ClearHistory
	Method  string // of HTTP
	Path    string // the operation's template, such as /rest/folders/{id}/members; "" if there is no such operation
	URLPath string // as requested
	Query   string // as requested, still encoded
	Subject string // e-mail address of the user acted as or asked for; "" if none was established
	Status  int    // of HTTP
	Write   bool   // whether the operation can change the tenant
	Body    string // of writes, as sent but for passwords
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

func (h *history) record(e Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	e.N = h.n
	if len(h.exchanges) >= historyLimit {
		h.exchanges = slices.Clone(h.exchanges[historyLimit/2:])
	}
	h.exchanges = append(h.exchanges, e)
	h.counts[operation{e.Method, e.Path}]++
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
			fields[name] = "<secret>"
		}
	}
	clean, err := json.Marshal(fields)
	if err != nil {
		return ""
	}
	return string(clean)
}
