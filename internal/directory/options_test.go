package directory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNewReportsEveryMistake(t *testing.T) {
	t.Parallel()
	noPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noPEM, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(o *Options)
		want   string
	}{
		"no kind":               {func(o *Options) { o.Kind = 0 }, "write one of active-directory, openldap, 389ds, generic"},
		"no name":               {func(o *Options) { o.Name = "" }, "no name"},
		"no servers":            {func(o *Options) { o.Servers = nil }, "no servers"},
		"a host without URL":    {func(o *Options) { o.Servers = []string{"dc1.corp.example"} }, "want ldap://host or ldaps://host"},
		"a scheme that is not":  {func(o *Options) { o.Servers = []string{"https://dc1"} }, "want ldap://host or ldaps://host"},
		"a URL with a base":     {func(o *Options) { o.Servers = []string{"ldap://dc1/dc=corp"} }, "at most a port"},
		"no password":           {func(o *Options) { o.BindDN = "cn=x" }, "no password"},
		"no people":             {func(o *Options) { o.People.Bases = nil }, "no bases"},
		"an empty base":         {func(o *Options) { o.People.Bases = []string{""} }, "is no DN"},
		"a base that is no DN":  {func(o *Options) { o.Groups.Bases = []string{"groups"} }, `base "groups" is no DN`},
		"no filter":             {func(o *Options) { o.People.Filter = "" }, "people: filter"},
		"a broken filter":       {func(o *Options) { o.Groups.Filter = "(cn=a" }, "groups: filter"},
		"no address":            {func(o *Options) { o.People.EmailFrom = nil }, "e-mail address"},
		"a domain that is none": {func(o *Options) { o.People.EmailDomains = []string{"corp example"} }, `"corp example" is no domain`},
		"a page of less":        {func(o *Options) { o.PageSize = -1 }, "page size"},
		"a time-out of less":    {func(o *Options) { o.Timeout = -time.Second }, "time-out"},
		"no such CA":            {func(o *Options) { o.CA = noPEM + ".missing" }, "read directory.tls.ca"},
		"a key alone":           {func(o *Options) { o.Key = func() (string, error) { return "", nil } }, "go together"},
		"leavers in no DN":      {func(o *Options) { o.People.LeaversIn = []string{"gone"} }, `base "gone" is no DN`},
		"a CA that is no PEM":   {func(o *Options) { o.CA = noPEM }, "holds no certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := windowsOptions("ldaps://dc1.corp.example")
			test.change(&o)
			if _, err := New(o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	o := windowsOptions("http://dc1")
	o.Name = ""
	if _, err := New(o); err == nil || strings.Count(err.Error(), "\n") != 1 { // one line each
		t.Errorf("got %v, want two mistakes in two lines", err)
	}
}

func TestNewFillsInWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	s, err := newSource(windowsOptions("ldaps://dc1.corp.example"))
	if err != nil {
		t.Fatal(err)
	}
	if s.o.PageSize != 500 || s.o.Groups.Filter != "(objectClass=group)" || s.o.LookupSRV == nil {
		t.Errorf("got page size %d and group filter %s, want 500 and (objectClass=group)", s.o.PageSize, s.o.Groups.Filter)
	}
}

func TestNewWantsEachDirectoryToHaveAName(t *testing.T) {
	t.Parallel()
	a, b := windowsOptions("ldaps://dc1.corp.example"), windowsOptions("ldaps://dc2.corp.example")
	b.Name = "AD"
	if _, err := New(a, b); err == nil || !strings.Contains(err.Error(), `two have the name "AD"`) {
		t.Errorf("got %v, want an error about the name", err)
	}
	if _, err := New(); err == nil {
		t.Error("got no error for no directory")
	}
}
