package rules

import "testing"

func TestFoldDN_TellsNamesApartAsDirectoriesDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"case", "OU=Staff,DC=corp", "ou=STAFF,dc=Corp", true},
		{"spaces around", "OU=Staff,DC=corp", " OU = Staff , DC = corp ", true},
		{"spaces inside", "OU=Head  Office,DC=corp", "OU=Head Office,DC=corp", true},
		{"escapes", `OU=R\, D,DC=corp`, `OU=R\2C D,DC=corp`, true},
		{"several in one step, in another order", "CN=a+SN=b,DC=corp", "SN=b+CN=a,DC=corp", true},
		{"several in one step are not two steps", "CN=a+SN=b,DC=corp", "CN=a,SN=b,DC=corp", false},
		{"an escaped NUL is no step", `CN=a\00ou=vip,DC=corp`, "CN=a,OU=vip,DC=corp", false},
		{"an escaped join is no join", `CN=a\01sn=b,DC=corp`, "CN=a+SN=b,DC=corp", false},
		{"an escaped backslash is no escape", `CN=a\5C0,DC=corp`, `CN=a\00,DC=corp`, false},
		{"composed or not", "OU=B\u00fcro", "OU=Bu\u0308ro", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, b := FoldDN(tt.a), FoldDN(tt.b)
			if a == "" || b == "" || (a == b) != tt.same {
				t.Errorf("got %q and %q, want the same: %v", a, b, tt.same)
			}
		})
	}
	for _, text := range []string{"", " ", "Staff", "OU=Staff,", ",OU=Staff", "OU=a,,DC=b", "=x", "OU=a+"} {
		if got := FoldDN(text); got != "" {
			t.Errorf("%q reads as %q, want none", text, got)
		}
	}
}
