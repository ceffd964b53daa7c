package kwsim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is a way in which an exchange goes wrong.
type FaultKind string

// The kinds. Those that end in before spare the tenant; those that end in after strike when the request has had its
// effect.
const (
	Latency       FaultKind = "latency"        // the answer comes late, by Milliseconds
	ResetBefore   FaultKind = "reset_before"   // the connection ends without an answer
	ResetAfter    FaultKind = "reset_after"    // as before
	Throttle      FaultKind = "throttle"       // the answer of a server that has had enough; Run makes it a storm
	ErrorBefore   FaultKind = "error_before"   // a status from 500 on
	ErrorAfter    FaultKind = "error_after"    // as before
	Truncate      FaultKind = "truncate"       // half the body, then the connection ends; the request had its effect
	Slow          FaultKind = "slow"           // the body comes in drops, over Milliseconds
	ExpireToken   FaultKind = "expire_token"   // the token has just ended
	ChangeProfile FaultKind = "change_profile" // an administrator has just changed the acting user's profile, and back
	WAF           FaultKind = "waf"            // 490 with HTML
	RowAdded      FaultKind = "row_added"      // between two pages of users or members somebody has added a row
	RowRemoved    FaultKind = "row_removed"    // somebody has taken a row away again that RowAdded added
)

// FaultKinds returns every kind.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Latency, ResetBefore, ResetAfter, Throttle, ErrorBefore, ErrorAfter, Truncate, Slow, ExpireToken, ChangeProfile,
		WAF, RowAdded, RowRemoved,
	}
}

// Faults is what goes wrong, and when. Equal faults meet equal requests in equal ways, in whatever order the requests
// come: each decision depends only on the seed, the rule, the request and how often it was sent before.
type Faults struct {
	Seed  uint64  `json:"seed" yaml:"seed"`
	Rules []Fault `json:"rules" yaml:"rules"` // the first one that strikes a request counts
}

// Fault is one rule. It strikes by Nth or Every, which count the requests of its operation, or else by Probability,
// which is drawn for each request by itself: requests are equal if method, path, query and body are, and token requests
// if their subject is.
type Fault struct {
	Operation    string    `json:"operation" yaml:"operation"` // such as "GET /rest/folders/{id}/members", or "*"
	Kind         FaultKind `json:"kind" yaml:"kind"`
	Probability  float64   `json:"probability,omitempty" yaml:"probability"`   // of each request, from 0 to 1
	Until        int       `json:"until,omitempty" yaml:"until"`               // with Probability: spares a request sent more often; 0 spares none
	Nth          int       `json:"nth,omitempty" yaml:"nth"`                   // strikes that request, 1 being the first
	Every        int       `json:"every,omitempty" yaml:"every"`               // strikes each such request
	Run          int       `json:"run,omitempty" yaml:"run"`                   // how many strikes follow each other; 0 means 1
	Milliseconds int       `json:"milliseconds,omitempty" yaml:"milliseconds"` // of Latency and Slow; 0 means 20
	Status       int       `json:"status,omitempty" yaml:"status"`             // of ErrorBefore and ErrorAfter; 0 means 503
}

// Chaos returns faults of every kind at moderate rates. No request is struck more than three times, so whoever sends
// it a fourth time gets through; rows are only added, since no reader of pages can notice a row that slips past.
func Chaos(seed uint64) Faults {
	f := Faults{Seed: seed}
	for _, kind := range FaultKinds() {
		rule := Fault{Operation: anyOperation, Kind: kind, Probability: 0.02, Until: 2, Milliseconds: 5}
		switch kind {
		case RowRemoved:
			continue
		case Throttle:
			rule.Run = 2
		case RowAdded:
			rule.Probability = 0.2
		case WAF:
			rule.Probability = 0.002
		}
		f.Rules = append(f.Rules, rule)
	}
	return f
}

const anyOperation = "*"

// ReadFaults reads faults as YAML or JSON. It refuses unknown fields, kinds and operations.
func ReadFaults(r io.Reader) (Faults, error) {
	var f Faults
	err := readStrict(r, &f)
	if err == nil {
		err = f.validate()
	}
	if err != nil {
		return Faults{}, fmt.Errorf("read faults: %w", err)
	}
	return f, nil
}

func (f Faults) validate() error {
	operations := append(Operations(), anyOperation)
	var errs []error
	for i, rule := range f.Rules {
		if err := rule.validate(operations); err != nil {
			errs = append(errs, fmt.Errorf("fault %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

func (f Fault) validate(operations []string) error {
	ways := 0
	for _, given := range []bool{f.Probability != 0, f.Nth != 0, f.Every != 0} {
		if given {
			ways++
		}
	}
	switch {
	case !slices.Contains(operations, f.Operation):
		return fmt.Errorf("operation %q is not served: give a method and a template, or *", f.Operation)
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("kind %q is unknown: choose one of %v", f.Kind, FaultKinds())
	case ways != 1:
		return errors.New("when it strikes is not clear: give one of probability, nth and every")
	case f.Probability < 0, f.Probability > 1:
		return fmt.Errorf("probability is %v: give 0 to 1", f.Probability)
	case min(f.Until, f.Nth, f.Every, f.Run, f.Milliseconds) < 0:
		return errors.New("a count is negative: give 0 or more")
	case f.Status != 0 && (f.Status < 500 || f.Status > 599):
		return fmt.Errorf("status is %d: give 500 to 599", f.Status)
	}
	return nil
}

// answer is what the client gets instead of an answer of the server's own; false for kinds that leave it alone.
func (f Fault) answer(s *Server) (answer, bool) {
	switch f.Kind {
	case Throttle:
		return s.throttled(), true
	case WAF:
		return answer{status: statusBlocked, page: "<html><body>Request blocked</body></html>\n"}, true
	case ErrorBefore, ErrorAfter:
		status := cmp.Or(f.Status, http.StatusServiceUnavailable)
		if status == http.StatusInternalServerError {
			return answer{problem: refuse(errInternalServerError)}, true
		}
		return answer{status: status, page: "<html><body>" + http.StatusText(status) + "</body></html>\n"}, true
	}
	return answer{}, false
}

// statusBlocked is the vendor's status for requests that the web application firewall refused.
const statusBlocked = 490

// send sends the answer the way the fault lets it. ErrAbortHandler is how net/http ends a connection, or a stream,
// without another word.
func (f Fault) send(ctx context.Context, out response, w http.ResponseWriter) {
	switch f.Kind {
	case ResetBefore, ResetAfter:
		panic(http.ErrAbortHandler)
	case Truncate:
		out.header.Set("Content-Length", strconv.Itoa(len(out.body)+1))
		out.body = out.body[:len(out.body)/2]
		out.send(w)
		_ = http.NewResponseController(w).Flush() // a client that has gone needs no answer
		panic(http.ErrAbortHandler)
	case Slow:
		out.dribble(ctx, w, f.pause())
	default:
		out.send(w)
	}
}

func (f Fault) pause() time.Duration {
	return time.Duration(cmp.Or(f.Milliseconds, 20)) * time.Millisecond
}

// drops is how many pieces a slow body comes in.
const drops = 5

// dribble sends the body in drops, over the time given.
func (r response) dribble(ctx context.Context, w http.ResponseWriter, over time.Duration) {
	body := r.body
	r.body = nil
	r.send(w)
	for piece := range slices.Chunk(body, len(body)/drops+1) {
		_, _ = w.Write(piece)                     // a client that has gone needs no answer
		_ = http.NewResponseController(w).Flush() // nor a prompt one
		pause(ctx, over/drops)
	}
}

// pause waits, but for nobody who has gone.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
