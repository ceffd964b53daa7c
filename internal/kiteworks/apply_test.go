package kiteworks_test

import (
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func account(email access.Email, profile string) plan.Step {
	c := plan.Change{Key: plan.Key("account|" + email), Op: plan.CreateAccount, Email: email, Name: "A Name", Profile: profile}
	return plan.Step{Op: c.Op, Changes: []plan.Change{c}}
}

func grantStep(folder, role string, accounts ...string) plan.Step {
	s := plan.Step{Op: plan.Grant, As: folders, Folder: folder, Role: role}
	for _, a := range accounts {
		s.Changes = append(s.Changes, plan.Change{
			Key: plan.Key("grant|" + a), Op: plan.Grant, As: folders, Folder: folder, Account: a, To: role,
		})
	}
	return s
}

func TestCreateAccount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		there   *kwsim.User
		profile string
		seats   int
		want    plan.Result
		why     string
	}{
		{name: "new", want: plan.Done},
		{name: "new with a profile", profile: "External Partner", want: plan.Done},
		{name: "unknown profile", profile: "Nobody", want: plan.Refused, why: `no profile "Nobody"`},
		{name: "somebody else was first", there: &kwsim.User{Email: "anna@corp.example"}, want: plan.Already},
		{name: "a recipient is promoted", there: &kwsim.User{Email: "anna@corp.example", Recipient: true}, want: plan.Done},
		{name: "no seat left", seats: 2, want: plan.Refused, why: "ERR_LICENSE_MAX_USERS_COUNT_REACHED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(o *kwsim.Options) { o.Seats = tt.seats })
			if tt.there != nil {
				s.user(*tt.there)
			}
			got := apply(t, s.tenant(), account("anna@corp.example", tt.profile))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Fatalf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			u, there := s.World().UserByEmail("anna@corp.example")
			if tt.want == plan.Refused {
				if there {
					t.Error("a refused account was made")
				}
				return
			}
			if got.Account != u.ID || u.Recipient || u.Unverified {
				t.Errorf("got account %q, want that of %+v, verified and real", got.Account, u)
			}
			if p, _ := s.World().Profile(tt.profile); tt.profile != "" && u.ProfileID != p.ID {
				t.Errorf("got profile %d, want %d", u.ProfileID, p.ID)
			}
		})
	}
}

func TestCreateFolderGivesNobodyAnything(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.member("/Departments", s.user(kwsim.User{Email: "above@corp.example"}), "Collaborator")
	c := plan.Change{Key: "folder", Op: plan.CreateFolder, As: folders, Path: "/Departments/Research", Parent: s.folder["/Departments"]}
	step := plan.Step{Op: c.Op, As: folders, Changes: []plan.Change{c}}
	tenant := s.tenant()
	first := apply(t, tenant, step)[0]
	f, ok := s.World().FolderByPath(s.owner, "/Departments/Research")
	if first.Result != plan.Done || !ok || first.Folder != f.ID {
		t.Fatalf("got %+v, want Done with the id %s", first, f.ID)
	}
	if got := s.World().Members(f.ID); len(got) != 1 {
		t.Errorf("got members %+v, want the owner alone", got)
	}
	second := apply(t, tenant, step)[0]
	if second.Result != plan.Already || second.Folder != f.ID {
		t.Errorf("got %+v the second time, want Already with the same id", second)
	}
}

