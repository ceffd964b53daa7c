package contract

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

const (
	admin = "users-admin@acme.example"
	owner = "folders@acme.example"
)

// TestEveryExceptionIsNeeded drives every operation of the simulator, and then the answers that it does not give by
// itself. Nothing may be reported, and the table may hold nothing that no exchange needs.
func TestEveryExceptionIsNeeded(t *testing.T) {
	t.Parallel()
	needDocument(t)
	c := New(t, Every)
	d := newDriver(t, c)
	d.readCatalog()
	anna := d.manageUsers()
	d.manageFolders(anna)
	d.refusals(anna)
	otherAnswers(c)
	for _, e := range c.Unused() {
		t.Errorf("no exchange needs the exception %s", e)
	}
}

// driver sends hand-made requests to a simulator.
type driver struct {
	t      *testing.T
	server *kwsim.Server
	client *http.Client
	key    *rsa.PrivateKey
	token  map[string]string
}

func newDriver(t *testing.T, c *Checker) *driver {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	server, err := kwsim.New(kwsim.Options{Seed: 3, Application: kwsim.Application{
		ClientID: "driver", ClientSecret: "canary-secret", Issuer: "driver", Audience: "audience", PublicKey: &key.PublicKey,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if err := kwsim.Populate(server.World(), 0, kwsim.Plan{Admin: admin, Owner: owner}); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: c.Transport(http.DefaultTransport)}
	return &driver{t: t, server: server, client: client, key: key, token: map[string]string{}}
}

// signIn gets a token for the user, once.
func (d *driver) signIn(email string) string {
	d.t.Helper()
	if d.token[email] != "" {
		return d.token[email]
	}
	now := time.Now().Unix()
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "driver", "aud": "audience", "sub": email, "iat": now, "nbf": now, "exp": now + 300, "jti": rand.Text(),
	}).SignedString(d.key)
	if err != nil {
		d.t.Fatal(err)
	}
	form := url.Values{
		"client_id": {"driver"}, "client_secret": {"canary-secret"}, "grant_type": {jwtBearer}, "assertion": {assertion},
	}
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.server.URL()+tokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var granted struct {
		Token string `json:"access_token"`
	}
	d.send(r, http.StatusOK, &granted)
	d.token[email] = granted.Token
	return granted.Token
}

// do calls an operation, wants that status, and returns the id in the answer.
func (d *driver) do(as, method, path, body string, want int) string {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL()+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.signIn(as))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	var entity struct{ ID string }
	d.send(r, want, &entity)
	return entity.ID
}

func (d *driver) send(r *http.Request, want int, into any) {
	d.t.Helper()
	res, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if res.StatusCode != want {
		d.t.Fatalf("%s %s: got %d %s, want %d", r.Method, r.URL.Path, res.StatusCode, body, want)
	}
	_ = json.Unmarshal(body, into) // without an entity there is no id
}

func (d *driver) readCatalog() {
	d.do(admin, "GET", "/rest/users/me", "", 200)
	d.do(admin, "GET", "/rest/clients/me", "", 200)
	d.do(admin, "GET", "/rest/roles?orderBy=rank:desc", "", 200)
	d.do(admin, "GET", "/rest/admin/profiles?orderBy=name:asc", "", 200)
}

func (d *driver) manageUsers() string {
	const anna = `{"email":"anna@acme.example","name":"Anna","verified":true,"sendNotification":false}`
	id := d.do(admin, "POST", "/rest/admin/users?returnEntity=true", anna, 201)
	d.do(admin, "POST", "/rest/admin/users", `{"email":"bert@acme.example"}`, 201)
	leaver := d.do(admin, "POST", "/rest/admin/users?returnEntity=true", `{"email":"carl@acme.example"}`, 201)
	d.do(admin, "GET", "/rest/admin/users?limit=2&orderBy=id:asc&deleted=false", "", 200)
	d.do(admin, "GET", "/rest/admin/users", "", 200)
	d.do(admin, "GET", "/rest/admin/users/"+id, "", 200)
	d.do(admin, "PUT", "/rest/admin/users/"+id, `{"name":null,"suspended":false}`, 200)
	const pair = `{"users":[{"oldEmail":"carl@acme.example","newEmail":"karl@acme.example"}],"deleteIfExists":false}`
	d.do(admin, "POST", "/rest/admin/users/migrateEmails?returnEntity=true", pair, 200)
	d.do(admin, "PUT", "/rest/admin/profiles/4/users?id:in="+leaver, `{"retainData":false,"deleteUnsharedData":true}`, 200)
	d.do(admin, "DELETE", "/rest/admin/users/"+leaver+"?retainData=false&deleteUnsharedData=true", "", 204)
	return id
}

