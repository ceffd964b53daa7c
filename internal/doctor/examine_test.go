package doctor

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// tenant is a simulated Kiteworks with three identities, of which legal@ sees /Legal as a Viewer only, and is
// an administrator, and idle@ is named by no grant.
func tenant(t *testing.T, mode string) (*Patient, *kwsim.Server) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, err := kwsim.New(kwsim.Options{Application: kwsim.Application{
		ClientID: "app", ClientSecret: "secret", Issuer: "kw", Audience: "kw", PublicKey: &key.PublicKey,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := s.World()
	add := func(id string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	add(w.AddUser(kwsim.User{Email: "users@corp.example", AdminRoleID: 2}))
	folders := add(w.AddUser(kwsim.User{Email: "folders@corp.example"}))
	legal := add(w.AddUser(kwsim.User{Email: "legal@corp.example", AdminRoleID: 2}))
	add(w.AddUser(kwsim.User{Email: "idle@corp.example"}))
	add(w.AddFolder(folders, "", "Departments", true))
	viewer, _ := w.Role("Viewer")
	if err := w.AddMember(add(w.AddFolder(folders, "", "Legal", true)), legal, viewer.ID, ""); err != nil {
		t.Fatal(err)
	}
	c := parse(t, mode, rules)
	ids := c.Kiteworks.Identities
	return &Patient{Config: c, Kiteworks: kiteworks.Options{
		URL: s.URL(), ClientID: "app", Issuer: "kw", Audience: "kw", Hash: crypto.SHA256, Rate: 1000,
		Secret:     func() (string, error) { return "secret", nil },
		Key:        func() (crypto.Signer, error) { return key, nil },
		Identities: kiteworks.Identities{Users: ids.Users, Folders: ids.Folders, Others: ids.Others},
	}}, s
}

// told are the texts of the checks in a state.
func told(r *Report, s State) (texts []string) {
	for _, c := range r.Checks {
		if c.State == s {
			texts = append(texts, c.Text)
		}
	}
	return texts
}

// TestP07_IdentitiesAreHeldToWhatTheyDo also looks that nothing was sent that could change anything.
func TestP07_IdentitiesAreHeldToWhatTheyDo(t *testing.T) {
	t.Parallel()
	const admin = "legal@corp.example is an administrator, which is more than is needed: it acts on folders by its role there"
	const idle = "idle@corp.example is one of kiteworks.identities.others, and no grant names it by `as`"
	tests := map[string]struct{ bad, advice []string }{
		"observe":     {nil, []string{admin, idle, "the application may do more than mode observe and these rules need: */*/*"}},
		"create-only": {[]string{"legal@corp.example is only Viewer on /Legal, and cannot give access there"}, []string{admin, idle, "the application may do more than mode create-only and these rules need: */*/*"}},
	}
	for mode, want := range tests {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p, s := tenant(t, mode)
			var r Report
			if !p.tenant(t.Context(), &r) {
				t.Errorf("Kiteworks cannot be read: %v", told(&r, Bad))
			}
			if diff := cmp.Diff(want.bad, told(&r, Bad)); diff != "" {
				t.Errorf("bad (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.advice, told(&r, Advice)); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
			for _, e := range s.History() {
				if e.Write && strings.HasPrefix(e.Path, "/rest/") {
					t.Errorf("a doctor has sent %s %s", e.Method, e.Path)
				}
			}
		})
	}
}

func TestAnIdentityThatCannotAdminister(t *testing.T) {
	t.Parallel()
	p, _ := tenant(t, "observe")
	p.Config.Kiteworks.Identities.Users, p.Kiteworks.Identities.Users = "idle@corp.example", "idle@corp.example"
	var r Report
	if p.tenant(t.Context(), &r) {
		t.Error("Kiteworks could be read")
	}
	if bad := strings.Join(told(&r, Bad), "\n"); !strings.Contains(bad, "idle@corp.example is no administrator") {
		t.Errorf("got\n%s\nwant that it is no administrator", bad)
	}
}

func TestAServersCertificateClockAndPaging(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	until := func(d time.Duration) *x509.Certificate { return &x509.Certificate{NotAfter: now.Add(d)} }
	tests := map[string]struct {
		sight        directory.Sight
		good, advice string
	}{
		"all well":           {directory.Sight{Certificate: until(365 * 24 * time.Hour), Pages: true}, "ldaps://dc1: logged in, the right kind of server; its certificate is good until 2027-03-01; it pages", ""},
		"a certificate ends": {directory.Sight{Certificate: until(5 * 24 * time.Hour), Pages: true}, "", "ldaps://dc1: its certificate ends in 5 days"},
		"no paging":          {directory.Sight{}, "", "ldaps://dc1 cannot page: its size limit may cut large answers, which then fail the read"},
		"a clock":            {directory.Sight{Pages: true, Timed: true, Ahead: -10 * time.Minute}, "", "the clock of ldaps://dc1 differs from that of this machine by 10m0s: dates take effect too early or too late"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.sight.Server = "ldaps://dc1"
			var r Report
			p := Patient{Now: func() time.Time { return now }}
			p.server(r.area("directory"), test.sight)
			if good := told(&r, Good); len(good) != 1 || test.good != "" && good[0] != test.good {
				t.Errorf("good: got %q, want %q", good, test.good)
			}
			if got := strings.Join(told(&r, Advice), "; "); got != test.advice {
				t.Errorf("advice: got %q, want %q", got, test.advice)
			}
		})
	}
}

func TestTheRulesAreLookedAtOnlyIfThatCanWork(t *testing.T) {
	t.Parallel()
	look := func(l Look, err error) func(context.Context) (Look, error) {
		return func(context.Context) (Look, error) { return l, err }
	}
	missing := config.Problem{Line: 3, Path: "rules[0]", Message: "the server has no role", Hint: "name one that it has"}
	tests := map[string]struct {
		readable, reachable bool
		look                func(context.Context) (Look, error)
		state               State
		text                string
	}{
		"no directory":         {false, true, nil, Unseen, "the directory cannot be read"},
		"no Kiteworks":         {true, false, nil, Unseen, "Kiteworks cannot be read"},
		"a look that fails":    {true, true, look(Look{}, errors.New("broken")), Bad, "broken"},
		"something is missing": {true, true, look(Look{Blocking: []config.Problem{missing}}, nil), Bad, "config.yaml:3: rules[0]: the server has no role"},
		"a hint":               {true, true, look(Look{Hints: []config.Problem{missing}}, nil), Advice, "config.yaml:3: rules[0]"},
		"people without mail":  {true, true, look(Look{People: 9, Groups: 1, Nameless: 2}, nil), Good, "9 people and 1 group read; 2 people without an address"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r Report
			p := Patient{Config: parse(t, "observe", rules), Look: test.look}
			p.rules(t.Context(), r.area("rules"), test.readable, test.reachable)
			if got := strings.Join(told(&r, test.state), "; "); !strings.Contains(got, test.text) {
				t.Errorf("%s: got %q, want %q in it", test.state, got, test.text)
			}
			if r.Sound() != (test.state != Bad) {
				t.Errorf("sound: got %t", r.Sound())
			}
		})
	}
}

func TestWhatToDoBeginsWithWhatIsBad(t *testing.T) {
	t.Parallel()
	var r Report
	a := r.area("x")
	a.advise("first advice", "do the first")
	a.good("fine")
	a.bad("broken", "")
	a.bad("also broken", "mend it")
	a.bad("broken alike", "mend it")
	a.unseen("unknown")
	if diff := cmp.Diff([]string{"broken", "mend it", "do the first"}, r.ToDo()); diff != "" {
		t.Errorf("to do (-want +got):\n%s", diff)
	}
	if State(0).String() != "invalid" || Unseen.String() != "unseen" {
		t.Error("states have other names")
	}
}
