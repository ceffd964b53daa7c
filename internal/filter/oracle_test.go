package filter_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

var (
	oracleFilters = flag.Int("filters", 1500, "how many random filters slapd is asked")
	oracleSeed    = flag.Uint64("seed", 1, "of the specimens and of the filters")
)

// trait is an attribute of the specimens: how the server compares it, and how it is compared here.
type trait struct {
	name, rules string // of an attribute type (RFC 4512, 4.1.2)
	match       access.Match
	values      []string // that an entry may have
	foreign     []string // that only a filter may have
	mapped      bool     // ß does not equal ss on the server
	whole       bool     // no part of it is looked for, nor an order: doc.go says what differs
}

func traits() []trait {
	texts := []string{
		"Ada", "ADA", "ada", "Ada Öztürk", "ada  öztürk", "Straße", "STRASSE", "Strasse 12", "Weiß", "O'Hara", `Doe, Jane "JD"`,
		"a*b", "(x)", `back\slash`, "#1001", "=sign", "<b>", "Élan", "e\u0301lan", "ﬁnance", "finance", "Human\u00a0Resources",
		"human resources", " lead", "trail ", "10", "9", "100", "Łukasz", "李", "AT&T", "a|b!c", "x", "X", "Z", "µ", "Ω", "Ж", "ж", "😀",
	}
	const (
		text   = " SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"
		ignore = "EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch" + text
		exact  = "EQUALITY caseExactMatch ORDERING caseExactOrderingMatch SUBSTR caseExactSubstringsMatch" + text
		digits = "EQUALITY numericStringMatch ORDERING numericStringOrderingMatch SUBSTR numericStringSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.36"
		phone  = "EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.50"
		dn     = "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12"
		number = "EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27"
		moment = "EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24"
		truth  = "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7"
	)
	return []trait{
		{name: "xText", rules: ignore, match: access.CaseIgnore, values: texts, foreign: []string{"ſ", "y  ", "", " "}, mapped: true},
		{name: "xMore", rules: ignore, match: access.CaseIgnore, values: texts, mapped: true},
		{name: "xExact", rules: exact, match: access.CaseExact, values: texts, foreign: []string{"y"}},
		{
			name: "xDigits", rules: digits, match: access.NumericString,
			values:  []string{"1", "12", "1 2 3", "123", "0123", "99 9", "1000", "2 0"},
			foreign: []string{"1a", "x", "-1", "ü", "777", "", " "},
		},
		{
			name: "xPhone", rules: phone, match: access.Telephone,
			values:  []string{"+49 30 123-45", "+493012345", "+49 (30) 12346", "030/123-45", "110", "1 1 2", "112 ext. 7"},
			foreign: []string{"+1", "ü", "a_b", "#31", "5", "", " ", "-"},
		},
		{
			name: "xDN", rules: dn, match: access.DN,
			values: []string{
				"cn=Ada,dc=example,dc=com", "CN=ada, DC=Example,DC=com", `cn=Doe\, Jane,dc=com`, `cn=Doe\2C  jane,dc=com`, "uid=1+cn=Ö z,dc=com",
				"cn=ö Z+UID=1,dc=COM", `cn=\#x,o=a\+b,dc=com`, `cn=a\\b,dc=com`, `cn=\22Q\22,dc=com`, "dc=com", "cn=a=b,dc=com", `cn=\20x\20,dc=com`,
			},
			foreign: []string{"Ada", "cn", "cn=Bob,dc=com", "cn=x,", ""},
		},
		{
			name: "xNumber", rules: number, match: access.Integer,
			values:  []string{"0", "1", "-1", "7", "70", "-70", "123456789012345678901234567890", "-123456789012345678901234567890", "255", "256", "-129"},
			foreign: []string{"seven", "3", "-5", "1.5", "--1", "12345678901234567890123456789", ""},
		},
		{
			name: "xTime", rules: moment, match: access.Time,
			values: []string{
				"20260101000000Z", "202601010000Z", "2026010100Z", "20260101010000+0100", "20261231235959.5Z", "20261231235959,50Z", "20261231235959Z",
				"20270101005959.25+0100", "19991231235959Z", "20240229120000Z",
			},
			foreign: []string{"20300101000000", "today", "20260231000000Z", "20261231235959.4Z", "2026", ""},
		},
		{name: "xBool", rules: truth, match: access.CaseIgnore, values: []string{"TRUE", "FALSE"}, whole: true},
	}
}

