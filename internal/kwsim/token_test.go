package kwsim_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestTokenGranted(t *testing.T) {
	t.Parallel()
	x := start(t)
	cases := map[string]func(url.Values){
		"plain":                     func(url.Values) {},
		"audience in a list":        func(f url.Values) { x.resign(f, "aud", []string{"other", "https://kw.example"}) },
		"subject in upper case":     func(f url.Values) { x.resign(f, "sub", strings.ToUpper(admin)) },
		"without nbf":               func(f url.Values) { x.resign(f, "nbf", nil) },
		"form field nobody knows":   func(f url.Values) { f.Set("redirect_uri", "https://elsewhere.example") },
		"another RSA hash, no typ":  func(f url.Values) { x.resignAs(f, jwt.SigningMethodRS512) },
		"the third RSA hash":        func(f url.Values) { x.resignAs(f, jwt.SigningMethodRS384) },
		"audience and unused claim": func(f url.Values) { x.resign(f, "uid", admin) },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			f := x.tokenForm(x.claims(admin))
			change(f)
			r := x.postToken(f)
			var got struct {
				AccessToken string          `json:"access_token"`
				ExpiresIn   json.RawMessage `json:"expires_in"`
				TokenType   string          `json:"token_type"`
			}
			r.decode(t, &got)
			if r.Status != http.StatusOK || got.AccessToken == "" || string(got.ExpiresIn) != "3600" || got.TokenType != "bearer" {
				t.Errorf("token = %d %s, want 200 with an opaque bearer token for 3600 seconds", r.Status, r.Body)
			}
		})
	}
}

func (x *site) resign(f url.Values, claim string, value any) {
	f.Set("assertion", x.sign(jwt.SigningMethodRS256, x.key, with(x.claims(admin), claim, value)))
}

func (x *site) resignAs(f url.Values, method jwt.SigningMethod) {
	token := jwt.NewWithClaims(method, x.claims(admin))
	delete(token.Header, "typ")
	signed, err := token.SignedString(x.key)
	if err != nil {
		x.t.Fatal(err)
	}
	f.Set("assertion", signed)
}

// addUnfit adds one user for each reason why nobody can act as a user.
func (x *site) addUnfit() {
	for email, u := range map[string]kwsim.User{
		"suspended@acme.example":   {Suspended: true},
		"deactivated@acme.example": {Deactivated: true},
		"deleted@acme.example":     {Deleted: true},
		"unverified@acme.example":  {Unverified: true},
		"recipient@acme.example":   {Recipient: true},
		"list@acme.example":        {DistributionList: true},
	} {
		u.Email = email
		x.user(u)
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	x := start(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	x.addUnfit()
	now := x.clock.now().Unix()
	claim := func(name string, value any) func(url.Values) {
		return func(f url.Values) { x.resign(f, name, value) }
	}
	set := func(name, value string) func(url.Values) { return func(f url.Values) { f.Set(name, value) } }
	cases := []struct {
		name   string
		change func(url.Values)
		want   string // error
		text   string // part of error_description
	}{
		{"no grant type", set("grant_type", ""), "invalid_request", "grant_type is missing"},
		{"password grant", set("grant_type", "password"), "unsupported_grant_type", "not supported"},
		{"unknown client", set("client_id", "other"), "invalid_client", "wrong"},
		{"wrong secret", set("client_secret", "other"), "invalid_client", "wrong"},
		{"no secret", func(f url.Values) { f.Del("client_secret") }, "invalid_client", "wrong"},
		{"no assertion", set("assertion", ""), "invalid_request", "assertion is missing"},
		{"garbage", set("assertion", "a.b"), "invalid_grant", "compact"},
		{"foreign key", func(f url.Values) {
			f.Set("assertion", x.sign(jwt.SigningMethodRS256, stranger, x.claims(admin)))
		}, "invalid_grant", "signature"},
		{"HMAC", func(f url.Values) {
			f.Set("assertion", x.sign(jwt.SigningMethodHS256, []byte("s3cret"), x.claims(admin)))
		}, "invalid_grant", "algorithm"},
		{"no signature", func(f url.Values) {
			f.Set("assertion", x.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, x.claims(admin)))
		}, "invalid_grant", "algorithm"},
		{"PSS", func(f url.Values) {
			f.Set("assertion", x.sign(jwt.SigningMethodPS256, x.key, x.claims(admin)))
		}, "invalid_grant", "algorithm"},
		{"wrong issuer", claim("iss", "other"), "invalid_grant", "issuer"},
		{"no issuer", claim("iss", nil), "invalid_grant", "iss"},
		{"wrong audience", claim("aud", "https://other.example"), "invalid_grant", "audience"},
		{"no audience", claim("aud", nil), "invalid_grant", "aud"},
		{"expired", claim("exp", now), "invalid_grant", "expired"},
		{"no expiry", claim("exp", nil), "invalid_grant", "exp"},
		{"good for too long", claim("exp", now+301), "invalid_grant", "300 seconds"},
		{"not valid yet", claim("nbf", now+1), "invalid_grant", "not valid yet"},
		{"issued in the future", claim("iat", now+1), "invalid_grant", "future"},
		{"no issue time", claim("iat", nil), "invalid_grant", "iat"},
		{"no id", claim("jti", nil), "invalid_grant", "jti"},
		{"no subject", claim("sub", nil), "invalid_grant", "sub"},
		{"unknown subject", claim("sub", "nobody@acme.example"), "invalid_grant", "unknown"},
		{"suspended subject", claim("sub", "suspended@acme.example"), "invalid_grant", "suspended"},
		{"deactivated subject", claim("sub", "deactivated@acme.example"), "invalid_grant", "deactivated"},
		{"deleted subject", claim("sub", "deleted@acme.example"), "invalid_grant", "deleted"},
		{"unverified subject", claim("sub", "unverified@acme.example"), "invalid_grant", "not verified"},
		{"recipient", claim("sub", "recipient@acme.example"), "invalid_grant", "not an account"},
		{"distribution list", claim("sub", "list@acme.example"), "invalid_grant", "not an account"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := x.tokenForm(x.claims(admin))
			c.change(f)
			checkTokenRefusal(t, x.postToken(f), c.want, c.text)
		})
	}
}

