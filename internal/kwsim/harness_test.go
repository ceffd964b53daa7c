package kwsim_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/kw-onboarder/kw-onboarder/internal/contract"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

const (
	admin = "users-admin@acme.example"
	owner = "folders@acme.example"
	form  = "application/x-www-form-urlencoded"
)

// signingKey is made once: RSA keys are slow.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// clock is a settable time.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// site is a running server with its two identities.
type site struct {
	*kwsim.Server
	t      testing.TB
	clock  *clock
	key    *rsa.PrivateKey
	token  map[string]string
	client *http.Client // holds every exchange to the vendor's contract
}

func options(c *clock) kwsim.Options {
	return kwsim.Options{
		Seed: 7,
		Now:  c.now,
		Application: kwsim.Application{
			ClientID: "onboarder", ClientSecret: "s3cret", Issuer: "kw-onboarder", Audience: "https://kw.example",
			PublicKey: &signingKey().PublicKey,
		},
	}
}

// start runs a server with an administrator and a folder owner; change may alter its options.
func start(t testing.TB, change ...func(*kwsim.Options)) *site {
	t.Helper()
	c := newClock()
	o := options(c)
	for _, f := range change {
		f(&o)
	}
	s, err := kwsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	held := contract.New(t, contract.Accepted).Transport(http.DefaultTransport)
	x := &site{
		Server: s, t: t, clock: c, key: signingKey(), token: map[string]string{}, client: &http.Client{Transport: held},
	}
	if err := kwsim.Populate(s.World(), 0, kwsim.Plan{Admin: admin, Owner: owner}); err != nil {
		t.Fatal(err)
	}
	return x
}

// user adds an account and returns its id.
func (x *site) user(u kwsim.User) string {
	x.t.Helper()
	id, err := x.World().AddUser(u)
	if err != nil {
		x.t.Fatal(err)
	}
	return id
}

// folder adds a folder of the folder owner and returns its id.
func (x *site) folder(parentID, name string, inherit bool) string {
	x.t.Helper()
	u, _ := x.World().UserByEmail(owner)
	id, err := x.World().AddFolder(u.ID, parentID, name, inherit)
	if err != nil {
		x.t.Fatal(err)
	}
	return id
}

func (x *site) member(folderID, userID string, role int) {
	x.t.Helper()
	if err := x.World().AddMember(folderID, userID, role, ""); err != nil {
		x.t.Fatal(err)
	}
}

// reply is an answer with its body read.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

func (r reply) decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.Body), into); err != nil {
		t.Fatalf("decode %q: %v", r.Body, err)
	}
}

// code returns the first error code of an answer, or its status if it has none.
func (r reply) code() string {
	var refused struct {
		Errors []struct{ Code string }
	}
	if json.Unmarshal([]byte(r.Body), &refused) != nil || len(refused.Errors) == 0 {
		return http.StatusText(r.Status)
	}
	return refused.Errors[0].Code
}

func (x *site) send(req *http.Request) reply {
	x.t.Helper()
	res, err := x.client.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		x.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(body)}
}

// do calls an operation as the user of that address. A nil body sends none; a string is sent as it is.
func (x *site) do(as, method, path string, body any) reply {
	x.t.Helper()
	return x.send(x.request(as, method, path, body))
}

func (x *site) request(as, method, path string, body any) *http.Request {
	x.t.Helper()
	raw, ok := body.(string)
	if !ok && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			x.t.Fatal(err)
		}
		raw = string(encoded)
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.URL()+path, strings.NewReader(raw))
	if err != nil {
		x.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+x.tokenOf(as))
	}
	return req
}

// tokenOf returns a token for the user, fetched once.
func (x *site) tokenOf(email string) string {
	x.t.Helper()
	if x.token[email] == "" {
		x.token[email] = x.freshToken(email)
	}
	return x.token[email]
}

func (x *site) freshToken(email string) string {
	x.t.Helper()
	r := x.postToken(x.tokenForm(x.claims(email)))
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	r.decode(x.t, &granted)
	if granted.AccessToken == "" {
		x.t.Fatalf("token for %s: %d %s", email, r.Status, r.Body)
	}
	return granted.AccessToken
}

func (x *site) postToken(f url.Values) reply {
	x.t.Helper()
	return x.postTokenAs(form, f.Encode())
}

func (x *site) postTokenAs(contentType, body string) reply {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.URL()+"/oauth/token", bytes.NewBufferString(body))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	return x.send(req)
}

func (x *site) claims(subject string) jwt.MapClaims {
	now := x.clock.now().Unix()
	return jwt.MapClaims{
		"iss": "kw-onboarder", "aud": "https://kw.example", "sub": subject,
		"iat": now, "nbf": now, "exp": now + 300, "jti": uuid.NewString(),
	}
}

func (x *site) sign(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	x.t.Helper()
	signed, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		x.t.Fatal(err)
	}
	return signed
}

func (x *site) tokenForm(claims jwt.MapClaims) url.Values {
	x.t.Helper()
	return url.Values{
		"client_id": {"onboarder"}, "client_secret": {"s3cret"},
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"assertion":  {x.sign(jwt.SigningMethodRS256, x.key, claims)},
	}
}

// page is a list as it comes over the wire.
type page struct {
	Data     []map[string]any
	Metadata struct {
		Total  int
		Limit  *int
		Offset int
	}
}

func (x *site) list(as, path string) page {
	x.t.Helper()
	r := x.do(as, http.MethodGet, path, nil)
	if r.Status != http.StatusOK {
		x.t.Fatalf("GET %s: %d %s", path, r.Status, r.Body)
	}
	var p page
	r.decode(x.t, &p)
	return p
}

// column returns one field of every row.
func (p page) column(field string) []any {
	out := []any{}
	for _, row := range p.Data {
		out = append(out, row[field])
	}
	return out
}

// with returns the claims with one changed; nil takes it away.
func with(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
	out := maps.Clone(claims)
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}
