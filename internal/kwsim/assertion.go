package kwsim

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// assertionLifetime is the longest an assertion may be good for unless the behaviour says otherwise. The vendor's samples use it, and a client in
// production says that the server insists on it.
const assertionLifetime = 5 * time.Minute

// assertion is what a verified assertion says.
type assertion struct {
	subject string
	id      string
	expires time.Time
}

// verifier checks assertions against the registration.
type verifier struct {
	key      *rsa.PublicKey
	issuer   string
	audience string
	form     Setting // of aud: string, array or either
	subject  string  // claim that names the user
	lifetime time.Duration
	leeway   time.Duration
	now      func() time.Time
}

// verify returns an error whose text is fit for error_description.
func (v verifier) verify(compact string) (assertion, error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256", "RS384", "RS512"}),
		jwt.WithIssuer(v.issuer),
		jwt.WithAudience(v.audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(v.leeway),
		jwt.WithTimeFunc(v.now),
	)
	var claims claims
	_, err := parser.ParseWithClaims(compact, &claims, func(*jwt.Token) (any, error) { return v.key, nil })
	switch {
	case err != nil:
		return assertion{}, errors.New(assertionFault(err))
	case !v.accepts(claims.raw["aud"]):
		return assertion{}, errors.New("assertion audience has a form that is not accepted")
	case claims.IssuedAt == nil:
		return assertion{}, errors.New("assertion has no iat")
	case claims.ID == "":
		return assertion{}, errors.New("assertion has no jti")
	case claims.text(v.subject) == "":
		return assertion{}, errors.New("assertion has no " + v.subject)
	case claims.ExpiresAt.Sub(claims.IssuedAt.Time) > v.lifetime:
		return assertion{}, fmt.Errorf("assertion is good for more than %.0f seconds", v.lifetime.Seconds())
	}
	return assertion{subject: claims.text(v.subject), id: claims.ID, expires: claims.ExpiresAt.Time}, nil
}

// claims are the registered claims, and all claims as they were sent.
type claims struct {
	jwt.RegisteredClaims
	raw map[string]any
}

// UnmarshalJSON fills both.
func (c *claims) UnmarshalJSON(data []byte) error {
	return errors.Join(json.Unmarshal(data, &c.RegisteredClaims), json.Unmarshal(data, &c.raw))
}

// text returns a claim that is a string, or "".
func (c *claims) text(name string) string {
	value, _ := c.raw[name].(string)
	return value
}

// accepts reports whether the form of aud is one that is read.
func (v verifier) accepts(audience any) bool {
	_, array := audience.([]any)
	return v.form != asString && array || v.form != asArray && !array
}

// assertionFault names what the parser found, without repeating anything of the assertion.
func assertionFault(err error) string {
	for _, fault := range []struct {
		is   error
		text string
	}{
		{jwt.ErrTokenMalformed, "assertion is not a compact JWS"},
		{jwt.ErrTokenUnverifiable, "assertion has an unknown algorithm"},
		{jwt.ErrTokenSignatureInvalid, "assertion signature or algorithm is not accepted"},
		{jwt.ErrTokenRequiredClaimMissing, "assertion has no exp, iss or aud"},
		{jwt.ErrTokenExpired, "assertion is expired"},
		{jwt.ErrTokenUsedBeforeIssued, "assertion is issued in the future"},
		{jwt.ErrTokenNotValidYet, "assertion is not valid yet"},
		{jwt.ErrTokenInvalidIssuer, "assertion issuer is unknown"},
		{jwt.ErrTokenInvalidAudience, "assertion audience is wrong"},
	} {
		if errors.Is(err, fault.is) {
			return fault.text
		}
	}
	return "assertion is not valid"
}
