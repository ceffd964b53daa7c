package kwsim

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// tokens is the token endpoint with the application's registration.
type tokens struct {
	clientID string
	lifetime time.Duration
	now      func() time.Time

	mu       sync.Mutex
	secret   string
	scopes   scopes // registered
	verifier verifier
	sessions map[string]session
	usedIDs  map[string]time.Time // jti to the assertion's expiry, after which it is refused anyway
}

// session is an access token's meaning.
type session struct {
	userID  string
	epoch   int // the user's when the token was issued
	scopes  scopes
	expires time.Time
}

func newTokens(o Options) *tokens {
	a := o.Application
	return &tokens{
		clientID: a.ClientID,
		lifetime: a.TokenLifetime,
		now:      o.Now,
		secret:   a.ClientSecret,
		scopes:   newScopes(a.Scopes),
		verifier: verifier{
			key: a.PublicKey, issuer: a.Issuer, audience: a.Audience, subject: a.SubjectClaim, leeway: o.Leeway, now: o.Now,
		},
		sessions: map[string]session{},
		usedIDs:  map[string]time.Time{},
	}
}

func (t *tokens) setSecret(secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secret = secret
}

func (t *tokens) setPublicKey(key *rsa.PublicKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.verifier.key = key
}

func (t *tokens) revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.sessions)
}

// setScopes replaces what the application is registered for. Tokens that were issued keep theirs.
func (t *tokens) setScopes(s scopes) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scopes = s
}

// user returns who acts with the Authorization header, and within which scopes. It expects the world to be locked.
func (t *tokens) user(w *World, authorization string) (*user, scopes, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.sessions[bearer(authorization)]
	u := w.users[s.userID]
	switch {
	case !ok, u == nil, !t.now().Before(s.expires), signInObstacle(u, w.does()) != "":
		return nil, nil, refuse(errAuthUnauthorized)
	case s.epoch != u.epoch:
		return nil, nil, refuse(errAuthProfileChanged)
	}
	return u, s.scopes, nil
}

// end forgets the token of the Authorization header.
func (t *tokens) end(authorization string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sessions, bearer(authorization))
}

// tokenAnswer is a granted token.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   any    `json:"expires_in"` // seconds, as number or string
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
}

// tokenRefusal is the error of RFC 6749, section 5.2.
type tokenRefusal struct {
	Name        string `json:"error"`
	Description string `json:"error_description"`
}

func refuseToken(name, description string) answer {
	return answer{status: http.StatusBadRequest, body: tokenRefusal{name, description}}
}

// refuseClient is refuseToken for an application that is not known.
func refuseClient(does *Behaviour) answer {
	a := refuseToken("invalid_client", "client_id or client_secret is wrong")
	a.status = does.WrongSecret.status()
	return a
}

// answer serves the token endpoint for the JWT grant of RFC 7523. Form fields it does not know are ignored, as the
// vendor's own client relies on.
func (t *tokens) answer(w *World, contentType string, body []byte, e *Exchange) answer {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/x-www-form-urlencoded" {
		return refuseToken("invalid_request", "content type must be application/x-www-form-urlencoded")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return refuseToken("invalid_request", "body is not a form")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return refuseToken("invalid_request", "grant_type is missing")
	case grant != jwtBearer:
		return refuseToken("unsupported_grant_type", "grant_type is not supported")
	case !t.knows(form.Get("client_id"), form.Get("client_secret")):
		return refuseClient(w.does())
	case w.does().APILicense == atToken:
		return refuseToken("unauthorized_client", "The client is not authorized to use this grant")
	case form.Get("assertion") == "":
		return refuseToken("invalid_request", "assertion is missing")
	}
	return t.grant(w, form, e)
}

func (t *tokens) knows(clientID, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(clientID), []byte(t.clientID))&
		subtle.ConstantTimeCompare([]byte(secret), []byte(t.secret)) == 1
}

// grant exchanges the form's assertion for a token.
func (t *tokens) grant(w *World, form url.Values, e *Exchange) answer {
	does := w.does()
	v := t.verifier
	v.lifetime = cmp.Or(time.Duration(does.AssertionLifetime)*time.Second, assertionLifetime)
	v.leeway, v.form = cmp.Or(time.Duration(does.AssertionLeeway)*time.Second, v.leeway), does.AssertionAudience
	claim, err := v.verify(form.Get("assertion"))
	if err != nil {
		return refuseToken("invalid_grant", err.Error())
	}
	t.sweep()
	if _, used := t.usedIDs[claim.id]; used && does.AssertionReplay != accepted {
		return refuseToken("invalid_grant", "assertion was used before")
	}
	t.usedIDs[claim.id] = claim.expires.Add(v.leeway)
	e.Subject = claim.subject
	u := w.usersByMail[fold(claim.subject)]
	if reason := signInObstacle(u, does); reason != "" {
		return refuseToken("invalid_grant", does.blocked(u, reason))
	}
	e.Subject = u.Email
	granted, ok := t.scopes.grant(form.Get("scope"))
	if !ok {
		return refuseToken("invalid_scope", "the application is not registered for that scope")
	}
	return answer{body: t.issue(u, does, granted)}
}

// issue makes a token.
func (t *tokens) issue(u *user, does *Behaviour, granted scopes) tokenAnswer {
	lifetime := cmp.Or(time.Duration(does.TokenLifetime)*time.Second, t.lifetime)
	token := rand.Text()
	t.sessions[token] = session{userID: u.ID, epoch: u.epoch, scopes: granted, expires: t.now().Add(lifetime)}
	out := tokenAnswer{token, int(lifetime / time.Second), "bearer", does.told(granted)}
	if does.ExpiresIn == asString {
		out.ExpiresIn = fmt.Sprint(out.ExpiresIn)
	}
	return out
}

// blocked is what the client is told of a subject that may not sign in.
func (b *Behaviour) blocked(u *user, reason string) string {
	switch {
	case b.BlockedSubject == generic:
		return "The provided authorization grant is invalid"
	case b.BlockedSubject == always && u != nil:
		return "User account is suspended"
	}
	return reason
}

// sweep forgets what has expired.
func (t *tokens) sweep() {
	now := t.now()
	maps.DeleteFunc(t.sessions, func(_ string, s session) bool { return !now.Before(s.expires) })
	maps.DeleteFunc(t.usedIDs, func(_ string, expires time.Time) bool { return now.After(expires) })
}

// signInObstacle says why nobody can act as the user, or "".
func signInObstacle(u *user, does *Behaviour) string {
	switch {
	case u == nil:
		return "subject is unknown"
	case u.Suspended:
		return "user is suspended"
	case u.Deactivated:
		return "user is deactivated"
	case u.Deleted:
		return "user is deleted"
	case u.Unverified && does.UnverifiedSubject != accepted:
		return "user is not verified"
	case u.Recipient, u.DistributionList:
		return "subject is not an account"
	}
	return ""
}
