package kwsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestCallsOutsideTheScopesAreRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		scopes      []string
		method      string
		path        string
		want        int
		outside     kwsim.Setting
		wantProblem string
	}{
		"none registered means all":   {nil, "GET", "/rest/roles", 200, "", ""},
		"the method and the entity":   {[]string{"GET/roles/*"}, "GET", "/rest/roles", 200, "", ""},
		"any method":                  {[]string{"roles/*"}, "GET", "/rest/roles", 200, "", ""},
		"any entity":                  {[]string{"GET/*/*"}, "GET", "/rest/roles", 200, "", ""},
		"another entity":              {[]string{"GET/folders/*"}, "GET", "/rest/roles", 403, "", "ERR_ACCESS_USER"},
		"another method":              {[]string{"POST/roles/*"}, "GET", "/rest/roles", 403, "", "ERR_ACCESS_USER"},
		"in the words of OAuth":       {[]string{"POST/roles/*"}, "GET", "/rest/roles", 403, "insufficient_scope", "insufficient_scope"},
		"one of several":              {[]string{"GET/folders/*", "GET/roles/*"}, "GET", "/rest/roles", 200, "", ""},
		"a longer path of the entity": {[]string{"GET/admin/*"}, "GET", "/rest/admin/profiles", 200, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, func(o *kwsim.Options) {
				o.Application.Scopes, o.Behaviour.OutsideScope = test.scopes, test.outside
			})
			x.client = http.DefaultClient // the vendor's document knows nothing of scopes
			got := x.do(admin, test.method, test.path, nil)
			if got.Status != test.want || !strings.Contains(got.Body, test.wantProblem) {
				t.Errorf("got %d %s, want %d %s", got.Status, got.Body, test.want, test.wantProblem)
			}
		})
	}
}

func TestScopesAreTold(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.Application.Scopes = []string{"GET/clients/*", "GET/roles/*"} })
	if got := x.do(admin, "GET", "/rest/clients/me", nil); !strings.Contains(got.Body, `"scope":"GET/clients/* GET/roles/*"`) {
		t.Errorf("got %s, want the scopes", got.Body)
	}
	if err := x.SetBehaviour(kwsim.Behaviour{ScopeAnswer: "untold"}); err != nil {
		t.Fatal(err)
	}
	if got := x.do(admin, "GET", "/rest/clients/me", nil); !strings.Contains(got.Body, `"scope":""`) {
		t.Errorf("got %s, want no scopes", got.Body)
	}
}

func TestScopesThatAreNone(t *testing.T) {
	t.Parallel()
	x := start(t)
	for _, text := range []string{"", "folders", "GET/folders/*/x", "GET //*"} {
		if err := x.SetScopes(text); err == nil {
			t.Errorf("%q passed", text)
		}
	}
	if err := x.SetScopes("GET/folders/*"); err != nil {
		t.Error(err)
	}
}

func TestALicenceWithoutTheAPI(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.Behaviour.APILicense = "calls" })
	x.client = http.DefaultClient // which code there is, no source says
	if got := x.do(admin, "GET", "/rest/roles", nil); got.Status != 403 || !strings.Contains(got.Body, "ERR_ACCESS_CLIENT") {
		t.Errorf("got %d %s, want 403 ERR_ACCESS_CLIENT", got.Status, got.Body)
	}
}

func TestAdministratorsWithoutUserManagement(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.Behaviour.UserManagement = "off" })
	x.client = http.DefaultClient // the document declares no refusal of GET /rest/admin/users
	if got := x.do(admin, "GET", "/rest/admin/users", nil); got.Status != 403 || !strings.Contains(got.Body, "ERR_ACCESS_USER") {
		t.Errorf("got %d %s, want 403 ERR_ACCESS_USER", got.Status, got.Body)
	}
	if got := x.do(owner, "GET", "/rest/roles", nil); got.Status != 200 {
		t.Errorf("got %d, want 200: that needs no administrator", got.Status)
	}
}

func TestAnswersBearTheServersClock(t *testing.T) {
	t.Parallel()
	x := start(t)
	got := x.do(admin, "GET", "/rest/roles", nil).Header.Get("Date")
	if want := x.clock.now().Format(http.TimeFormat); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.clock.advance(time.Hour)
	if at, err := http.ParseTime(x.do(admin, "GET", "/rest/roles", nil).Header.Get("Date")); err != nil || !at.Equal(x.clock.now()) {
		t.Errorf("got %v, %v, want the clock to go on", at, err)
	}
}
