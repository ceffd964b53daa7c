package filter_test

import (
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

func mustCompileRapid(t *rapid.T, text string) *filter.Filter {
	f, err := filter.Compile(text)
	if err != nil {
		t.Fatalf("Compile(%q): %v", text, err)
	}
	return f
}

// checkRoundTrip says that the text form of a filter is a filter, and the same one.
func checkRoundTrip(t *testing.T, f *filter.Filter) {
	t.Helper()
	again := mustCompile(t, f.String())
	if got, want := again.String(), f.String(); got != want {
		t.Errorf("compiled again: got %s, want %s", got, want)
	}
	for _, value := range []string{"", "x", "Ada Öztürk", "10", "20261231235959Z", "\xff", f.String()} {
		values := func(string) []string { return []string{value} }
		if got, want := again.Match(values, rule), f.Match(values, rule); got != want {
			t.Errorf("%s: the filter compiled again matches %q: %t, want %t", f, value, got, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"(department=x)", "(&(a=1)(|(b>=2)(c<=3))(!(d=*)))", `(a=\2a*\c3\96*x )`, "(&)", "(!(|))",
		"(userAccountControl:1.2.840.113556.1.4.803:=2)", "(a==b)", "(&(a=b(c=d))", "(description=ÖFFENTLICHKEIT)",
		`(a=\3d\ff)`, "(a= * b * )", "(uidNumber<=-007)", "(accountExpires>=20261231235959.5+0100)", "((a=1))",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compiled, err := filter.Compile(text)
		if err == nil {
			checkRoundTrip(t, compiled)
		}
	})
}

func FuzzFromPacket(f *testing.F) {
	for _, text := range []string{`(&(a=1)(b>=2)(c<=3)(d=*)(e=x*y*z)(!(f=*y)))`, "(a:1.2.840.113556.1.4.803:=2)"} {
		packet, err := ldap.CompileFilter(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packet.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		packet, err := ber.DecodePacketErr(data)
		if err != nil {
			return
		}
		compiled, err := filter.FromPacket(packet)
		if err == nil && len(compiled.String()) < 1<<16 {
			checkRoundTrip(t, compiled)
		}
	})
}
