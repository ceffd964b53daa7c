package directory

import (
	"strings"
	"testing"
)

func TestNormalDN(t *testing.T) {
	t.Parallel()
	// The spellings in one row are equal, those of two rows are not.
	rows := map[string][]string{
		"plain":                 {"uid=a,ou=people,dc=example,dc=com", "UID=A,OU=People,DC=Example,DC=com", "uid = a , ou=people, dc=example ,dc=com"},
		"another person":        {"uid=b,ou=people,dc=example,dc=com"},
		"escaped comma":         {`cn=Doe\, Jane,dc=example`, `CN=doe\2C Jane,DC=example`, `cn=Doe\2c  jane,dc=example`},
		"a comma that is none":  {"cn=Doe,cn=Jane,dc=example"},
		"non-ASCII":             {"cn=Müller,dc=example", `cn=M\C3\BCller,dc=example`, "cn=MÜLLER,dc=example", "cn=Mu\u0308ller,dc=example"},
		"multi-valued":          {"cn=Jo+uid=1,dc=example", "UID=1+CN=jo,dc=example", "uid=1 + cn=Jo,dc=example"},
		"inner spaces":          {"cn=mary jane,dc=example", "cn=Mary  Jane,dc=example", `cn=Mary \ Jane,dc=example`},
		"no inner space":        {"cn=maryjane,dc=example"},
		"equals sign in value":  {"cn=a=b,dc=example", `cn=A\=B,dc=example`, `cn=a\3db,dc=example`},
		"escaped plus":          {`cn=a\+b,dc=example`, `cn=A\2bB,dc=example`},
		"BER value":             {"cn=#04024869,dc=example", "cn=hi,dc=example"},
		"deleted object of AD":  {"CN=x\\0ADEL:1,DC=example", `cn=X\0aDEL:1,dc=example`},
		"no DN":                 {"nobody", "NOBODY"},
		"a DN that breaks off":  {`cn=a\`},
		"separated by semicola": {"cn=s;dc=example", "cn=s,dc=example"},
		"empty":                 {""},
	}
	seen := map[string]string{}
	for name, spellings := range rows {
		want := normalDN(spellings[0])
		if other, taken := seen[want]; taken {
			t.Errorf("%s and %s: both have the normal form %q", name, other, want)
		}
		seen[want] = name
		for _, s := range spellings {
			if got := normalDN(s); got != want {
				t.Errorf("%s: normalDN(%q): got %q, want %q", name, s, got, want)
			}
		}
	}
}

// FuzzNormalDN holds the shortcut for plain DNs to the long way, and wants a
// normal form to be its own normal form.
func FuzzNormalDN(f *testing.F) {
	for _, s := range []string{
		"uid=a,ou=people,dc=example", "UID=A, dc=x", `cn=Doe\, J+uid=1,dc=x`, "cn=M\u0308,dc=x", "=a", "a=,b=c", "a=b=c", "a= b", "a=b ,c=d",
		"cn=#0401", `cn=\ff,dc=x`, "1.2=a", "a=\\ ", "a=\u0130", "a=b\u00a0 c", "a=\u0345",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		normal := normalDN(s)
		// The folding of golang.org/x/text swaps the cases of Cherokee: there, only the second time is back.
		if again := normalDN(normal); again != normal && normalDN(again) != normal {
			t.Errorf("normalDN(%q) = %q, and of that %q", s, normal, again)
		}
		if !plainDN(s) {
			return
		}
		// A hex escape of the first letter of the last value keeps the meaning and forces the long way.
		i := strings.LastIndexByte(s, '=') + 1
		if i == len(s) || s[i] == ',' {
			return
		}
		if slow := normalDN(s[:i] + hexEscape(s[i]) + s[i+1:]); slow != normal {
			t.Errorf("normalDN(%q): the short way gives %q, the long way %q", s, normal, slow)
		}
	})
}

func hexEscape(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{'\\', digits[c>>4], digits[c&15]})
}
