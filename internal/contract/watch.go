package contract

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"testing/iotest"
)

// Handler returns a handler that serves as next does and judges each exchange when next has answered it. An answer that
// next breaks off is not judged.
func (c *Checker) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.running.Add(1)
		defer c.running.Done()
		x, body := record(r.Method, r.URL, r.Header, r.Body)
		r.Body = body
		tape := &tape{ResponseWriter: w}
		defer func() {
			c.check(tape.complete(x))
		}()
		next.ServeHTTP(tape, r)
		tape.finished = true
	})
}

// Transport returns a transport that sends as next does and judges each exchange when its answer is there.
func (c *Checker) Transport(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		x, body := record(r.Method, r.URL, r.Header, r.Body)
		sent := r.Clone(r.Context())
		sent.Body = body
		answer, err := next.RoundTrip(sent)
		if err != nil {
			c.check(x)
			return nil, err
		}
		received, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close() // what it says, reading has said already
		answer.Body = replay(received, err)
		if err == nil {
			x.status, x.answered, x.received = answer.StatusCode, answer.Header, received
		}
		c.check(x)
		return answer, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip sends the request.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// record reads a request and returns another body with the same bytes and the same end.
func record(method string, target *url.URL, header http.Header, body io.ReadCloser) (exchange, io.ReadCloser) {
	x := exchange{method: method, url: target, header: header.Clone()}
	if body == nil || body == http.NoBody {
		return x, body
	}
	sent, err := io.ReadAll(body)
	_ = body.Close() // the test's own bytes
	x.sent = sent
	return x, replay(sent, err)
}

// replay is a body of these bytes that ends with err, if there is one.
func replay(body []byte, err error) io.ReadCloser {
	if err == nil {
		return io.NopCloser(bytes.NewReader(body))
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(body), iotest.ErrReader(err)))
}

// tape passes an answer on and keeps a copy.
type tape struct {
	http.ResponseWriter
	status   int
	body     bytes.Buffer
	finished bool // the handler has returned
	taken    bool // the handler has taken the connection
}

// WriteHeader keeps the first final status.
func (t *tape) WriteHeader(status int) {
	if t.status == 0 && status >= http.StatusOK {
		t.status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write keeps what it writes.
func (t *tape) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] find what the writer below can do.
func (t *tape) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Hijack hands the connection over; what is written to it is not judged.
func (t *tape) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	t.taken = true
	return http.NewResponseController(t.ResponseWriter).Hijack()
}

// complete adds the answer to the exchange, if it is whole.
func (t *tape) complete(x exchange) exchange {
	length := t.Header().Get("Content-Length")
	if !t.finished || t.taken || length != "" && length != strconv.Itoa(t.body.Len()) {
		return x
	}
	x.status, x.answered, x.received = t.status, t.Header(), t.body.Bytes()
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x
}
