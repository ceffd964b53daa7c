package filter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

// person is an entry of the tests, with the rules of its attributes.
type person map[string][]string

func (p person) values(attr string) []string { return p[attr] }

func rule(attr string) access.Match {
	switch attr {
	case "uidnumber":
		return access.Integer
	case "serial":
		return access.CaseExact
	case "accountexpires":
		return access.Time
	case "digits":
		return access.NumericString
	case "phone":
		return access.Telephone
	case "seealso":
		return access.DN
	}
	return access.CaseIgnore
}

func mustCompile(tb testing.TB, text string) *filter.Filter {
	tb.Helper()
	f, err := filter.Compile(text)
	if err != nil {
		tb.Fatalf("Compile(%q): %v", text, err)
	}
	return f
}

func TestMatch(t *testing.T) {
	t.Parallel()
	ada := person{
		"cn":                 {"Ada Öztürk"},
		"department":         {"Human  Resources"},
		"title":              {"Managing Director"},
		"mail":               {"ada@corp.example", "a.oeztuerk@corp.example"},
		"description":        {"ÖFFENTLICHKEIT", "a*b", "(x)", `back\slash`, "=sign"},
		"note":               {"Straße", "\u0041\u030Angstro\u0308m", "ﬁnance"},
		"uidnumber":          {"0070", "-5"},
		"serial":             {"AbC 12"},
		"accountexpires":     {"20261231235959.5Z"},
		"useraccountcontrol": {"514"},
		"grouptype":          {"-2147483646"},
		"digits":             {"12 34 5"},
		"phone":              {"+49 (30) 123-45 Ext"},
		"seealso":            {`CN=Doe\, Jane,OU=R\26D , dc=Example,DC=com`, "uid=1+cn=Öz  Ş,dc=com", "cn=Plain Jane,dc=com"},
		"photo":              {"\xff\xd8\xff"},
		"blank":              {""},
		"huge":               {"x" + strings.Repeat("long ", 100) + "end"},
	}
	tests := map[string]struct {
		filter string
		want   bool
	}{
		"equality ignores case":                    {"(title=MANAGING director)", true},
		"equality of something else":               {"(title=Managing)", false},
		"attribute names ignore case":              {"(TITLE=managing director)", true},
		"spaces inside count as one":               {"(department=human resources)", true},
		"spaces around do not count":               {"(department=  Human Resources )", true},
		"but a space is needed":                    {"(department=HumanResources)", false},
		"tab is a space":                           {`(department=Human\09Resources)`, true},
		"one of several values":                    {"(mail=a.oeztuerk@corp.example)", true},
		"presence":                                 {"(mail=*)", true},
		"presence of an empty value":               {"(blank=*)", true},
		"empty value":                              {"(blank=)", true},
		"empty is not any":                         {"(title=)", false},
		"empty is not any, negated":                {"(!(title=))", false},
		"nothing is ordered by an empty text":      {"(title>=)", false},
		"absence":                                  {"(manager=*)", false},
		"absent is not equal":                      {"(manager=x)", false},
		"absent, negated":                          {"(!(manager=x*))", true},
		"non-ASCII folds":                          {"(description=öffentlichkeit)", true},
		"non-ASCII folds the other way":            {"(cn=ADA ÖZTÜRK)", true},
		"escaped bytes of UTF-8":                   {`(cn=Ada \c3\96zt\c3\bcrk)`, true},
		"sharp s folds to two":                     {"(note=STRASSE)", true},
		"decomposed equals composed":               {"(note=Ångström)", true},
		"compatibility form":                       {"(note=finance)", true},
		"soft hyphen is invisible":                 {"(description=Öffent\u00adlichkeit)", true},
		"no-break space is a space":                {"(department=Human\u00a0Resources)", true},
		"escaped star is literal":                  {`(description=a\2ab)`, true},
		"escaped star is no wildcard":              {`(description=a\2a)`, false},
		"escaped parentheses":                      {`(description=\28x\29)`, true},
		"escaped backslash":                        {`(description=back\5cslash)`, true},
		"escaped equals sign":                      {`(description=\3dsign)`, true},
		"binary, equal":                            {`(photo=\ff\d8\ff)`, true},
		"binary, different":                        {`(photo=\ff\d8\fe)`, false},
		"initial":                                  {"(title=manag*)", true},
		"initial must be at the start":             {"(title=director*)", false},
		"final":                                    {"(title=*DIRECTOR)", true},
		"final must be at the end":                 {"(title=*managing)", false},
		"any":                                      {"(title=*ing dir*)", true},
		"any with its space doubled":               {"(title=*ing  dir*)", true},
		"all three":                                {"(title=man*g*dir*tor)", true},
		"order counts":                             {"(title=*director*managing*)", false},
		"pieces do not overlap":                    {"(title=managing*ging director)", false},
		"initial with a space behind":              {"(title=managing *)", true},
		"that space is no letter":                  {"(title=manag *)", false},
		"a space that the value does not have":     {"(title=managing director *)", false},
		"one space cannot be two":                  {"(title=managing * director)", false},
		"spaces at closed ends":                    {"(title= managing*director )", true},
		"spaces before the first star":             {"(title= *managing*)", false},
		"spaces behind the last star":              {"(title=managing* )", true},
		"a piece of spaces":                        {"(title=*  *)", true},
		"a piece of spaces, none in the value":     {"(useraccountcontrol=* *)", false},
		"non-ASCII piece":                          {"(description=*FFENTLICH*)", true},
		"folded non-ASCII piece":                   {"(description=öff*)", true},
		"star only between":                        {"(cn=ada*rk)", true},
		"substring in a long value":                {"(huge=XLONG*end)", true},
		"equality with a long value":               {"(huge=x" + strings.Repeat("LONG ", 100) + "end)", true},
		"text is ordered as text":                  {"(department>=human q)", true},
		"text is not ordered as number":            {"(useraccountcontrol>=1000)", true},
		"at most, text":                            {"(department<=human r)", false},
		"integer by value":                         {"(uidNumber=70)", true},
		"integer, greater":                         {"(uidNumber>=9)", true},
		"integer, negative":                        {"(uidNumber<=-5)", true},
		"integer, too small":                       {"(uidNumber<=-6)", false},
		"integer beyond 64 bits":                   {"(uidNumber<=123456789012345678901234567890)", true},
		"integer compared with text":               {"(uidNumber=abc)", false},
		"negation of the undecidable":              {"(!(uidNumber=abc))", false},
		"or with the undecidable":                  {"(|(uidNumber=abc)(cn=*))", true},
		"and with the undecidable, negated":        {"(!(&(uidNumber=abc)(manager=*)))", true},
		"integers have no substrings":              {"(uidNumber=7*)", false},
		"integers have no substrings, negated":     {"(!(uidNumber=7*))", false},
		"case exact":                               {"(serial=AbC 12)", true},
		"case exact, other case":                   {"(serial=abc 12)", false},
		"case exact, spaces still do not count":    {"(serial= AbC   12)", true},
		"case exact, substring":                    {"(serial=Ab*)", true},
		"case exact, substring, other case":        {"(serial=ab*)", false},
		"time, equal in another zone":              {"(accountExpires=20270101005959.500+0100)", true},
		"time, fraction counts":                    {"(accountExpires<=20261231235959Z)", false},
		"time, later":                              {"(accountExpires>=20261231235959Z)", true},
		"time, hour only":                          {"(accountExpires<=2027010100Z)", true},
		"time, fraction of an hour":                {"(accountExpires>=2026123123.5Z)", true},
		"time, comma":                              {"(accountExpires=20261231235959,5Z)", true},
		"time without a zone":                      {"(accountExpires<=20300101000000)", false},
		"time without a zone, negated":             {"(!(accountExpires<=20300101000000))", false},
		"31 February":                              {"(accountExpires>=20260231000000Z)", false},
		"digits, spaces do not count":              {"(digits=1 2345)", true},
		"digits, substring over a space":           {"(digits=*3 4*)", true},
		"digits, ordered as text":                  {"(digits>=2)", false},
		"digits, compared with letters":            {"(!(digits=1a))", false},
		"phone, substring":                         {"(phone=+49*12-34*ext)", true},
		"phone, equal":                             {`(phone=+49\2830\2912345EXT)`, true},
		"phone, no order":                          {"(!(phone>=9))", false},
		"phone, compared with what is none":        {"(!(phone=ü))", false},
		"DN, other escapes and spaces":             {`(seeAlso=cn=doe\5c2c  JANE , ou=R&D,dc=example,dc=com)`, true},
		"DN, other order in the RDN":               {"(seeAlso=CN=öz ş+UID=1,DC=com)", true},
		"DN, plain":                                {"(seeAlso=CN=PLAIN JANE, dc=com)", true},
		"DN, another":                              {"(seeAlso=dc=com)", false},
		"DN, compared with what is none":           {"(!(seeAlso=Jane))", false},
		"DN, no substrings":                        {"(!(seeAlso=cn=*))", false},
		"DN, no order":                             {"(!(seeAlso>=dc=com))", false},
		"all bits":                                 {"(userAccountControl:1.2.840.113556.1.4.803:=2)", true},
		"all bits, one missing":                    {"(userAccountControl:1.2.840.113556.1.4.803:=3)", false},
		"any bit":                                  {"(userAccountControl:1.2.840.113556.1.4.804:=3)", true},
		"no bit":                                   {"(userAccountControl:1.2.840.113556.1.4.804:=1)", false},
		"sign bit":                                 {"(groupType:1.2.840.113556.1.4.803:=2147483648)", true},
		"bits of an absent attribute":              {"(nothing:1.2.840.113556.1.4.803:=2)", false},
		"bits of a text":                           {"(!(cn:1.2.840.113556.1.4.803:=2))", false},
		"true of RFC 4526":                         {"(&)", true},
		"false of RFC 4526":                        {"(|)", false},
		"and":                                      {"(&(cn=ada*)(title=*director))", true},
		"and, one false":                           {"(&(cn=ada*)(title=*clerk))", false},
		"or":                                       {"(|(cn=bob*)(title=*director))", true},
		"or, none":                                 {"(|(cn=bob*)(title=*clerk))", false},
		"white space around the filter":            {"\n(cn=*)\n", true},
		"base64 ends in equals signs":              {"(!(cn=YQ==))", true},
		"ampersand in a value":                     {"(!(o=AT&T))", true},
		"the example of the configuration":         {"(&(department=Human Resources)(!(title=Intern*)))", true},
		"an underscore in the name of a attribute": {"(!(legacy_id=7))", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustCompile(t, test.filter)
			if got := f.Match(ada.values, rule); got != test.want {
				t.Errorf("%s: got %t, want %t", f, got, test.want)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ filter, want string }{
		"empty":                  {" ", "it is empty"},
		"no parenthesis":         {"department=x", `does not begin with "("`},
		"doubled equals":         {"(department==x)", `"==" is no operator at character 13`},
		"doubled equals inside":  {"(&(a=1)(b==x))", `"==" is no operator`},
		"not equal":              {"(department!=x)", "write (!(attribute=value))"},
		"arrow":                  {"(level=>5)", `write "<=" or ">="`},
		"approximate":            {"(cn~=x)", "is not supported"},
		"extensible":             {"(cn:caseExactMatch:=x)", `"caseExactMatch" is not supported`},
		"extensible, no rule":    {"(cn:=x)", `matching rule "" is not supported`},
		"extensible, dn":         {"(ou:dn:=x)", `":dn" is not supported`},
		"in chain":               {"(memberOf:1.2.840.113556.1.4.1941:=cn=x)", `use the condition "group"`},
		"bits of a word":         {"(a:1.2.840.113556.1.4.803:=two)", "want a decimal number"},
		"bits without attribute": {"(:1.2.840.113556.1.4.803:=2)", "no attribute"},
		"not closed":             {"(department=x", "1 opening and 0 closing"},
		"closed twice":           {"(department=x))", "1 opening and 2 closing"},
		"trailing text":          {"(department=x)y", "extra at end: y"},
		"two filters":            {"(a=1)(b=2)", "write one condition as (attribute=value), several as (&(a=1)(b=2))"},
		"and in words":           {"(a=1) and (b=2)", `"and" between two conditions at character 11: write (&(a=1)(b=2))`},
		"or in words":            {"(&(a=1)OR(b=2))", "write (|(a=1)(b=2))"},
		"infix":                  {"(a=1)&(b=2)", "write it before them"},
		"lost parenthesis":       {"(&(a=b(c=d))", "an opening parenthesis inside a condition at character 7"},
		"gap":                    {"(& (a=1))", "white space between parentheses at character 3"},
		"gap behind":             {"(&(a=1) (b=2))", "close the gap"},
		"bare negation":          {"(!a=1)", `"!" without a filter behind it`},
		"empty negation":         {"(!)", `"!" without a filter behind it`},
		"no attribute":           {"(=x)", "no attribute"},
		"no operator":            {"(department)", "error parsing filter"},
		"odd attribute":          {"(dép=x)", "is not the name of an attribute"},
		"attribute option":       {"(cn;lang-de=x)", "name the attribute without it"},
		"numeric attribute":      {"(2.5.4.3=x)", "is not the name of an attribute"},
		"only stars":             {"(cn=**)", "write (cn=*) for any value"},
		"half an escape":         {`(cn=a\2)`, "escape"},
		"no hex":                 {`(cn=a\zz)`, "escape"},
		"no UTF-8":               {"(cn=\xff)", "error reading rune"},
		"too deep":               {strings.Repeat("(!", 200) + "(a=1)" + strings.Repeat(")", 200), "nested more than"},
		"too long":               {"(a=" + strings.Repeat("x", 1<<17) + ")", "more than 65536"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := filter.Compile(test.filter)
			if err == nil {
				t.Fatalf("Compile(%q): got %s, want an error", test.filter, f)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to contain %q", err, test.want)
			}
			if len(err.Error()) > 600 {
				t.Errorf("the error has %d bytes, want a line", len(err.Error()))
			}
		})
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	f := mustCompile(t, "(&(Title=x)(|(department=*)(title=a*))(!(userAccountControl:1.2.840.113556.1.4.803:=2)))")
	want := []string{"department", "title", "useraccountcontrol"}
	got := f.Attributes()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Attributes (-want +got):\n%s", diff)
	}
	got[0] = "changed"
	if diff := cmp.Diff(want, f.Attributes()); diff != "" {
		t.Errorf("the caller's change reached the filter (-want +got):\n%s", diff)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ filter, want string }{
		"plain":      {"(CN=Ada)", "(cn=Ada)"},
		"nested":     {"(&(a=1)(|(b>=2)(c<=3))(!(d=*)))", "(&(a=1)(|(b>=2)(c<=3))(!(d=*)))"},
		"substrings": {"(a=x*y**z)", "(a=x*y*z)"},
		"open ends":  {"(a=*y*)", "(a=*y*)"},
		"bits":       {"(a:1.2.840.113556.1.4.804:=012)", "(a:1.2.840.113556.1.4.804:=12)"},
		"escapes":    {`(a=\2a\28\29\5c\00é\ff)`, `(a=\2a\28\29\5c\00é\ff)`},
		"no escapes": {`(a=\c3\a9\41)`, "(a=éA)"},
		"first sign": {`(a=\3d\3d)`, `(a=\3d=)`},
		"true":       {"(&)", "(&)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := mustCompile(t, test.filter).String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