func (d *driver) manageFolders(anna string) {
	top := d.do(owner, "POST", "/rest/folders/0/folders?returnEntity=true", `{"name":"Departments"}`, 201)
	sub := d.do(owner, "POST", "/rest/folders/"+top+"/folders?returnEntity=true", `{"name":"Finance","inheritanceEnabled":false}`, 201)
	d.do(owner, "POST", "/rest/folders/"+top+"/folders", `{"name":"Legal"}`, 201)
	d.do(owner, "GET", "/rest/folders/top?with=(path,currentUserRole)&deleted=false", "", 200)
	d.do(owner, "GET", "/rest/folders/"+top+"?with=(path)", "", 200)
	d.do(owner, "GET", "/rest/folders/"+top+"/folders?limit=10&orderBy=name:asc", "", 200)
	d.do(owner, "GET", "/rest/folders/"+top+"/children?type=d", "", 200)
	d.do(owner, "GET", "/rest/folders/"+sub+"/tree", "", 200)
	members := "/rest/folders/" + top + "/members"
	d.do(owner, "POST", members+"?returnEntity=true&partialSuccess=true&updateIfExists=false", `{"roleId":6,"userIds":["`+anna+`"],"notify":false}`, 201)
	d.do(owner, "POST", members+"?partialSuccess=true", `{"roleId":6,"userIds":["`+anna+`"]}`, 207)
	d.do(owner, "GET", members+"?with=(user,role)&limit=5&offset=0", "", 200)
	d.do(owner, "GET", members+"/"+anna, "", 200)
	d.do(owner, "PUT", members+"/"+anna+"?returnEntity=true", `{"roleId":3}`, 200)
	d.do(owner, "PUT", members+"/"+anna, `{"roleId":6}`, 200)
	d.do(owner, "DELETE", members+"/"+anna+"?downgradeNested=true", "", 204)
	d.do(owner, "PUT", "/rest/folders/"+sub+"?returnEntity=true", `{"name":"Money"}`, 200)
	d.do(owner, "DELETE", "/rest/folders/"+sub, "", 204)
}

// refusals meets the codes and fields that the document does not have.
func (d *driver) refusals(anna string) {
	d.do(owner, "POST", "/rest/folders/0/folders", `{"name":".hidden"}`, 422)
	d.signIn("anna@acme.example")
	restricted, _ := d.server.World().Profile("Restricted")
	if err := d.server.World().SetProfile(anna, restricted.ID); err != nil {
		d.t.Fatal(err)
	}
	d.do("anna@acme.example", "GET", "/rest/users/me", "", 401)
}

// otherAnswers are those that facts know and the simulator gives on special request at most.
func otherAnswers(c *Checker) {
	const page = "<html>"
	self := ask{method: "GET", target: "/rest/users/me"}
	create := ask{method: "POST", target: "/rest/admin/users?returnEntity=true", body: `{"email":"a@corp.example"}`}
	change := ask{method: "PUT", target: "/rest/admin/users/1", body: `{"suspended":true}`}
	exchanges := []struct {
		ask    ask
		answer answer
	}{
		{self, answer{status: 400, body: `{"errors":{"code":"ERR_REQUEST_INVALID_JSON","message":"no"}}`}},
		{self, answer{status: 403, body: `{"code":"ERR_ACCESS_USER","message":"no"}`}},
		{self, answer{status: 401}},
		{self, answer{status: 404, body: `{"errors":[{"code":"ERR_ENTITY_NOT_FOUND","message":"no"}]}`}},
		{self, answer{status: 409}},
		{self, answer{status: 403, media: "text/html", body: page}},
		{self, answer{status: 429, media: "text/html", body: page}},
		{self, answer{status: 500, media: "text/html", body: page}},
		{self, answer{status: 503, media: "text/html", body: page}},
		{self, answer{status: 200, body: strings.Replace(me, "{", `{"userTypeId":"1",`, 1)}},
		{ask{method: "POST", target: tokenEndpoint, body: tokens, media: form}, answer{status: 490, media: "text/html", body: page}},
		{create, answer{status: 201}},
		{create, answer{status: 422, body: `{"errors":[{"code":"ERR_LICENSE_MAX_USERS_COUNT_REACHED","message":"no"}]}`}},
		{change, answer{status: 200}},
		{ask{method: "PUT", target: "/rest/admin/profiles/4/users?id:in=1", body: `{}`}, answer{status: 200}},
		{ask{method: "GET", target: folder + "/folders"}, answer{status: 200, body: `[]`}},
		{ask{method: "PUT", target: members + "/1?returnEntity=true", body: `{"roleId":6}`}, answer{status: 200, body: `[]`}},
		{ask{method: "POST", target: folder + "/folders?returnEntity=true", body: `{"name":"A"}`}, answer{status: 201}},
	}
	for _, x := range exchanges {
		c.Handler(x.answer).ServeHTTP(httptest.NewRecorder(), x.ask.request())
	}
}
