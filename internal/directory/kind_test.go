package directory

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

func entryOf(attributes map[string][]string) *wire.Entry {
	e := wire.NewEntry()
	e.Fill(ldap.NewEntry("cn=test", attributes))
	return e
}

func TestDecodeGUID(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  []byte
		want string
	}{
		"mixed-endian": {
			[]byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
			"00112233-4455-6677-8899-aabbccddeeff",
		},
		"leading zeros": {make([]byte, 16), "00000000-0000-0000-0000-000000000000"},
		"too short":     {make([]byte, 15), ""},
		"too long":      {make([]byte, 17), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeGUID(test.raw)
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	// FILETIME 0x01D9E9F0... written as text: 100 ns since 1601.
	filetime := func(at time.Time) string { return fmt.Sprint((at.Unix() + 11_644_473_600) * 10_000_000) }
	activeDirectory := func(control, expires string) map[string][]string {
		return map[string][]string{"userAccountControl": {control}, "accountExpires": {expires}}
	}
	tests := map[string]struct {
		kind       Kind
		attributes map[string][]string
		want       access.Standing
	}{
		"AD: ordinary, never expires":    {ActiveDirectory, activeDirectory("512", "0"), access.Active},
		"AD: never, the other way":       {ActiveDirectory, activeDirectory("512", fmt.Sprint(math.MaxInt64)), access.Active},
		"AD: expires later":              {ActiveDirectory, activeDirectory("512", filetime(now.Add(time.Second))), access.Active},
		"AD: expires now":                {ActiveDirectory, activeDirectory("512", filetime(now)), access.Expired},
		"AD: expired":                    {ActiveDirectory, activeDirectory("66048", filetime(now.AddDate(-1, 0, 0))), access.Expired},
		"AD: disabled":                   {ActiveDirectory, activeDirectory("514", "0"), access.Disabled},
		"AD: disabled and expired":       {ActiveDirectory, activeDirectory("514", filetime(now)), access.Disabled},
		"AD: expiry that is no number":   {ActiveDirectory, activeDirectory("512", "soon"), access.Unknown},
		"AD: control that is hidden":     {ActiveDirectory, map[string][]string{"accountExpires": {"0"}}, access.Unknown},
		"AD: without an expiry":          {ActiveDirectory, map[string][]string{"userAccountControl": {"512"}}, access.Active},
		"OpenLDAP: ordinary":             {OpenLDAP, nil, access.Active},
		"OpenLDAP: locked for good":      {OpenLDAP, map[string][]string{"pwdAccountLockedTime": {"000001010000Z"}}, access.Disabled},
		"OpenLDAP: locked for a while":   {OpenLDAP, map[string][]string{"pwdAccountLockedTime": {"20260228235959Z"}}, access.Active},
		"OpenLDAP: begins later":         {OpenLDAP, map[string][]string{"pwdStartTime": {"20260301000001Z"}}, access.Disabled},
		"OpenLDAP: has begun":            {OpenLDAP, map[string][]string{"pwdStartTime": {"20260301000000Z"}}, access.Active},
		"OpenLDAP: has ended":            {OpenLDAP, map[string][]string{"pwdEndTime": {"20260301010000+0100"}}, access.Expired},
		"OpenLDAP: ends later":           {OpenLDAP, map[string][]string{"pwdEndTime": {"20260301000000.5Z"}}, access.Active},
		"OpenLDAP: an end that is none":  {OpenLDAP, map[string][]string{"pwdEndTime": {"next year"}}, access.Unknown},
		"OpenLDAP: locked and ended":     {OpenLDAP, map[string][]string{"pwdAccountLockedTime": {"000001010000Z"}, "pwdEndTime": {"20250101000000Z"}}, access.Disabled},
		"389: ordinary":                  {DS389, nil, access.Active},
		"389: locked":                    {DS389, map[string][]string{"nsAccountLock": {"TRUE"}}, access.Disabled},
		"389: locked, in lower case":     {DS389, map[string][]string{"nsaccountlock": {"true"}}, access.Disabled},
		"389: unlocked":                  {DS389, map[string][]string{"nsAccountLock": {"FALSE"}}, access.Active},
		"generic: nobody is ever locked": {Generic, map[string][]string{"nsAccountLock": {"TRUE"}}, access.Active},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.kind.traits().standing(entryOf(test.attributes)).at(now); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestChangedAt(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, s := range []string{"20260102030405Z", "20260102030405.0Z", "20260102050405+0200", "20260102030405,000Z", "20260102030405+00"} {
		if got := changedAt(s); !got.Equal(want) {
			t.Errorf("changedAt(%q): got %v, want %v", s, got, want)
		}
	}
	for _, s := range []string{"", "yesterday"} {
		if got := changedAt(s); !got.IsZero() {
			t.Errorf("changedAt(%q): got %v, want the zero time", s, got)
		}
	}
}

func TestKindReadsWhatItWrites(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		if got, err := ParseKind(k.String()); got != k || err != nil {
			t.Errorf("ParseKind(%q): got %v, %v", k, got, err)
		}
	}
	if _, err := ParseKind("ad"); err == nil || !strings.Contains(err.Error(), "active-directory") {
		t.Errorf("got %v, want an error that lists the kinds", err)
	}
}

func TestKindIsCheckedAgainstTheRootDSE(t *testing.T) {
	t.Parallel()
	openLDAP := map[string][]string{"objectClass": {"top", "OpenLDAProotDSE"}}
	windows := map[string][]string{"supportedCapabilities": {"1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670"}}
	ds389 := map[string][]string{"objectClass": {"top"}, "vendorName": {"389 Project"}}
	unknown := map[string][]string{"objectClass": {"top"}}
	tests := map[string]struct {
		kind Kind
		root map[string][]string
		want string // in the error; "": none
	}{
		"OpenLDAP":                     {OpenLDAP, openLDAP, ""},
		"Active Directory":             {ActiveDirectory, windows, ""},
		"389":                          {DS389, ds389, ""},
		"generic takes anything":       {Generic, unknown, ""},
		"generic is no way around":     {Generic, openLDAP, "write directory.kind: openldap"},
		"AD instead of OpenLDAP":       {OpenLDAP, windows, "write directory.kind: active-directory"},
		"389 instead of AD":            {ActiveDirectory, ds389, "write directory.kind: 389ds"},
		"OpenLDAP instead of 389":      {DS389, openLDAP, "write directory.kind: openldap"},
		"something else than OpenLDAP": {OpenLDAP, unknown, "write directory.kind: generic"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.kind.check(entryOf(test.root))
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
