package kiteworks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// APIError is an answer that is no success. It holds nothing of the request,
// which bears a token.
type APIError struct {
	Op      string // method and path template: "GET /rest/roles"
	Status  int    // HTTP status
	Code    string // the vendor's or OAuth's; "" if the body holds none
	Message string // the server's words, shortened
	Field   string // the input at fault, if named

	Ahead time.Duration // by how much the server's clock is ahead of ours; 0: not known, or the same
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", e.Op, e.Status)
	for _, part := range []string{e.Code, e.Field, e.Message} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	return b.String()
}

// Refused says that the request had no effect: a coded 4xx, 401, 429 or the
// firewall's 490. A 5xx or a cut line is not: what it did must be read.
func (e *APIError) Refused() bool { return e.Status >= 400 && e.Status < 500 }

// throttled says that the server wants us to wait: 429, or a 403 without a code,
// which the vendor's page on rate limiting describes.
func (e *APIError) throttled() bool {
	return e.Status == 429 || (e.Status == 403 && e.Code == "")
}

// stale says that the token no longer counts. A refusal to issue one is final.
func (e *APIError) stale() bool {
	if e.Op == tokenOp {
		return false
	}
	switch e.Code {
	case "ERR_AUTH_PROFILE_CHANGED", "ERR_AUTH_UNAUTHORIZED", "ERR_INVALID_GRANT", "INVALID_GRANT", "invalid_grant":
		return !e.suspended()
	}
	return e.Status == 401 && !e.suspended()
}

// suspended says that the subject was switched off: no new token will help.
func (e *APIError) suspended() bool {
	return strings.Contains(strings.ToLower(e.Message), "suspended")
}

// errUnsent marks a request that provably never reached the server.
var errUnsent = errors.New("not sent")

// unsent says whether a transport error happened before anything was written.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// refused says whether an error proves that nothing happened.
func refused(err error) bool {
	var api *APIError
	return errors.Is(err, errUnsent) || (errors.As(err, &api) && api.Refused())
}

// codeOf is the vendor's code of an error, "" if it has none.
func codeOf(err error) string {
	var api *APIError
	if errors.As(err, &api) {
		return api.Code
	}
	return ""
}

// wireError is one error in any of the shapes that sources show: the vendor's
// {code, message, field}, OAuth's {error, error_description}.
type wireError struct {
	Code        any    `json:"code"`
	Message     string `json:"message"`
	Field       string `json:"field"`
	Description string `json:"error_description"`
}

// newAPIError reads an error body: {"errors":[{..}]}, {"errors":{..}},
// {"error":{..}}, flat, or OAuth. Anything else, HTML of a firewall say, leaves the status.
func newAPIError(op string, status int, body []byte) *APIError {
	e := &APIError{Op: op, Status: status}
	var envelope struct {
		Errors json.RawMessage `json:"errors"`
		Error  json.RawMessage `json:"error"`
		wireError
	}
	if json.Unmarshal(body, &envelope) != nil {
		return e
	}
	w := envelope.wireError
	for _, raw := range []json.RawMessage{envelope.Errors, envelope.Error} {
		if inner, ok := firstError(raw); ok {
			w = inner
			break
		}
	}
	var oauth string
	if w.Code == nil && json.Unmarshal(envelope.Error, &oauth) == nil {
		w.Code = oauth
	}
	e.Code, e.Field, e.Message = codeText(w.Code), shorten(w.Field), shorten(w.Message+w.Description)
	return e
}

// firstError decodes one error or the first of an array.
func firstError(raw json.RawMessage) (wireError, bool) {
	var one wireError
	var many []wireError
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0:
		return one, false
	case raw[0] == '[':
		if json.Unmarshal(raw, &many) != nil || len(many) == 0 {
			return one, false
		}
		return many[0], true
	case raw[0] == '{':
		return one, json.Unmarshal(raw, &one) == nil
	}
	return one, false
}

func codeText(code any) string {
	switch c := code.(type) {
	case string:
		return shorten(c)
	case float64:
		return strconv.Itoa(int(c))
	}
	return ""
}

// shorten keeps a server's text fit for one line of a report.
func shorten(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return s
}

// explainToken adds what to do to a refusal of the token endpoint.
func explainToken(err error) error {
	hints := map[string]string{
		"invalid_client":      "check kiteworks.client_id and client_secret: the secret may have been regenerated or have expired",
		"unauthorized_client": "check that the licence of Kiteworks has the API, that the application is switched on, and that it allows JWT",
		"invalid_grant":       "check that kiteworks.jwt.private_key, issuer and audience are those of the application, that the identity may log in, and the clock; an identity that Kiteworks does not know is to be corrected in kiteworks.identities (one that a grant names by `as`: in others)",
		"invalid_scope":       "check the scopes of the application",
	}
	var api *APIError
	if errors.As(err, &api) && api.suspended() {
		return fmt.Errorf("%w: this identity is suspended on Kiteworks: unsuspend it, or name another in kiteworks.identities", err)
	}
	if api != nil && api.Code == "invalid_grant" && api.Ahead.Abs() >= skewed {
		return fmt.Errorf("%w: %s", err, Apart(api.Ahead))
	}
	if hint, ok := hints[codeOf(err)]; ok {
		return fmt.Errorf("%w: %s", err, hint)
	}
	return err
}
