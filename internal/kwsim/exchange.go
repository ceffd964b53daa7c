package kwsim

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds request bodies, in bytes.
const maxBody = 1 << 20

// ServeHTTP answers one request. The exchange is recorded before the answer is sent, so whoever has read the answer
// finds it in the history.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := Exchange{Method: r.Method, URLPath: r.URL.Path, Query: r.URL.RawQuery}
	out := s.answer(r, &e).render(s.world.does(), s.URL())
	e.Status = out.status
	s.history.record(e)
	out.send(w)
}

// answer takes the request through rate limit and routing to whoever answers it, and completes the exchange.
func (s *Server) answer(r *http.Request, e *Exchange) answer {
	if r.URL.Path == tokenPath && r.Method == http.MethodPost {
		e.Path = tokenPath
	}
	rt, ids := match(s.routes, r.Method, r.URL.Path)
	if rt != nil {
		e.Path, e.Write = rt.path, r.Method != http.MethodGet
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if e.Write {
		e.Body = withoutPassword(body)
	}
	switch {
	case !s.gate.pass(r.Context(), s.world.does().Queue == drop):
		return s.throttled()
	case err != nil:
		return refusal(refuse(errRequestInvalidJSON))
	case e.Path == tokenPath:
		return s.tokens.answer(s.world, r.Header.Get("Content-Type"), body, e)
	case rt == nil:
		return refusal(refuse(errEntityNotFound))
	}
	return s.rest(rt, r, &call{world: s.world, ids: ids, body: body}, e)
}

// rest answers an operation under /rest. The world is locked from the token to the handler's last look at it.
func (s *Server) rest(rt *route, r *http.Request, c *call, e *Exchange) answer {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.requests++
	actor, err := s.tokens.user(s.world, r.Header.Get("Authorization"))
	if err != nil {
		return refusal(err)
	}
	c.actor, e.Subject = actor, actor.Email
	if err := c.admit(rt, r); err != nil {
		return refusal(err)
	}
	a, err := rt.handle(c)
	if err != nil {
		return refusal(err)
	}
	return a
}

// admit checks everything about a request that does not depend on the operation's meaning.
func (c *call) admit(rt *route, r *http.Request) error {
	query, err := rt.query.parse(r.URL.RawQuery)
	if err != nil {
		return err
	}
	c.query = query
	if rt.body == nil && len(c.body) > 0 {
		return refuse(errRequestInvalidJSON)
	}
	if rt.body != nil {
		if err := checkJSON(r.Header.Get("Content-Type"), c.body, rt.body); err != nil {
			return err
		}
	}
	if rt.admin && c.actor.AdminRoleID != systemAdmin && c.actor.AdminRoleID != applicationAdmin {
		return refuse(errAccessUser)
	}
	return nil
}

// The admin roles; a smaller id ranks higher.
const (
	systemAdmin      = 1
	applicationAdmin = 2
)

// refusal is the answer that the error stands for.
func refusal(err error) answer {
	var p *problem
	if !errors.As(err, &p) {
		p = refuse(errInternalServerError)
	}
	return answer{problem: p}
}

// throttled is the answer to a request above the rate. It comes from the web server in front, so it has no code.
func (s *Server) throttled() answer {
	does := s.world.does()
	if does.RateLimit.status() == http.StatusForbidden {
		return answer{status: http.StatusForbidden, page: "<html><head><title>403 Forbidden</title></head></html>\n"}
	}
	seconds := max(1, does.RetryAfter)
	after := strconv.Itoa(seconds)
	if does.RateLimit == asDate {
		after = s.now().Add(time.Duration(seconds) * time.Second).UTC().Format(http.TimeFormat)
	}
	return answer{
		status: http.StatusTooManyRequests,
		header: http.Header{"Retry-After": {after}},
		page:   "<html><head><title>429 Too Many Requests</title></head></html>\n",
	}
}

// bearer returns the token of an Authorization header, or "".
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