func checkTokenRefusal(t *testing.T, r reply, want, text string) {
	t.Helper()
	var got struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	r.decode(t, &got)
	if r.Status != http.StatusBadRequest || got.Error != want || !strings.Contains(got.Description, text) {
		t.Errorf("token = %d %s, want 400 %s with %q", r.Status, r.Body, want, text)
	}
}

func TestTokenContentType(t *testing.T) {
	t.Parallel()
	x := start(t)
	body := x.tokenForm(x.claims(admin)).Encode()
	checkTokenRefusal(t, x.postTokenAs("application/json", body), "invalid_request", "content type")
	if r := x.postTokenAs(form+"; charset=utf-8", body); r.Status != http.StatusOK {
		t.Errorf("form with charset = %d %s, want 200", r.Status, r.Body)
	}
}

func TestTokenAssertionOnce(t *testing.T) {
	t.Parallel()
	x := start(t)
	f := x.tokenForm(x.claims(admin))
	if r := x.postToken(f); r.Status != http.StatusOK {
		t.Fatalf("first use = %d %s, want 200", r.Status, r.Body)
	}
	checkTokenRefusal(t, x.postToken(f), "invalid_grant", "used before")
}

func TestTokenLeeway(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.Leeway = 30 * time.Second })
	ahead := with(x.claims(admin), "nbf", x.clock.now().Unix()+30)
	f := x.tokenForm(ahead)
	if r := x.postToken(f); r.Status != http.StatusOK {
		t.Errorf("nbf within leeway = %d %s, want 200", r.Status, r.Body)
	}
	x.clock.advance(5*time.Minute + 29*time.Second)
	checkTokenRefusal(t, x.postToken(f), "invalid_grant", "used before")
}

func TestTokenEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		end  func(x *site, id string) error
		want string
	}{
		{"still good just before its time", func(x *site, _ string) error {
			x.clock.advance(time.Hour - time.Second)
			return nil
		}, "OK"},
		{"expired", func(x *site, _ string) error {
			x.clock.advance(time.Hour)
			return nil
		}, "ERR_AUTH_UNAUTHORIZED"},
		{"revoked", func(x *site, _ string) error {
			x.RevokeTokens()
			return nil
		}, "ERR_AUTH_UNAUTHORIZED"},
		{"user suspended", func(x *site, id string) error {
			return x.World().SuspendUser(id, true)
		}, "ERR_AUTH_UNAUTHORIZED"},
		{"user deleted", func(x *site, id string) error {
			return x.World().DeleteUser(id)
		}, "ERR_AUTH_UNAUTHORIZED"},
		{"profile changed", func(x *site, id string) error {
			return x.World().SetProfile(id, 11)
		}, "ERR_AUTH_PROFILE_CHANGED"},
		{"profile set to what it is", func(x *site, id string) error {
			return x.World().SetProfile(id, 1)
		}, "OK"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := start(t)
			id := x.user(kwsim.User{Email: "eva@acme.example"})
			x.tokenOf("eva@acme.example")
			if err := c.end(x, id); err != nil {
				t.Fatal(err)
			}
			if got := x.do("eva@acme.example", http.MethodGet, "/rest/users/me", nil).code(); got != c.want {
				t.Errorf("users/me = %s, want %s", got, c.want)
			}
		})
	}
}

func TestTokenRotation(t *testing.T) {
	t.Parallel()
	x := start(t)
	x.tokenOf(admin)
	x.SetSecret("n3w")
	f := x.tokenForm(x.claims(admin))
	checkTokenRefusal(t, x.postToken(f), "invalid_client", "wrong")
	f.Set("client_secret", "n3w")
	if r := x.postToken(f); r.Status != http.StatusOK {
		t.Errorf("new secret = %d %s, want 200", r.Status, r.Body)
	}
	fresh, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	x.SetPublicKey(&fresh.PublicKey)
	f = x.tokenForm(x.claims(admin))
	f.Set("client_secret", "n3w")
	checkTokenRefusal(t, x.postToken(f), "invalid_grant", "signature")
	f.Set("assertion", x.sign(jwt.SigningMethodRS256, fresh, x.claims(admin)))
	if r := x.postToken(f); r.Status != http.StatusOK {
		t.Errorf("new key = %d %s, want 200", r.Status, r.Body)
	}
	if got := x.do(admin, http.MethodGet, "/rest/users/me", nil).code(); got != "OK" {
		t.Errorf("old token after rotation = %s, want OK", got)
	}
}
