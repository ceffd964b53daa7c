package kiteworks

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

const (
	tokenOp = "POST /oauth/token"
	// assertionLife is how long an assertion is valid at most (the vendor's samples: five minutes).
	assertionLife = 5 * time.Minute
	// backDate is how far an assertion begins in the past, for a server whose clock is behind ours.
	backDate = time.Minute
	// maxTokenLife caps the server's own figure, which may be months.
	maxTokenLife = time.Hour
)

// tokens mints and keeps one access token for each subject.
type tokens struct {
	client *Client
	flight singleflight.Group

	mu   sync.Mutex
	kept map[access.Email]token
}

type token struct {
	value string
	scope string // "": not told
	until time.Time
}

// get returns a token for a configured identity, minting one if none is valid.
// Many that ask at once share one request.
func (t *tokens) get(ctx context.Context, subject access.Email) (string, error) {
	if !t.client.known[subject] {
		return "", fmt.Errorf("act as %q: it is not one of kiteworks.identities", subject)
	}
	t.mu.Lock()
	kept := t.kept[subject]
	t.mu.Unlock()
	if time.Now().Before(kept.until) {
		return kept.value, nil
	}
	value, err, _ := t.flight.Do(string(subject), func() (any, error) {
		fresh, err := t.mint(ctx, subject)
		if again(err) {
			fresh, err = t.mint(ctx, subject)
		}
		if err != nil {
			return "", explainToken(err)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.kept[subject] = fresh
		return fresh.value, nil
	})
	if err != nil {
		return "", fmt.Errorf("get a token for %s: %w", subject, err)
	}
	return value.(string), nil
}

// scope is what the token kept for an identity is good for.
func (t *tokens) scope(subject access.Email) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept[subject].scope
}

// drop forgets a token that the server no longer takes; a newer one stays.
func (t *tokens) drop(subject access.Email, value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept[subject].value == value {
		delete(t.kept, subject)
	}
}

// mint asks for a token (POST /oauth/token, RFC 7523 section 2.1).
func (t *tokens) mint(ctx context.Context, subject access.Email) (token, error) {
	o := t.client.options
	secret, err := o.Secret()
	if err != nil {
		return token{}, fmt.Errorf("read kiteworks.client_secret: %w", err)
	}
	assertion, err := t.assertion(subject)
	if err != nil {
		return token{}, err
	}
	form := url.Values{
		"grant_type":    {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"client_id":     {o.ClientID},
		"client_secret": {secret},
		"assertion":     {assertion},
	}
	asked := time.Now()
	var answer tokenAnswer
	_, err = t.client.send(ctx, request{
		op: tokenOp, method: http.MethodPost, path: "/oauth/token",
		contentType: "application/x-www-form-urlencoded", body: []byte(form.Encode()),
		secrets: []string{secret, assertion, url.QueryEscape(secret)},
		repeat:  true, // minting twice does no harm
	}, &answer)
	if err != nil {
		return token{}, err
	}
	if answer.AccessToken == "" {
		return token{}, fmt.Errorf("%s: the answer holds no access_token", tokenOp)
	}
	return token{value: answer.AccessToken, scope: answer.Scope, until: asked.Add(usable(answer.ExpiresIn.duration()))}, nil
}

// again says whether a second assertion may fare better: the first may have been
// taken for a replay after a lost answer.
func again(err error) bool {
	var api *APIError
	return errors.As(err, &api) && api.Code == "invalid_grant" && !api.suspended()
}

// usable is how long a token is used: until a minute before it ends, or for
// four fifths of a short life.
func usable(life time.Duration) time.Duration {
	life = min(life, maxTokenLife)
	return max(life-time.Minute, life*4/5)
}

// assertion signs the claims that name the subject. It works with any
// crypto.Signer, which jwt's own RSA methods do not.
func (t *tokens) assertion(subject access.Email) (string, error) {
	o := t.client.options
	key, err := o.Key()
	if err != nil {
		return "", fmt.Errorf("read kiteworks.jwt.private_key: %w", err)
	}
	begin := time.Now().Add(-backDate)
	claims := jwt.MapClaims{
		"iss": o.Issuer, "sub": string(subject), "aud": o.Audience, "jti": uuid.NewString(),
		"iat": begin.Unix(), "nbf": begin.Unix(), "exp": begin.Add(assertionLife).Unix(),
	}
	if o.SubjectClaim != "" {
		claims[o.SubjectClaim] = string(subject)
	}
	text, err := jwt.NewWithClaims(methods[o.Hash], claims).SigningString()
	if err != nil {
		return "", fmt.Errorf("encode the assertion: %w", err)
	}
	hash := o.Hash.New()
	hash.Write([]byte(text))
	signature, err := key.Sign(rand.Reader, hash.Sum(nil), o.Hash)
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

var methods = map[crypto.Hash]jwt.SigningMethod{
	crypto.SHA256: jwt.SigningMethodRS256,
	crypto.SHA384: jwt.SigningMethodRS384,
	crypto.SHA512: jwt.SigningMethodRS512,
}

// tokenAnswer is the token endpoint's success.
type tokenAnswer struct {
	AccessToken string  `json:"access_token"`
	Scope       string  `json:"scope"`
	ExpiresIn   seconds `json:"expires_in"`
}

// seconds is a number of seconds, which servers also write in quotes.
type seconds float64

// UnmarshalJSON reads 3600 and "3600".
func (s *seconds) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil {
		return &json.UnmarshalTypeError{Value: "expires_in"}
	}
	*s = seconds(n)
	return nil
}

func (s seconds) duration() time.Duration {
	return time.Duration(min(float64(s), maxTokenLife.Seconds()) * float64(time.Second))
}
