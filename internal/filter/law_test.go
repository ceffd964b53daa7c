package filter_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// decided draws filters whose items are all decidable: text compared as text.
func decided(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := "item"
		if depth > 0 {
			kind = rapid.SampledFrom([]string{"item", "!", "&", "|"}).Draw(t, "kind")
		}
		switch kind {
		case "item":
			attr := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "attr")
			operator := rapid.SampledFrom([]string{"=", ">=", "<="}).Draw(t, "operator")
			value := rapid.SampledFrom([]string{"x", "X y", "é", "É", "ÖFFENTLICHKEIT", "10", "9"}).Draw(t, "value")
			star := ""
			if operator == "=" {
				star = rapid.SampledFrom([]string{"", "*"}).Draw(t, "star")
			}
			return "(" + attr + operator + value + star + ")"
		case "!":
			return "(!" + decided(depth-1).Draw(t, "member") + ")"
		}
		return "(" + kind + strings.Join(rapid.SliceOfN(decided(depth-1), 0, 3).Draw(t, "members"), "") + ")"
	})
}

func entries() *rapid.Generator[person] {
	values := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "x  Y", "é", "e\u0301", "öffentlichkeit", "100", ""}), 0, 3)
	return rapid.Custom(func(t *rapid.T) person {
		return person{"a": values.Draw(t, "a"), "b": values.Draw(t, "b"), "c": values.Draw(t, "c")}
	})
}

func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, g := decided(3).Draw(t, "f"), decided(3).Draw(t, "g")
		p := entries().Draw(t, "p")
		match := func(text string) bool {
			compiled := mustCompileRapid(t, text)
			got := compiled.Match(p.values, rule)
			if again := mustCompileRapid(t, compiled.String()).Match(p.values, rule); again != got {
				t.Fatalf("%s: %t, but %s: %t", text, got, compiled, again)
			}
			return got
		}
		equal := func(law string, got, want bool) {
			if got != want {
				t.Errorf("%s: got %t, want %t with f = %s, g = %s", law, got, want, f, g)
			}
		}
		x, y := match(f), match(g)
		equal("not f", match("(!"+f+")"), !x)
		equal("not not f", match("(!(!"+f+"))"), x)
		equal("f and g", match("(&"+f+g+")"), x && y)
		equal("g and f", match("(&"+g+f+")"), x && y)
		equal("f or g", match("(|"+f+g+")"), x || y)
		equal("g or f", match("(|"+g+f+")"), x || y)
		equal("not (f and g)", match("(!(&"+f+g+"))"), match("(|(!"+f+")(!"+g+"))"))
		equal("not (f or g)", match("(!(|"+f+g+"))"), match("(&(!"+f+")(!"+g+"))"))
	})
}

// TestUndecidedIsNeither draws an integer that may be none: a filter and its
// negation never both hold.
func TestUndecidedIsNeither(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.SampledFrom([]string{"0", "7", "-7", "007", "seven", ""})
		item := "(uidNumber" + rapid.SampledFrom([]string{"=", ">=", "<="}).Draw(t, "operator") + draw.Draw(t, "assertion") + ")"
		p := person{"uidnumber": rapid.SliceOfN(draw, 0, 2).Draw(t, "values")}
		holds := mustCompileRapid(t, item).Match(p.values, rule)
		negated := mustCompileRapid(t, "(!"+item+")").Match(p.values, rule)
		if holds && negated {
			t.Errorf("%s and its negation both hold for %q", item, p["uidnumber"])
		}
		if got, want := mustCompileRapid(t, item).Undecided(p.values, rule), !holds && !negated; got != want {
			t.Errorf("%s for %q: undecided %t, want %t", item, p["uidnumber"], got, want)
		}
	})
}
