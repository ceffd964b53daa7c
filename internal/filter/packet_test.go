package filter_test

import (
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

func context(tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassContext, ber.TypeConstructed, tag, nil, "")
	for _, child := range children {
		p.AppendChild(child)
	}
	return p
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func piece(tag ber.Tag, s string) *ber.Packet {
	return ber.NewString(ber.ClassContext, ber.TypePrimitive, tag, s, "")
}

func sequence(children ...*ber.Packet) *ber.Packet {
	p := ber.NewSequence("")
	for _, child := range children {
		p.AppendChild(child)
	}
	return p
}

func TestFromPacketReceived(t *testing.T) {
	t.Parallel()
	const text = `(&(a=1)(b>=2)(c<=3)(d=*)(e=x*y*z)(!(f=*y))(|(g:1.2.840.113556.1.4.803:=2)))`
	sent, err := ldap.CompileFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	received, err := ber.DecodePacketErr(sent.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	f, err := filter.FromPacket(received)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.String(); got != text {
		t.Errorf("got %s, want %s", got, text)
	}
}

func TestFromPacketRefuses(t *testing.T) {
	t.Parallel()
	deep := context(ldap.FilterPresent)
	for range 200 {
		deep = context(ldap.FilterNot, deep)
	}
	tests := map[string]struct {
		packet *ber.Packet
		want   string
	}{
		"nothing":             {nil, "not a filter"},
		"another class":       {sequence(), "not a filter"},
		"unknown choice":      {context(12), "unknown choice 12"},
		"empty negation":      {context(ldap.FilterNot), "negation of 0 filters"},
		"double negation":     {context(ldap.FilterNot, context(ldap.FilterAnd), context(ldap.FilterAnd)), "negation of 2 filters"},
		"bad member":          {context(ldap.FilterOr, context(12)), "unknown choice 12"},
		"half a comparison":   {context(ldap.FilterEqualityMatch, octets("a")), "comparison of 1 parts"},
		"presence of nothing": {context(ldap.FilterPresent), "no attribute"},
		"half a substring":    {context(ldap.FilterSubstrings, octets("a")), "substring match of 1 parts"},
		"no pieces":           {context(ldap.FilterSubstrings, octets("a"), sequence()), "nothing between its stars"},
		"empty piece": {
			context(ldap.FilterSubstrings, octets("a"), sequence(piece(ldap.FilterSubstringsAny, ""))), "an empty piece",
		},
		"initial not first": {
			context(ldap.FilterSubstrings, octets("a"), sequence(
				piece(ldap.FilterSubstringsAny, "x"), piece(ldap.FilterSubstringsInitial, "y"))), "out of order",
		},
		"final not last": {
			context(ldap.FilterSubstrings, octets("a"), sequence(
				piece(ldap.FilterSubstringsFinal, "x"), piece(ldap.FilterSubstringsAny, "y"))), "out of order",
		},
		"no rule":  {context(ldap.FilterExtensibleMatch), `matching rule "" is not supported`},
		"too deep": {deep, "nested more than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := filter.FromPacket(test.packet)
			if err == nil {
				t.Fatalf("got %s, want an error", f)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to contain %q", err, test.want)
			}
		})
	}
}