// oracleSchema defines the traits, and a class that has them.
func oracleSchema(all []trait) string {
	var b strings.Builder
	var names []string
	for i, t := range all {
		fmt.Fprintf(&b, "attributetype ( 1.3.6.1.4.1.4203.666.11.2.%d NAME '%s' %s )\n", i+1, t.name, t.rules)
		names = append(names, t.name)
	}
	fmt.Fprintf(&b, "objectclass ( 1.3.6.1.4.1.4203.666.11.3 NAME 'specimen' SUP top STRUCTURAL MUST uid MAY ( %s ) )\n", strings.Join(names, " $ "))
	return b.String()
}

// specimens are entries with no, one or several values of each trait, as LDIF and by uid.
func specimens(r *rand.Rand, all []trait, n int) (ldif string, byUID map[string]person) {
	var b strings.Builder
	byUID = map[string]person{}
	for i := range n {
		uid := fmt.Sprintf("s%03d", i)
		p := person{"uid": {uid}, "objectclass": {"specimen"}}
		fmt.Fprintf(&b, "dn: uid=%s,%s\nobjectClass: specimen\nuid: %s\n", uid, slapdtest.PeopleBase, uid)
		for _, t := range all {
			for _, at := range r.Perm(len(t.values))[:min([]int{0, 1, 1, 2, 3}[r.IntN(5)], len(t.values))] {
				value := t.values[at]
				if t.whole && len(p[strings.ToLower(t.name)]) > 0 {
					continue
				}
				p[strings.ToLower(t.name)] = append(p[strings.ToLower(t.name)], value)
				fmt.Fprintf(&b, "%s:: %s\n", t.name, base64.StdEncoding.EncodeToString([]byte(value)))
			}
		}
		byUID[uid] = p
		b.WriteByte('\n')
	}
	return b.String(), byUID
}

// drawn is a filter as it was drawn: of members, or an item about a trait.
type drawn struct {
	set     string // "&", "|", "!" or "" for an item
	members []*drawn

	trait    *trait
	operator string
	pieces   []string // a star stands between them; nil: presence
	escaped  bool     // as many escapes as there can be
}

func draw(r *rand.Rand, all []trait, depth int) *drawn {
	kind := r.IntN(10)
	switch {
	case depth == 0 || kind < 4:
		return drawItem(r, &all[r.IntN(len(all))])
	case kind < 6:
		return &drawn{set: "!", members: []*drawn{draw(r, all, depth-1)}}
	}
	d := &drawn{set: []string{"&", "|"}[kind%2]}
	for range r.IntN(4) {
		d.members = append(d.members, draw(r, all, depth-1))
	}
	return d
}

func drawItem(r *rand.Rand, t *trait) *drawn {
	d := &drawn{trait: t, operator: "=", escaped: r.IntN(4) == 0}
	value := drawValue(r, t)
	kind := r.IntN(10)
	switch {
	case kind == 0:
		return d
	case kind < 4 && !t.whole && strings.TrimSpace(value) != "":
		d.pieces = cut(r, value)
		return d
	case kind < 7 && !t.whole:
		d.operator = []string{"<=", ">="}[r.IntN(2)]
	}
	d.pieces = []string{value}
	return d
}

// drawValue is most often a value that some entry may have, in another spelling.
func drawValue(r *rand.Rand, t *trait) string {
	if len(t.foreign) > 0 && r.IntN(6) == 0 {
		return t.foreign[r.IntN(len(t.foreign))]
	}
	value := t.values[r.IntN(len(t.values))]
	if t.match == access.Integer || t.match == access.Time || t.whole {
		return value
	}
	switch r.IntN(6) {
	case 0:
		value = strings.ReplaceAll(value, " ", "   ")
	case 1:
		if t.match != access.DN {
			value = "  " + value + " "
		}
	case 2:
		if t.match != access.Telephone {
			value = strings.ToUpper(strings.ReplaceAll(value, "ß", "\x00"))
			value = strings.ReplaceAll(value, "\x00", "ß")
		}
	case 3:
		value = strings.ToLower(value)
	}
	return value
}

