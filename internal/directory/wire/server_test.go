package wire

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	const scheme, rest = "want ldap://host or ldaps://host", "want a host and at most a port"
	tests := map[string]string{ // what the error says; "": none
		"ldap://dc1":               "",
		"ldaps://dc1.corp.example": "",
		"ldaps://dc1:3269":         "",
		"ldaps://dc1:3269/":        "",
		"ldap://[::1]:389":         "",
		"ldap+srv://corp.example":  "",
		"ldaps+srv://corp.example": "",
		"LDAPS://dc1":              "",
		"":                         scheme,
		"dc1":                      scheme,
		"dc1:389":                  scheme,
		"ldap:dc1":                 scheme,
		"ldap://":                  scheme,
		"ldap:///":                 scheme,
		"ldap://:389":              scheme,
		"ldapi://%2Frun%2Fldapi":   "invalid URL escape",
		"ldapi://run":              scheme,
		"https://dc1":              scheme,
		"srv+ldap://dc1":           scheme,
		"x+srv://dc1":              scheme,
		"ldap://dc1/dc=corp":       rest,
		"ldap://dc1?uid":           rest,
		"ldap://sync:secret@dc1":   rest,
		"ldap://dc1:port":          "invalid port",
		"ldap://d c":               "invalid character",
		"ldap://dc1\n":             "control character",
	}
	for s, want := range tests {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			_, err := parseServer(s)
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("%q shows the password", err)
			}
		})
	}
}

func TestSRVPort(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		scheme, written string
		announced       uint16
		want            string
	}{
		"plain LDAP, as DNS says":            {"ldap", "", 3268, "3268"},
		"LDAPS: DNS speaks of plain LDAP":    {"ldaps", "", 389, "636"},
		"LDAPS: whatever DNS says":           {"ldaps", "", 3269, "636"},
		"plain LDAP, with a port of our own": {"ldap", "1389", 389, "1389"},
		"LDAPS, with a port of our own":      {"ldaps", "3269", 389, "3269"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := srvPort(test.scheme, test.written, test.announced); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	records := []*net.SRV{{Target: "dc2.corp.example.", Port: 389}, {Target: "dc1.corp.example.", Port: 3268}}
	tests := map[string]struct {
		written string
		records []*net.SRV
		err     error
		want    []server
		says    string
	}{
		"a host":            {"ldap://dc1", nil, nil, []server{{"ldap://dc1:389", "dc1", "dc1:389", false}}, ""},
		"a host and a port": {"ldaps://dc1:3269/", nil, nil, []server{{"ldaps://dc1:3269", "dc1", "dc1:3269", true}}, ""},
		"an IPv6 address":   {"ldaps://[::1]", nil, nil, []server{{"ldaps://[::1]:636", "::1", "[::1]:636", true}}, ""},
		"DNS, in its order": {"ldap+srv://corp.example", records, nil, []server{
			{"ldap://dc2.corp.example:389", "dc2.corp.example", "dc2.corp.example:389", false},
			{"ldap://dc1.corp.example:3268", "dc1.corp.example", "dc1.corp.example:3268", false},
		}, ""},
		"DNS, with TLS": {"ldaps+srv://corp.example", records, nil, []server{
			{"ldaps://dc2.corp.example:636", "dc2.corp.example", "dc2.corp.example:636", true},
			{"ldaps://dc1.corp.example:636", "dc1.corp.example", "dc1.corp.example:636", true},
		}, ""},
		"DNS, with a port": {"ldaps+srv://corp.example:3269", records[:1], nil, []server{
			{"ldaps://dc2.corp.example:3269", "dc2.corp.example", "dc2.corp.example:3269", true},
		}, ""},
		"DNS that names none": {"ldap+srv://corp.example", nil, nil, nil, "DNS names none: check directory.servers"},
		"DNS that fails":      {"ldap+srv://corp.example", nil, errors.New("no such host"), nil, "no such host: check directory.servers and this machine's DNS"},
		"no server":           {"dc1", nil, nil, nil, `server "dc1": want ldap://host`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &Options{Timeout: time.Minute, LookupSRV: func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
				if _, bounded := ctx.Deadline(); !bounded || service != "ldap" || proto != "tcp" || name != "corp.example" {
					t.Errorf("asked for _%s._%s.%s, bounded %v, want _ldap._tcp.corp.example within the time-out", service, proto, name, bounded)
				}
				return "", test.records, test.err
			}}
			got, err := o.find(t.Context(), test.written)
			if d := cmp.Diff(test.want, got, cmp.AllowUnexported(server{})); d != "" {
				t.Errorf("servers (-want +got):\n%s", d)
			}
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want it to say %q", err, test.says)
			}
		})
	}
}
