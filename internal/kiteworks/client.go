package kiteworks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

const (
	callTime      = 60 * time.Second // one request, answer included
	maxBody       = 64 << 20         // bytes of a success
	maxErrBody    = 64 << 10         // bytes of an error
	maxTries      = 5                // of a request that may be repeated
	apiVersion    = "28"
	firstTryAgain = 500 * time.Millisecond
	maxThrottle   = 3 // refusals without a code, after which they are a verdict
)

// Client sends requests: signed in, at the allowed rate, with a deadline each,
// repeated only where that can do no harm.
type Client struct {
	options  Options
	http     *http.Client
	tokens   *tokens
	throttle *throttle
	known    map[access.Email]bool
	count    atomic.Int64
	clock    clock
	pause    time.Duration // before the second try
}

func newClient(o Options) (*Client, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: o.CA, MinVersion: tls.VersionTLS12}
	transport.MaxIdleConnsPerHost = 16
	c := &Client{
		options:  o,
		throttle: newThrottle(o.Rate),
		pause:    firstTryAgain,
		known:    map[access.Email]bool{},
		http: &http.Client{
			Transport: transport,
			Timeout:   callTime,
			// A redirect would carry the token, or the body of a write, to
			// wherever the answer says.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, id := range o.Identities.all() {
		c.known[id] = true
	}
	c.tokens = &tokens{client: c, kept: map[access.Email]token{}}
	return c, nil
}

// request is one call to be made.
type request struct {
	op          string // method and path template, for errors and metrics
	method      string
	path        string
	query       url.Values
	as          access.Email // "" for the token endpoint
	contentType string
	body        []byte
	secrets     []string // what stands in the body and must not come back in an error
	repeat      bool     // it may be sent again after an answer was lost
}

// get describes a read; template names path parameters in braces, in order.
func get(as access.Email, template string, query url.Values, args ...string) request {
	return newRequest(http.MethodGet, as, template, query, nil, args)
}

// post describes a write with a JSON body.
func post(as access.Email, template string, query url.Values, body any, args ...string) request {
	return newRequest(http.MethodPost, as, template, query, body, args)
}

// put describes a write that replaces; a nil body is none.
func put(as access.Email, template string, query url.Values, body any, args ...string) request {
	return newRequest(http.MethodPut, as, template, query, body, args)
}

func newRequest(method string, as access.Email, template string, query url.Values, body any, args []string) request {
	path := template
	for _, arg := range args {
		open, end := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		path = path[:open] + url.PathEscape(arg) + path[end+1:]
	}
	r := request{op: method + " " + template, method: method, path: path, query: query, as: as, repeat: method == http.MethodGet}
	if body != nil {
		// The bodies are this package's own structs: they always encode.
		r.body, _ = json.Marshal(body)
		r.contentType = "application/json"
	}
	return r
}

// send makes a call until it is decided: a stale token is replaced once, a
// throttled one waits its turn, one that may be repeated is repeated. The
// answer is decoded into out, if that is not nil and there is a body.
func (c *Client) send(ctx context.Context, r request, out any) (http.Header, error) {
	tries := &tries{request: r}
	header, err := backoff.Retry(ctx, func() (http.Header, error) {
		header, err := c.once(ctx, r, out)
		if err != nil && !tries.again(err) {
			return nil, backoff.Permanent(err)
		}
		return header, err
	}, backoff.WithBackOff(c.pace()), backoff.WithMaxElapsedTime(0))
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) {
		err = permanent.Unwrap()
	}
	return header, err
}

// pace is the wait between two tries: from half a second, doubling, with jitter.
func (c *Client) pace() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = c.pause
	b.Multiplier = 2
	b.MaxInterval = 30 * time.Second
	return b
}

// tries decides whether a call is made again.
type tries struct {
	request request
	made    int
	stale   int
	waits   int
}

