package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestEvaluate_Under(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, under, dn string
		want            bool
	}{
		{"below", "OU=Staff,DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"far below", "DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"itself", "CN=jane,OU=Staff,DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"above", "CN=x,CN=jane,DC=corp", "CN=jane,DC=corp", false},
		{"beside", "OU=Guests,DC=corp", "CN=jane,OU=Staff,DC=corp", false},
		{"spelt otherwise", "ou = staff , dc=CORP", "CN=jane,OU=Staff,DC=corp", true},
		{"escaped otherwise", `OU=R\2C D,DC=corp`, `CN=jane,OU=R\, D,DC=corp`, true},
		{"a part of a step", "OU=Staff,DC=corp", "CN=jane,XOU=Staff,DC=corp", false},
		{"one of several values of a step", "SN=lang,DC=corp", "CN=jane+SN=lang,DC=corp", false},
		{"a NUL in the own name", "OU=Staff,DC=corp", `CN=jane\00OU=Staff,DC=corp`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jane := person("jane", nil)
			jane.DN = tt.dn
			v := decide(compile(t, accountFor("r", rules.Condition{Under: tt.under}, "")), &access.Snapshot{People: []access.Person{jane}})
			if v.Account != tt.want || len(v.Held) > 0 {
				t.Errorf("matches: %v, held %v; want %v", v.Account, v.Held, tt.want)
			}
		})
	}
	jane := person("jane", nil)
	jane.DN = "jane"
	v := decide(compile(t, accountFor("r", rules.Condition{Under: "DC=corp"}, "")), &access.Snapshot{People: []access.Person{jane}})
	if diff := cmp.Diff([]string{`r: dn: "jane" is no distinguished name`}, reasons(v)); diff != "" || v.Account {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}