// cut makes pieces of a value: at least two, of which the inner ones are not empty.
func cut(r *rand.Rand, value string) []string {
	runes := []rune(value)
	at := func() int { return r.IntN(len(runes) + 1) }
	from, to := 0, len(runes)
	if r.IntN(2) == 0 {
		from, to = min(at(), to), max(at(), from)
	}
	if from >= to {
		from, to = 0, len(runes)
	}
	var pieces []string
	for rest := runes[from:to]; len(rest) > 0; {
		n := 1 + r.IntN(len(rest))
		pieces, rest = append(pieces, string(rest[:n])), rest[n:]
		if len(rest) > 2 && r.IntN(2) == 0 {
			rest = rest[1:]
		}
	}
	if r.IntN(2) == 0 || len(pieces) == 1 {
		pieces = append([]string{""}, pieces...)
	}
	if r.IntN(2) == 0 {
		pieces = append(pieces, "")
	}
	return pieces
}

// text writes the filter; each value goes through a function before.
func (d *drawn) text(change func(t *trait, s string) string) string {
	if d.set != "" {
		var b strings.Builder
		for _, m := range d.members {
			b.WriteString(m.text(change))
		}
		return "(" + d.set + b.String() + ")"
	}
	if d.pieces == nil {
		return "(" + d.trait.name + "=*)"
	}
	pieces := make([]string, len(d.pieces))
	for i, p := range d.pieces {
		pieces[i] = escape(change(d.trait, p), d.escaped)
	}
	return "(" + d.trait.name + d.operator + strings.Join(pieces, "*") + ")"
}