// TestGrantJudgesEachEntryByItself mixes every class of entry in one request.
func TestGrantJudgesEachEntryByItself(t *testing.T) {
	t.Parallel()
	s := start(t)
	add := func(email, role, path string) string {
		id := s.user(kwsim.User{Email: email})
		if role != "" {
			s.member(path, id, role)
		}
		return id
	}
	fresh := add("fresh@corp.example", "", "")
	same := add("same@corp.example", "Collaborator", "/Departments/Finance")
	weaker := add("weaker@corp.example", "Viewer", "/Departments/Finance")
	above := add("above@corp.example", "Manager", "/Departments")
	list := s.user(kwsim.User{Email: "list@corp.example", DistributionList: true})
	step := grantStep(s.folder["/Departments/Finance"], "collaborator", fresh, same, weaker, above, list, "no-such-id")
	before := s.World().Members(s.folder["/Departments/Finance"])

	got := map[string]string{}
	for i, o := range apply(t, s.tenant(), step) {
		got[step.Changes[i].Account] = o.Result.String() + " " + o.Why
		if o.Result == plan.Done && (o.SharedBy != s.owner || o.Created.IsZero()) {
			t.Errorf("got evidence %q, %v, want who gave it and when", o.SharedBy, o.Created)
		}
	}
	want := map[string]string{
		fresh:        "done ",
		same:         "already ",
		weaker:       "refused is already a member as Viewer",
		above:        "already holds Manager",
		list:         "refused ERR_INPUT_EMAIL_IS_DISTRIBUTION_LIST Email is a distribution list",
		"no-such-id": "refused ERR_ACCESS_USER Insufficient access permissions",
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(samePrefix)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	after := s.World().Members(s.folder["/Departments/Finance"])
	for _, m := range before {
		if now, _ := s.World().Member(m.FolderID, m.UserID); now != m {
			t.Errorf("%s was %+v, is %+v", m.Email, m, now)
		}
	}
	if len(after) != len(before)+1 {
		t.Errorf("got %d members, want %d", len(after), len(before)+1)
	}
}

// samePrefix compares outcomes without the server's own words at the end.
func samePrefix(a, b string) bool {
	cut := func(s string) string { return strings.Join(strings.Fields(s)[:min(2, len(strings.Fields(s)))], " ") }
	return cut(a) == cut(b)
}

// TestP08_AnUnknownAnswerIsReadBeforeItIsDecided loses answers after the effect,
// and before it.
func TestP08_AnUnknownAnswerIsReadBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		effect bool // the write reaches the server before its answer is lost
		want   plan.Result
	}{
		{"lost after the effect", true, plan.Done},
		{"lost before the effect", false, plan.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			anna := s.user(kwsim.User{Email: "anna@corp.example"})
			lossy := httptest.NewServer(losing(s, tt.effect))
			t.Cleanup(lossy.Close)
			tenant := s.tenant(func(o *kiteworks.Options) { o.URL = lossy.URL })
			c := plan.Change{Key: "folder", Op: plan.CreateFolder, As: folders, Path: "/Departments/New", Parent: s.folder["/Departments"]}
			steps := []plan.Step{
				account("bert@corp.example", ""),
				{Op: c.Op, As: folders, Changes: []plan.Change{c}},
				grantStep(s.folder["/Departments/Finance"], "Viewer", anna),
			}
			for _, step := range steps {
				if got := apply(t, tenant, step)[0]; got.Result != tt.want {
					t.Errorf("%v: got %v %q, want %v", step.Op, got.Result, got.Why, tt.want)
				}
			}
			for _, path := range []string{"/rest/admin/users", "/rest/folders/{id}/folders", "/rest/folders/{id}/members"} {
				if got := s.Count("POST", path); got > 1 {
					t.Errorf("POST %s was sent %d times", path, got)
				}
			}
		})
	}
}

// losing forwards to the simulator and answers every write under /rest with a
// reset connection, before or after its effect.
func losing(s *site, effect bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lost := r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/rest")
		if !lost {
			s.ServeHTTP(w, r)
			return
		}
		if effect {
			s.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	})
}

// TestAnswersThatOtherServersGive replays shapes that the simulator does not send.
func TestAnswersThatOtherServersGive(t *testing.T) {
	t.Parallel()
	const id = "6f1c0d3e-0000-4000-8000-000000000001"
	tests := []struct {
		name   string
		status int
		header string
		body   string
		want   plan.Result
		why    string
	}{
		{name: "200 with the entity", status: 200, body: `{"id":"` + id + `"}`, want: plan.Done},
		{name: "201, empty, full Location", status: 201, header: "https://host/rest/admin/users/" + id, want: plan.Done},
		{name: "201, empty, bare Location", status: 201, header: "/rest/admin/users/" + id + "?x=1", want: plan.Done},
		{name: "error as an object", status: 403, body: `{"errors":{"code":"ERR_ACCESS_USER","message":"no"}}`, want: plan.Refused, why: "403 ERR_ACCESS_USER no"},
		{name: "error as schema Errors", status: 422, body: `{"error":{"code":"ERR_INPUT_REQUIRED","field":"name"}}`, want: plan.Refused, why: "422 ERR_INPUT_REQUIRED name"},
		{name: "flat error", status: 422, body: `{"code":"ERR_INPUT_REQUIRED","message":"no"}`, want: plan.Refused, why: "ERR_INPUT_REQUIRED"},
		{name: "numeric code", status: 400, body: `{"code":17,"message":"bad"}`, want: plan.Refused, why: "400 17 bad"},
		{name: "firewall", status: 490, body: `<html>blocked</html>`, want: plan.Refused, why: "490"},
		{name: "redirect", status: 302, header: "https://evil.example/", want: plan.Unknown, why: "not followed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPost || r.URL.Path != "/rest/admin/users" {
					s.ServeHTTP(w, r)
					return
				}
				if tt.header != "" {
					w.Header().Set("Location", tt.header)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			t.Cleanup(odd.Close)
			got := apply(t, s.tenant(func(o *kiteworks.Options) { o.URL = odd.URL }), account("anna@corp.example", ""))[0]
			if got.Result != tt.want || !strings.Contains(got.Why, tt.why) {
				t.Errorf("got %v %q, want %v with %q", got.Result, got.Why, tt.want, tt.why)
			}
			if tt.want == plan.Done && got.Account != id {
				t.Errorf("got account %q, want %q", got.Account, id)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*kiteworks.Options)
		server func(*site)
		want   []string // parts of the error; nil: it works
	}{
		{name: "good"},
		{name: "secret expired", server: func(s *site) { s.SetSecret("another") }, want: []string{"invalid_client", "check kiteworks.client_id and client_secret"}},
		{name: "key does not match", server: func(s *site) { s.SetPublicKey(&otherKey().PublicKey) }, want: []string{"invalid_grant", "kiteworks.jwt.private_key"}},
		{name: "wrong issuer", change: func(o *kiteworks.Options) { o.Issuer = "other" }, want: []string{"invalid_grant", "issuer"}},
		{name: "identity unknown to the server", change: func(o *kiteworks.Options) { o.Identities.Folders = "ghost@corp.example" }, want: []string{"get a token for ghost@corp.example", "invalid_grant"}},
		{name: "secret not readable", change: func(o *kiteworks.Options) {
			o.Secret = func() (string, error) { return "", fmt.Errorf("open /run/x: no such file") }
		}, want: []string{"read kiteworks.client_secret", "/run/x"}},
		{name: "RS512", change: func(o *kiteworks.Options) { o.Hash = crypto.SHA512 }},
		{name: "wrong CA", change: func(o *kiteworks.Options) { o.CA = nil }, want: []string{"certificate", "check kiteworks.ca"}},
		{name: "server down", change: func(o *kiteworks.Options) { o.URL = "http://127.0.0.1:1" }, want: []string{"connection refused", "is Kiteworks up at http://127.0.0.1:1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			if tt.server != nil {
				tt.server(s)
			}
			var change []func(*kiteworks.Options)
			if tt.change != nil {
				change = append(change, tt.change)
			}
			_, err := s.tenant(change...).Catalog(t.Context(), nil)
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantError(t, err, tt.want...)
		})
	}
}

func TestTokensAreKeptAndReplacedOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	tenant := s.tenant()
	for range 3 {
		catalog(t, tenant, at("/Departments/Finance"))
	}
	if got, want := s.Count("POST", "/oauth/token"), 2; got != want {
		t.Errorf("got %d tokens for two identities, want %d", got, want)
	}
	s.RevokeTokens()
	catalog(t, tenant, at("/Departments/Finance"))
	if got, want := s.Count("POST", "/oauth/token"), 4; got != want {
		t.Errorf("got %d tokens after both were revoked, want %d", got, want)
	}
}

func TestNobodyElseIsImpersonated(t *testing.T) {
	t.Parallel()
	s := start(t)
	tenant := s.tenant()
	finance := access.Folder{ID: s.folder["/Departments/Finance"], As: "ceo@corp.example", Path: "/Departments/Finance"}
	c := catalog(t, tenant, access.Place{As: finance.As, Path: finance.Path})
	if len(c.Unusable) != 1 || !strings.Contains(c.Unusable[0].Why, "not one of kiteworks.identities") {
		t.Errorf("got unusable %+v, want one that says whose identity it is not", c.Unusable)
	}
	_, err := tenant.Observe(t.Context(), []access.Folder{finance})
	wantError(t, err, `act as "ceo@corp.example"`, "not one of kiteworks.identities")
	for _, e := range s.History() {
		if e.Subject == "ceo@corp.example" {
			t.Errorf("a request was made as %s", e.Subject)
		}
	}
}

// TestThrottledRequestsWaitTogether answers two requests with 429 and expects
// the run to come through.
func TestThrottledRequestsWaitTogether(t *testing.T) {
	t.Parallel()
	s := start(t)
	refusals := 2
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusals > 0 && r.URL.Path == "/rest/roles" {
			refusals--
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(busy.Close)
	if c := catalog(t, s.tenant(func(o *kiteworks.Options) { o.URL = busy.URL })); len(c.Roles) == 0 {
		t.Error("got no roles")
	}
}

func TestARequestsBodyIsWhatTheContractSays(t *testing.T) {
	t.Parallel()
	s := start(t)
	anna := s.user(kwsim.User{Email: "anna@corp.example"})
	tenant := s.tenant()
	catalog(t, tenant)
	s.ClearHistory()
	apply(t, tenant, grantStep(s.folder["/Departments/Finance"], "Viewer", anna))
	for _, e := range s.History() {
		if e.Method != http.MethodPost {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(e.Body), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"roleId": 6.0, "userIds": []any{anna}, "notify": false, "notifyFileAdded": false}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
		if got, want := e.Query, "downgradeNested=false&partialSuccess=true&returnEntity=true&updateIfExists=false"; got != want {
			t.Errorf("got query %s, want %s", got, want)
		}
		return
	}
	t.Error("nothing was posted")
}
