package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

func TestLDIF(t *testing.T) {
	t.Parallel()
	got := ldif([]ldapsim.Entry{
		{DN: "uid=zoë,dc=example", Attrs: map[string][]string{
			"sn": {"Großmann"}, "cn": {"Zoë", "Zoe"}, "description": {" leading", ":colon", "<less", "trailing ", "plain: text", ""},
		}},
		{DN: "cn=empty,dc=example", Attrs: map[string][]string{"objectClass": {"groupOfNames"}}},
	})
	want := `dn:: dWlkPXpvw6ssZGM9ZXhhbXBsZQ==
cn:: Wm/Dqw==
cn: Zoe
description:: IGxlYWRpbmc=
description:: OmNvbG9u
description:: PGxlc3M=
description:: dHJhaWxpbmcg
description: plain: text
description: ` + `
sn:: R3Jvw59tYW5u

dn: cn=empty,dc=example
objectClass: groupOfNames
member: ` + `

`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