func escape(s string, all bool) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; all || strings.IndexByte(`*()\=<>`, c) >= 0 {
			fmt.Fprintf(&b, `\%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// oracle asks the server and the package for the same.
type oracle struct {
	conn    *ldap.Conn
	traits  map[string]*trait
	entries map[string]person
	apart   map[string]person // entries, as asLetter spells them
}

func newOracle(all []trait, entries map[string]person) *oracle {
	o := &oracle{traits: map[string]*trait{}, entries: entries, apart: map[string]person{}}
	for i := range all {
		o.traits[strings.ToLower(all[i].name)] = &all[i]
	}
	for uid, p := range entries {
		apart := maps.Clone(p)
		for name, t := range o.traits {
			apart[name] = nil
			for _, v := range p[name] {
				apart[name] = append(apart[name], asLetter(t, v))
			}
		}
		o.apart[uid] = apart
	}
	return o
}

func asWritten(_ *trait, s string) string { return s }

// asLetter spells ß as a letter that equals itself alone and is ordered like it: × lies just below it.
func asLetter(t *trait, s string) string {
	if !t.mapped {
		return s
	}
	return strings.ReplaceAll(s, "ß", "×")
}

func (o *oracle) server(text string) ([]string, error) {
	got, err := o.conn.Search(&ldap.SearchRequest{
		BaseDN: slapdtest.PeopleBase, Scope: ldap.ScopeSingleLevel, Filter: text, Attributes: []string{"uid"},
	})
	if err != nil {
		return nil, err
	}
	var uids []string
	for _, e := range got.Entries {
		uids = append(uids, e.GetAttributeValue("uid"))
	}
	slices.Sort(uids)
	return uids, nil
}

func (o *oracle) here(text string, entries map[string]person) ([]string, error) {
	f, err := filter.Compile(text)
	if err != nil {
		return nil, err
	}
	rule := func(attr string) access.Match {
		if t, ok := o.traits[attr]; ok {
			return t.match
		}
		return access.CaseIgnore
	}
	var uids []string
	for uid, p := range entries {
		if f.Match(p.values, rule) {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	return uids, nil
}

// verdict is what comparing one filter has shown.
type verdict struct {
	matched int
	folding bool   // they differ, and only because ß is ss here
	wrong   string // they differ
}

func (o *oracle) judge(d *drawn) verdict {
	text := d.text(asWritten)
	want, err := o.server(text)
	if err != nil {
		return verdict{wrong: fmt.Sprintf("%s: ask slapd: %v", text, err)}
	}
	got, err := o.here(text, o.entries)
	if err != nil {
		return verdict{wrong: err.Error()}
	}
	if slices.Equal(got, want) {
		return verdict{matched: len(want)}
	}
	apart, err := o.here(d.text(asLetter), o.apart)
	if err == nil && slices.Equal(apart, want) {
		return verdict{matched: len(want), folding: true}
	}
	return verdict{wrong: fmt.Sprintf("%s: only here %v, only in slapd %v", text, without(got, want), without(want, got))}
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// smallest is the first part of a filter that alone is judged wrong, as small as can be.
func (o *oracle) smallest(d *drawn) string {
	for _, m := range d.members {
		if o.judge(m).wrong != "" {
			return o.smallest(m)
		}
	}
	wrong := o.judge(d).wrong
	if d.set != "" || d.pieces == nil {
		return wrong
	}
	return fmt.Sprintf("%s (%v, %q)", wrong, d.trait.match, d.pieces)
}

func TestSlapdFindsTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(*oracleSeed, 0))
	all := traits()
	ldif, entries := specimens(r, all, 60)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: []byte(ldif), Schema: oracleSchema(all)})
	o := newOracle(all, entries)
	matched, folding, failed := 0, 0, 0
	s.Do(t, func(c *ldap.Conn) error {
		o.conn = c
		for range *oracleFilters {
			d := draw(r, all, 3)
			if !utf8.ValidString(d.text(asWritten)) {
				return fmt.Errorf("drew a filter that is no text: %q", d.text(asWritten))
			}
			v := o.judge(d)
			matched += v.matched
			if v.folding {
				folding++
			}
			if v.wrong != "" {
				t.Error(o.smallest(d))
				if failed++; failed == 20 {
					return nil
				}
			}
		}
		return nil
	})
	t.Logf("%d filters over %d entries found %d; %d differ because ß is ss here", *oracleFilters, len(entries), matched, folding)
	if matched == 0 {
		t.Error("no filter found anybody")
	}
}

// TestWhereSlapdDiffers holds what doc.go says of the differences: each is there, and on which side.
func TestWhereSlapdDiffers(t *testing.T) {
	t.Parallel()
	all := append(traits(),
		trait{name: "xPlain", rules: "EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15", match: access.CaseIgnore},
		trait{name: "xOctets", rules: "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40", match: access.CaseIgnore},
	)
	p := person{
		"xtext": {"Straße", "σίσυφος", "tab\there", "zero\u200bwidth"}, "xphone": {"112 ext. 7"}, "xdn": {"cn=Ada,dc=example,dc=com"},
		"xnumber": {"7"}, "xbool": {"TRUE"}, "xplain": {"ada"}, "xoctets": {"Ada"},
	}
	var ldif strings.Builder
	fmt.Fprintf(&ldif, "dn: uid=one,%s\nobjectClass: specimen\nuid: one\n", slapdtest.PeopleBase)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		for _, value := range p[name] {
			fmt.Fprintf(&ldif, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
		}
	}
	s := slapdtest.Start(t, slapdtest.Options{LDIF: []byte(ldif.String()), Schema: oracleSchema(all)})
	o := newOracle(all, map[string]person{"one": p})
	s.Do(t, func(c *ldap.Conn) error {
		o.conn = c
		for _, text := range []string{
			"(xText=STRASSE)", "(xText=*ss*)", "(xText=ΣΊΣΥΦΟΣ)", "(xText=tab here)", "(xText=zerowidth)", "(xPhone=112EXT.7)",
			"(xPlain>=a)", "(xPlain=a*)", "(xNumber=007)", "(xNumber= 7)", "(xBool=true)", "(xOctets=ada)",
			"(!(xBool=maybe))", "(!(xDN=commonName=Ada,dc=example,dc=com))", "(!(xDN=2.5.4.3=Ada,dc=example,dc=com))", "(!(xDN=bogus=1,dc=com))",
		} {
			there, err := o.server(text)
			if err != nil {
				return err
			}
			here, err := o.here(text, o.entries)
			if err != nil {
				return err
			}
			if len(here) != 1 || len(there) != 0 {
				t.Errorf("%s: here %v, in slapd %v, want one here and none there", text, here, there)
			}
		}
		return nil
	})
}
