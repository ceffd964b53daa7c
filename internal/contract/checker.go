package contract

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// Requests says which requests must conform. Answers always must.
type Requests int

const (
	// Every is for requests of the product's own client, which has no business sending anything else.
	Every Requests = iota + 1
	// Accepted is for requests that a test writes itself, some of them wrong on purpose: only those that the server
	// serves as a whole must conform. 207 refuses a part.
	Accepted
)

// String returns the name.
func (r Requests) String() string {
	switch r {
	case Every:
		return "every"
	case Accepted:
		return "accepted"
	}
	return "requests " + strconv.Itoa(int(r))
}

// Checker holds exchanges against the document and fails its test where they deviate. It is safe for concurrent use.
type Checker struct {
	t        testing.TB
	requests Requests
	document *document // nil: nothing is checked

	exceptions []exception

	running  sync.WaitGroup // requests that handlers have in hand
	mu       sync.Mutex
	reported map[finding]bool
	used     map[exception]bool
}

// New returns a checker that reports to the test. Servers it watches must be closed by the test, or by a clean-up that is
// registered later. Where the document is missing the checker lets everything pass, or fails the test if the
// environment says CI=true.
func New(t testing.TB, requests Requests) *Checker {
	t.Helper()
	doc, err := load()
	if err != nil {
		withoutDocument(t, err, os.Getenv("CI") == "true")
	}
	c := &Checker{
		t: t, requests: requests, document: doc, exceptions: exceptions(),
		reported: map[finding]bool{}, used: map[exception]bool{},
	}
	t.Cleanup(c.running.Wait) // servers do not wait for handlers whose connection is gone
	return c
}

// withoutDocument is loud, and fatal where the document has to be or cannot be used.
func withoutDocument(t testing.TB, err error, ci bool) {
	t.Helper()
	if ci || !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	t.Logf("WARNING: no exchange is held to the vendor's contract: put the OpenAPI document at %s beside the checkout", beside)
}

// check judges one exchange.
func (c *Checker) check(x exchange) {
	if c.document == nil {
		return
	}
	c.t.Helper()
	op, sent, answered := c.document.judge(x)
	if c.requests == Every || accepted(x.status) {
		c.report(sent, finding{op: op, side: request, status: x.status})
	}
	c.report(answered, finding{op: op, side: response, status: x.status})
}

// accepted reports whether a request was served as a whole.
func accepted(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices && status != http.StatusMultiStatus
}

// judge names the operation and what deviates on either side.
func (d *document) judge(x exchange) (op string, sent, answered []finding) {
	op = x.method + " " + x.url.Path
	if op == http.MethodPost+" "+tokenEndpoint {
		sent = checkTokenRequest(x)
		if x.status != 0 {
			answered = checkTokenResponse(x)
		}
		return op, sent, answered
	}
	route, values := d.find(x)
	sent = []finding{{where: "operation", rule: known}}
	if route != nil {
		op = x.method + " " + route.Path
		sent = checkRequest(x, route, values)
	}
	if x.status != 0 {
		answered = d.checkResponse(x, route)
	}
	return op, sent, answered
}

// report fails the test for what no exception excuses, once for each deviation. The frame says whose findings they are.
func (c *Checker) report(found []finding, frame finding) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range found {
		f.op, f.side, f.status = frame.op, frame.side, frame.status
		if i := slices.IndexFunc(c.exceptions, func(e exception) bool { return e.excuses(f) }); i >= 0 {
			c.used[c.exceptions[i]] = true
			continue
		}
		if !c.reported[f] {
			c.reported[f] = true
			c.t.Errorf("contract: %v", f)
		}
	}
}
