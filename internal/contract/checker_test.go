package contract

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	folder  = "/rest/folders/6f1c0d3e-0000-4000-8000-000000000001"
	members = folder + "/members"
	me      = `{"id":"1","basedirId":"2","mydirId":"3","syncdirId":"4","email":"a@corp.example","name":"A"}`
	grant   = `{"roleId":6,"userIds":["7"]}`
	granted = `{"errors":[],"successIds":["7"]}`
	form    = "application/x-www-form-urlencoded"
	tokens  = "client_id=c&client_secret=canary-secret&assertion=canary-assertion" +
		"&grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer"
	token = `{"access_token":"canary-token","token_type":"bearer","expires_in":3600,"scope":"*/*/*"}`
)

func TestRequestsThatDeviateAreReported(t *testing.T) {
	t.Parallel()
	needDocument(t)
	good := answer{status: 201, body: granted}
	list := answer{status: 200, body: `{"data":[],"metadata":{"total":0,"limit":1,"offset":0}}`}
	tests := []struct {
		name   string
		ask    ask
		answer answer
		want   string // "" means nothing
	}{
		{name: "a good write", ask: ask{method: "POST", target: members + "?partialSuccess=true", body: grant}, answer: good},
		{name: "a good read", ask: ask{method: "GET", target: "/rest/admin/users?limit=1&orderBy=id:asc&email:contains=a"}, answer: list},
		{name: "a good token", ask: ask{method: "POST", target: "/oauth/token", body: tokens, media: form}, answer: answer{status: 200, body: token}},
		{"unknown operation", ask{method: "GET", target: "/rest/nothing"}, list, `operation breaks the rule "known"`},
		{"unknown method", ask{method: "PATCH", target: members}, list, `operation breaks the rule "known"`},
		{"path id", ask{method: "POST", target: "/rest/folders/12/members", body: grant}, good, `path id breaks the rule "format"`},
		{"unknown query parameter", ask{method: "POST", target: members + "?partial=true", body: grant}, good, `query partial breaks the rule "known"`},
		{"type of a query parameter", ask{method: "GET", target: "/rest/admin/users?limit=ten"}, list, `query limit breaks the rule "malformed"`},
		{"value of a query parameter", ask{method: "POST", target: members + "?mode=all", body: grant}, good, `query mode breaks the rule "enum"`},
		{"value in a list", ask{method: "GET", target: "/rest/admin/users?orderBy=age:asc"}, list, `query orderBy/* breaks the rule "enum"`},
		{"no bearer token", ask{method: "POST", target: members, body: grant, anonymous: true}, good, `bearer token breaks the rule "required"`},
		{"unknown field", ask{method: "POST", target: members, body: `{"roleId":6,"emailz":["a@b.c"]}`}, good, `body/emailz breaks the rule "known"`},
		{"type of a field", ask{method: "POST", target: members, body: `{"roleId":6,"notify":1}`}, good, `body/notify breaks the rule "type"`},
		{"format of a field", ask{method: "POST", target: members, body: `{"roleId":6,"emails":["a"]}`}, good, `body/emails/* breaks the rule "format"`},
		{"missing field", ask{method: "POST", target: members, body: `{"userIds":["7"]}`}, good, `body/roleId breaks the rule "required"`},
		{"no body", ask{method: "POST", target: members}, good, `body breaks the rule "required"`},
		{"a body where none is", ask{method: "GET", target: "/rest/admin/users", body: `{}`}, list, `body breaks the rule "surplus"`},
		{"media type", ask{method: "POST", target: members, body: grant, media: form}, good, `body breaks the rule "media type"`},
		{"no JSON", ask{method: "POST", target: members, body: `{"roleId":`}, good, `body breaks the rule "malformed"`},
		{"an array", ask{method: "POST", target: "/rest/admin/users", body: `[]`}, answer{status: 201}, `body breaks the rule "type"`},
		{"token without assertion", ask{method: "POST", target: "/oauth/token", body: strings.Replace(tokens, "&assertion=canary-assertion", "", 1), media: form}, answer{status: 200, body: token}, `form assertion breaks the rule "required"`},
		{"token with the secret in the URL", ask{method: "POST", target: "/oauth/token?" + tokens, body: tokens, media: form}, answer{status: 200, body: token}, `query breaks the rule "known"`},
		{"token with a field nobody knows", ask{method: "POST", target: "/oauth/token", body: tokens + "&prn=x", media: form}, answer{status: 200, body: token}, `form prn breaks the rule "known"`},
		{"token by JSON", ask{method: "POST", target: "/oauth/token", body: `{}`}, answer{status: 200, body: token}, `body breaks the rule "media type"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantReport(t, judged(Every, tt.ask.request(), tt.answer), "request", tt.want)
		})
	}
}

func TestResponsesThatDeviateAreReported(t *testing.T) {
	t.Parallel()
	needDocument(t)
	self := ask{method: "GET", target: "/rest/users/me"}
	all := ask{method: "GET", target: "/rest/admin/users"}
	add := ask{method: "POST", target: members, body: grant}
	create := ask{method: "POST", target: "/rest/admin/users", body: `{"email":"a@corp.example"}`}
	remove := ask{method: "DELETE", target: members + "/6f1c0d3e-0000-4000-8000-000000000002"}
	login := ask{method: "POST", target: "/oauth/token", body: tokens, media: form}
	anonymous := strings.Replace(me, `"email":"a@corp.example",`, "", 1)
	with := func(extra string) string { return strings.TrimSuffix(me, "}") + "," + extra + "}" }
	tests := []struct {
		name   string
		ask    ask
		answer answer
		want   string // "" means nothing
	}{
		{name: "good", ask: self, answer: answer{status: 200, body: me}},
		{name: "a time for a date", ask: self, answer: answer{status: 200, body: with(`"created":"2025-05-19T15:00:43+0000"`)}},
		{name: "a firewall's page", ask: self, answer: answer{status: 490, media: "text/html", body: "<html>"}},
		{name: "removed", ask: remove, answer: answer{status: 204}},
		{name: "created without entity", ask: create, answer: answer{status: 201}},
		{name: "a token that lasts a text", ask: login, answer: answer{status: 200, body: strings.Replace(token, "3600", `"360000"`, 1)}},
		{"status", self, answer{status: 451}, `status breaks the rule "known"`},
		{"success of another operation", self, answer{status: 201, body: me}, `status breaks the rule "known"`},
		{"required field", self, answer{status: 200, body: anonymous}, `body/email breaks the rule "required"`},
		{"required field in a list", all, answer{status: 200, body: `{"data":[` + anonymous + `]}`}, `body/data/*/email breaks the rule "required"`},
		{"unknown field", self, answer{status: 200, body: with(`"mail":"a"`)}, `body/mail breaks the rule "known"`},
		{"type", self, answer{status: 200, body: with(`"internal":"yes"`)}, `body/internal breaks the rule "type"`},
		{"type behind a reference", add, answer{status: 201, body: `{"data":[{"sharedBy":{"id":7}}]}`}, `body/data/*/sharedBy/id breaks the rule "type"`},
		{"null", self, answer{status: 200, body: with(`"internal":null`)}, `body/internal breaks the rule "nullable"`},
		{"a date that is none", self, answer{status: 200, body: with(`"created":"yesterday"`)}, `body/created breaks the rule "format"`},
		{"no body", self, answer{status: 200}, `body breaks the rule "empty"`},
		{"changed without the entity that was asked for", ask{method: "PUT", target: members + "/7?returnEntity=true", body: `{"roleId":6}`}, answer{status: 200}, `body breaks the rule "empty"`},
		{"a log-in page", self, answer{status: 200, media: "text/html", body: "<html>"}, `body breaks the rule "media type"`},
		{"half a body", self, answer{status: 200, body: me[:20]}, `body breaks the rule "malformed"`},
		{"a body with 204", remove, answer{status: 204, body: `{}`}, `body breaks the rule "surplus"`},
		{"unknown field of a refusal", add, answer{status: 403, body: `{"error":[{"code":"ERR_ACCESS_USER"}],"problem":"no"}`}, `body/problem breaks the rule "known"`},
		{"no entry", add, answer{status: 403, body: `{"errors":[]}`}, `body/error breaks the rule "required"`},
		{"no code", add, answer{status: 403, body: `{"errors":[{"message":"no"}]}`}, `body/error/*/code breaks the rule "required"`},
		{"a code the vendor does not know", add, answer{status: 403, body: `{"errors":[{"code":"ERR_NONSENSE"}]}`}, `code ERR_NONSENSE breaks the rule "known"`},
		{"a code with another status", add, answer{status: 403, body: `{"errors":[{"code":"ERR_ENTITY_EXISTS"}]}`}, `code ERR_ENTITY_EXISTS breaks the rule "known"`},
		{"refusal by a page", add, answer{status: 409, media: "text/html", body: "<html>"}, `body breaks the rule "media type"`},
		{"list without its envelope", all, answer{status: 200, body: `[]`}, `body breaks the rule "bare list"`},
		{name: "children in an envelope", ask: ask{method: "GET", target: folder + "/children"}, answer: answer{status: 200, body: `{"data":[{"type":"d","name":"A"}]}`}},
		{"an id that is no number", self, answer{status: 200, body: with(`"adminRoleId":"one"`)}, `body/adminRoleId breaks the rule "type"`},
		{"token without token", login, answer{status: 200, body: `{"token_type":"bearer","expires_in":1}`}, `body/access_token breaks the rule "required"`},
		{"token with a refresh token", login, answer{status: 200, body: strings.Replace(token, "scope", "refresh_token", 1)}, `body/refresh_token breaks the rule "known"`},
		{"token for no time", login, answer{status: 200, body: strings.Replace(token, "3600", "null", 1)}, `body/expires_in breaks the rule "type"`},
		{"token refused with another status", login, answer{status: 418, body: `{"error":"invalid_grant"}`}, `status breaks the rule "known"`},
		{"token refused without a reason", login, answer{status: 400, body: `{"error":"no"}`}, `body/error breaks the rule "known"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantReport(t, judged(Every, tt.ask.request(), tt.answer), "response", tt.want)
		})
	}
}

// wantReport fails unless there is just this report about that side; none if want is empty.
func wantReport(t *testing.T, got []string, side, want string) {
	t.Helper()
	switch {
	case want == "" && len(got) == 0:
	case want == "" || len(got) != 1 || !strings.Contains(got[0], ", "+side+", answered") || !strings.HasSuffix(got[0], ": "+want):
		t.Errorf("got %q, want one about the %s: %q", got, side, want)
	}
	if strings.Contains(strings.Join(got, "\n"), "canary") {
		t.Error("a report shows a secret")
	}
}

func TestRefusedRequestsMayBeWrongOnPurpose(t *testing.T) {
	t.Parallel()
	needDocument(t)
	wrong := ask{method: "POST", target: members, body: `{"roleId":"6"}`}
	refusal := answer{status: 403, body: `{"errors":[{"code":"ERR_ACCESS_USER","message":"no"}]}`}
	tests := []struct {
		requests Requests
		answer   answer
		want     int // reports
	}{
		{Accepted, refusal, 0},
		{Accepted, answer{status: 201, body: granted}, 1},
		{Accepted, answer{status: 207, body: granted}, 0}, // refuses an entry
		{Every, refusal, 1},
		{Every, answer{status: 201, body: granted}, 1},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%v, %d", tt.requests, tt.answer.status), func(t *testing.T) {
			t.Parallel()
			if got := judged(tt.requests, wrong.request(), tt.answer); len(got) != tt.want {
				t.Errorf("got %q, want %d reports", got, tt.want)
			}
		})
	}
}

// TestWatchingChangesNothing sends the same through both watchers and none.
func TestWatchingChangesNothing(t *testing.T) {
	t.Parallel()
	needDocument(t)
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Accellion-Location", "/rest/folders/1")
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("Authorization"), body)
	})
	w := &witness{}
	c := New(w, Every)
	plain, held := httptest.NewServer(echo), httptest.NewServer(c.Handler(echo))
	t.Cleanup(plain.Close)
	t.Cleanup(held.Close)
	send := func(url string, transport http.RoundTripper) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+members, strings.NewReader(grant))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer t")
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return fmt.Sprintf("%d %s %s %v", res.StatusCode, res.Header.Get("X-Accellion-Location"), body, err)
	}
	want := send(plain.URL, http.DefaultTransport)
	if diff := cmp.Diff(want, send(held.URL, http.DefaultTransport)); diff != "" {
		t.Errorf("through Handler (-without +with):\n%s", diff)
	}
	byHandler := len(w.failures)
	if diff := cmp.Diff(want, send(plain.URL, New(w, Every).Transport(http.DefaultTransport))); diff != "" {
		t.Errorf("through Transport (-without +with):\n%s", diff)
	}
	if byHandler == 0 || len(w.failures) != 2*byHandler {
		t.Errorf("Handler reported %d, both %d; want the same from each", byHandler, len(w.failures))
	}
}

func TestAnswersThatBreakOffAreNotJudged(t *testing.T) {
	t.Parallel()
	needDocument(t)
	cuts := map[string]http.HandlerFunc{
		"by a panic": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"da`)
			panic(http.ErrAbortHandler)
		},
		"below its length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"da`)
		},
		"by its connection": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		},
	}
	for name, cut := range cuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &witness{}
			server := httptest.NewServer(New(w, Every).Handler(cut))
			defer server.Close()
			client := http.Client{Transport: New(w, Every).Transport(http.DefaultTransport)}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/rest/users/me?x=1", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer t")
			if res, err := client.Do(r); err == nil {
				if _, err := io.ReadAll(res.Body); err == nil {
					t.Error("the client read a whole answer")
				}
			}
			server.Close()
			w.end()
			want := `contract: GET /rest/users/me, request, answered 0: query x breaks the rule "known"`
			if diff := cmp.Diff([]string{want, want}, w.failures); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
}

func TestADeviationIsReportedOnce(t *testing.T) {
	t.Parallel()
	needDocument(t)
	w := &witness{}
	h := New(w, Every).Handler(answer{status: 200, body: `{"data":[{"mail":1},{"mail":2}]}`})
	for range 3 {
		h.ServeHTTP(httptest.NewRecorder(), ask{method: "GET", target: "/rest/roles"}.request())
	}
	want := []string{`contract: GET /rest/roles, response, answered 200: body/data/*/mail breaks the rule "known"`}
	if diff := cmp.Diff(want, w.failures); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

func TestWithoutTheDocument(t *testing.T) {
	t.Parallel()
	missing := fmt.Errorf("read: %w", fs.ErrNotExist)
	tests := []struct {
		name  string
		err   error
		ci    bool
		fatal bool
	}{
		{"missing on a laptop", missing, false, false},
		{"missing in CI", missing, true, true},
		{"broken", errors.New("parse"), false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &witness{}
			withoutDocument(w, tt.err, tt.ci)
			if w.fatal != tt.fatal {
				t.Errorf("got fatal %v, want %v", w.fatal, tt.fatal)
			}
			if !tt.fatal && (len(w.logs) != 1 || !strings.Contains(w.logs[0], "WARNING")) {
				t.Errorf("got log %q, want a warning", w.logs)
			}
		})
	}
}
