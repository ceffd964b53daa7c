package directory

import (
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestAttributeTypesAreRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		description string
		names       []string
		want        access.Match
	}{
		"a text":              {"( 2.5.4.12 NAME 'title' DESC 'RFC4519: title' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{128} )", []string{"title"}, access.CaseIgnore},
		"two names":           {"( 2.5.4.4 NAME ( 'sn' 'surname' ) SUP name )", []string{"sn", "surname"}, access.CaseIgnore},
		"an exact text":       {"( 1.3.6.1.1.1.1.3 NAME 'homeDirectory' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )", []string{"homeDirectory"}, access.CaseExact},
		"a number":            {"( 1.3.6.1.1.1.1.0 NAME 'uidNumber' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )", []string{"uidNumber"}, access.Integer},
		"a date":              {"(2.5.18.1 NAME 'createTimestamp' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24)", []string{"createTimestamp"}, access.Time},
		"no rule, a number":   {"( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX '1.3.6.1.4.1.1466.115.121.1.27' SINGLE-VALUE )", []string{"userAccountControl"}, access.Integer},
		"no rule, 64 bits":    {"( 1.2.840.113556.1.4.159 NAME 'accountExpires' SYNTAX '1.2.840.113556.1.4.906' )", []string{"accountExpires"}, access.Integer},
		"digits":              {"( 2.5.4.24 NAME 'x121Address' EQUALITY numericStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.36{15} )", []string{"x121Address"}, access.NumericString},
		"a telephone":         {"( 2.5.4.20 NAME 'telephoneNumber' EQUALITY telephoneNumberMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.50{32} )", []string{"telephoneNumber"}, access.Telephone},
		"a DN":                {"( 2.5.4.49 NAME 'distinguishedName' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )", []string{"distinguishedName"}, access.DN},
		"no rule, digits":     {"( 1.2 NAME 'n' SYNTAX '1.3.6.1.4.1.1466.115.121.1.36' )", []string{"n"}, access.NumericString},
		"no rule, a DN":       {"( 1.2.840.113556.1.2.102 NAME 'memberOf' SYNTAX '1.3.6.1.4.1.1466.115.121.1.12' )", []string{"memberOf"}, access.DN},
		"words in its text":   {"( 1.1 NAME 'x' DESC 'EQUALITY caseExactMatch (not)' EQUALITY caseIgnoreMatch )", []string{"x"}, access.CaseIgnore},
		"a quote never ended": {"( 1.1 NAME 'x", nil, access.CaseIgnore},
		"nothing":             {"", nil, access.CaseIgnore},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, got := parseAttributeType(test.description)
			if !slices.Equal(names, test.names) || got.match() != test.want {
				t.Errorf("got %q, %v, want %q, %v", names, got.match(), test.names, test.want)
			}
		})
	}
}

func TestMatchIsInherited(t *testing.T) {
	t.Parallel()
	types := map[string]attributeType{
		"name": {equality: "caseExactMatch"}, "cn": {superior: "Name"}, "loop": {superior: "loop"}, "odd": {superior: "missing"},
	}
	for name, want := range map[string]access.Match{"cn": access.CaseExact, "loop": access.CaseIgnore, "odd": access.CaseIgnore, "none": access.CaseIgnore} {
		if got := resolveMatch(types, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestDirectoriesThatCompareDifferentlyCompareWithoutCase(t *testing.T) {
	t.Parallel()
	with := func(m map[string]access.Match) *mirror { return &mirror{match: m} }
	a := with(map[string]access.Match{"room": access.CaseExact, "number": access.Integer})
	b := with(map[string]access.Match{"number": access.Integer})
	if got := agreed([]*mirror{a, b}); len(got) != 1 || got["number"] != access.Integer {
		t.Errorf("got %v, want the number alone", got)
	}
}

func FuzzParseAttributeType(f *testing.F) {
	f.Add("( 2.5.4.4 NAME ( 'sn' 'surname' ) SUP name )")
	f.Add("( 1.1 NAME '")
	f.Fuzz(func(_ *testing.T, s string) { _, _ = parseAttributeType(s) })
}
