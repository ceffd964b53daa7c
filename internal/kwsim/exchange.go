package kwsim

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds request bodies, in bytes.
const maxBody = 1 << 20

// ServeHTTP answers one request, or lets a fault do so. The exchange is recorded before the answer is sent, so whoever
// has read the answer finds it in the history.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := s.read(r)
	fault := s.injector.strike(in)
	in.Fault = fault.Kind
	out := s.exchange(in, fault).render(s.world.does(), s.URL())
	if fault.Kind == ResetBefore || fault.Kind == ResetAfter {
		out = response{}
	} else {
		out.header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	}
	in.Status = out.status
	in.N = s.history.record(in.Exchange)
	if s.inspect != nil {
		s.inspect(inspection(in, out))
	}
	fault.send(r.Context(), out, w)
}

// exchange takes the request to its answer, unless the fault comes between.
func (s *Server) exchange(in *request, fault Fault) answer {
	a, instead := fault.answer(s)
	switch fault.Kind {
	case Latency:
		pause(in.http.Context(), fault.pause())
	case ExpireToken, ChangeProfile, RowAdded, RowRemoved:
		s.meddle(in, fault.Kind)
	case ResetBefore, ErrorBefore, Throttle, WAF:
		return a
	}
	own := s.answer(in)
	if instead {
		return a
	}
	return own
}

// meddle does what somebody else did just before the request.
func (s *Server) meddle(in *request, kind FaultKind) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	authorization := in.http.Header.Get("Authorization")
	switch kind {
	case ExpireToken:
		s.tokens.end(authorization)
	case ChangeProfile:
		if u, _, err := s.tokens.user(s.world, authorization); err == nil {
			u.epoch++
		}
	case RowAdded:
		s.world.driftIn(in)
	case RowRemoved:
		s.world.driftOut(in)
	}
}

// answer takes the request through rate limit and routing to whoever answers it, and completes the exchange.
func (s *Server) answer(in *request) answer {
	switch {
	case !s.gate.pass(in.http.Context(), s.world.does().Queue == drop):
		return s.throttled()
	case in.err != nil:
		return refusal(refuse(errRequestInvalidJSON))
	case in.Path == tokenPath:
		return s.tokens.answer(s.world, in.http.Header.Get("Content-Type"), in.body, &in.Exchange)
	case in.route == nil:
		return refusal(refuse(errEntityNotFound))
	}
	return s.rest(in)
}

// rest answers an operation under /rest. The world is locked from the token to the handler's last look at it.
func (s *Server) rest(in *request) answer {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.requests++
	actor, granted, err := s.tokens.user(s.world, in.http.Header.Get("Authorization"))
	if err != nil {
		return refusal(err)
	}
	in.Subject = actor.Email
	c := &call{
		world: s.world, actor: actor, scopes: granted, ids: in.ids, body: in.body,
		clientID: s.tokens.clientID, tokenLifetime: s.tokens.lifetime,
	}
	if err := c.admit(in.route, in.http); err != nil {
		return refusal(err)
	}
	a, err := in.route.handle(c)
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
	if err := c.permit(rt); err != nil {
		return err
	}
	if rt.body == nil && len(c.body) > 0 {
		return refuse(errRequestInvalidJSON)
	}
	if rt.body != nil && (len(c.body) > 0 || !rt.bodyOptional) {
		if err := checkJSON(r.Header.Get("Content-Type"), c.body, rt.body); err != nil {
			return err
		}
	}
	return nil
}

// permit checks whether licence, application and acting user may do the operation at all.
func (c *call) permit(rt *route) error {
	does := c.world.does()
	switch {
	case does.APILicense == atCalls:
		return refuse(errAccessClient)
	case !c.scopes.allow(rt.method, rt.path):
		return refuse(code(does.OutsideScope))
	case !rt.admin:
		return nil
	case c.actor.AdminRoleID != systemAdmin && c.actor.AdminRoleID != applicationAdmin, does.UserManagement == off:
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