func (t *tries) again(err error) bool {
	t.made++
	var api *APIError
	var distrust *tls.CertificateVerificationError
	if errors.As(err, &distrust) {
		return false
	}
	if !errors.As(err, &api) {
		return (t.request.repeat || errors.Is(err, errUnsent)) && t.made < maxTries
	}
	switch {
	case api.stale():
		t.stale++
		return t.stale == 1
	case api.Status == http.StatusTooManyRequests:
		t.waits++
		return t.waits <= 2*maxTries
	case api.throttled():
		t.waits++
		return t.waits < maxThrottle
	case api.Status >= 500:
		return t.request.repeat && t.made < maxTries
	}
	return false
}

// once makes the call one time.
func (c *Client) once(ctx context.Context, r request, out any) (http.Header, error) {
	var value string
	if r.as != "" {
		var err error
		if value, err = c.tokens.get(ctx, r.as); err != nil {
			return nil, backoff.Permanent(err)
		}
	}
	if err := c.throttle.wait(ctx); err != nil {
		return nil, backoff.Permanent(fmt.Errorf("%s: %w", r.op, err))
	}
	started := time.Now()
	status, header, body, err := c.exchange(ctx, r, value)
	c.count.Add(1)
	if c.options.OnRequest != nil {
		c.options.OnRequest(r.op, status, time.Since(started))
	}
	if err != nil {
		return nil, err
	}
	if status < 200 || status > 299 {
		return nil, c.failure(r, status, header, body, value)
	}
	if out == nil || len(bytes.TrimSpace(body)) == 0 {
		return header, nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, fmt.Errorf("%s: %d with a body that is not the expected JSON: is there a proxy or a log-in page in between?", r.op, status)
	}
	return header, nil
}

// failure turns an answer into an error, and tells tokens and throttle.
func (c *Client) failure(r request, status int, header http.Header, body []byte, value string) error {
	if status >= 300 && status < 400 {
		return &APIError{Op: r.op, Status: status, Message: "the server redirects, which is not followed: check kiteworks.url"}
	}
	api := newAPIError(r.op, status, redact(body, append(r.secrets, value)))
	api.Ahead, _ = c.clock.ahead()
	if api.stale() {
		c.tokens.drop(r.as, value)
	}
	if api.throttled() {
		c.throttle.pause(retryAfter(header, time.Now()))
	}
	return api
}

// redact takes our own secrets out of an answer: some proxies repeat in an error
// what they were sent.
func redact(body []byte, secrets []string) []byte {
	for _, s := range secrets {
		if s != "" {
			body = bytes.ReplaceAll(body, []byte(s), []byte("<secret>"))
		}
	}
	return body
}

// exchange sends one HTTP request and reads the answer with a limit. Its errors
// show the operation and the transport's reason, never the URL's query or a header.
func (c *Client) exchange(ctx context.Context, r request, value string) (int, http.Header, []byte, error) {
	target := strings.TrimSuffix(c.options.URL, "/") + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%s: the url does not parse: check kiteworks.url", r.op)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.options.UserAgent)
	req.Header.Set("X-Accellion-Version", apiVersion)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if value != "" {
		req.Header.Set("Authorization", "Bearer "+value)
	}
	sent := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, c.lost(r, err)
	}
	defer resp.Body.Close()
	c.clock.compare(resp.Header, sent, time.Now())
	limit := int64(maxBody)
	if resp.StatusCode > 299 {
		limit = maxErrBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return resp.StatusCode, nil, nil, fmt.Errorf("%s: the answer was cut off: %w", r.op, err)
	}
	return resp.StatusCode, resp.Header, body, nil
}

// lost describes a request without an answer.
func (c *Client) lost(r request, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the wrapper shows the whole URL
	}
	var distrust *tls.CertificateVerificationError
	if errors.As(err, &distrust) {
		return fmt.Errorf("%s: %w (%w): check kiteworks.ca and the name in kiteworks.url", r.op, err, errUnsent)
	}
	if unsent(err) {
		return fmt.Errorf("%s: %w (%w): is Kiteworks up at %s?", r.op, err, errUnsent, c.options.URL)
	}
	return fmt.Errorf("%s: %w", r.op, err)
}
