package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestPattern_Match(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, pattern, group string
		want                 []string // nil: no match
	}{
		{"one part", "proj-<project>-rw", "proj-Aurora-rw", []string{"Aurora"}},
		{"in another case", "PROJ-<project>-rw", "Proj-aurora-RW", []string{"aurora"}},
		{"part in front", "<project> team", "Aurora Team", []string{"Aurora"}},
		{"part behind", "proj-<project>", "proj-a-b", []string{"a-b"}},
		{"no character is too few", "proj-<project>-rw", "proj--rw", nil},
		{"beginning and end do not overlap", "proj-<project>-rw", "proj-rw", nil},
		{"other beginning", "proj-<project>", "xproj-a", nil},
		{"other end", "<project>-rw", "a-rwx", nil},
		{"as few as possible, the first part first", "<a>-<b>", "x-y-z", []string{"x", "y-z"}},
		{"as few as possible with an end", "<a>-<b>-rw", "x-y-z-rw", []string{"x", "y-z"}},
		{"separators in a row", "<a>-<b>", "x--y", []string{"x", "-y"}},
		{"separator in front", "<a>-<b>", "-x-y", []string{"-x", "y"}},
		{"the last part needs a character", "<a>-<b>", "x-", nil},
		{"three parts", "<a>.<b>.<c>", "1.2.3.4", []string{"1", "2", "3.4"}},
		{"the text between must be before the end", "<a>-r<b>-rw", "x-rw", nil},
		{"slash is a character", "proj-<project>", "proj-a/b", []string{"a/b"}},
		{"accents", "größe-<project>", "GRÖSSE-Straße", []string{"Straße"}},
		{"composed or not", "bu\u0308ro-<x>", "B\u00fcro-1", []string{"1"}},
		{"a character that folds to two is not cut", "s<x>", "\u00dfa", nil},
		{"a character that folds to two, whole", "<x>ss<y>", "a\u00dfb", []string{"a", "b"}},
		{"a value that folds to two", "p-<x>-q", "P-\u00df-Q", []string{"\u00df"}},
		{"empty name", "<x>", "", nil},
		{"everything", "<x>", "a", []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePattern(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := p.match(spell(tt.group))
			if !ok {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPattern_Mistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, pattern, want string }{
		{"no part", "proj-aurora", "it has no part such as <project>"},
		{"only a star", "proj-*", "it has no part"},
		{"two parts without a text between them", "<a><b>", "nothing stands between <a> and the part behind it"},
		{"not closed", "proj-<project", "a < stands without its >"},
		{"not opened", "proj-project>", "a > stands without its <"},
		{"opened twice", "<a<b>", "is no name for a part"},
		{"closed twice", "<a>>", "a > stands without its <"},
		{"no name", "proj-<>", "<> is no name for a part"},
		{"a name with a hyphen", "proj-<my-project>", "is no name for a part"},
		{"a name that begins with a digit", "<1a>", "is no name for a part"},
		{"a name with a letter that templates do not read", "<größe>", "is no name for a part"},
		{"twice", "<a>-<A>", "<A> is there twice"},
		{"a name that means something else", "<Mail>", ".mail means something else"},
		{"the group itself", "<group>", ".group means something else"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := parsePattern(tt.pattern); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestPattern_FindsWhatWasPutTogether: a name made of a pattern's texts and of
// values without them is read back as it was made.
func TestPattern_FindsWhatWasPutTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zA-ZäöüÄÖÜßé ]{1,6}`)
		separator := rapid.SampledFrom([]string{"-", "_rw", "--", ".."})
		var pattern, name string
		var want []string
		for i := range rapid.IntRange(1, 4).Draw(t, "parts") {
			if i > 0 || rapid.Bool().Draw(t, "begins with a text") {
				s := separator.Draw(t, "separator")
				pattern += s
				name += strings.ToUpper(s)
			}
			v := value.Draw(t, "value")
			pattern += "<" + string(rune('a'+i)) + ">"
			name, want = name+v, append(want, v)
		}
		p, err := parsePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := p.match(spell(name))
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Fatalf("%q like %q (-want +got):\n%s", name, pattern, diff)
		}
	})
}

// TestSpelling_LiesOverTheNameAsFolded: each folded character has its place.
func TestSpelling_LiesOverTheNameAsFolded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := spell(rapid.String().Draw(t, "name"))
		if s.places != nil && len(s.places) != len(s.folded)+1 {
			t.Fatalf("%q: %d places for %d folded bytes", s.text, len(s.places), len(s.folded))
		}
		if got := access.FoldName(s.cut(0, len(s.folded))); got != s.folded {
			t.Fatalf("got %q, want %q", got, s.folded)
		}
	})
}

// FuzzPattern: no text panics; a match puts together to the name, folded; each
// part has a character.
func FuzzPattern(f *testing.F) {
	f.Add("proj-<project>-rw", "PROJ-Aurora-rw")
	f.Add("<a>-<b>-rw", "x-\u00df--rw")
	f.Add("<a>ss<b>", "\u00df\u00df\u00df")
	f.Add("\xff<a>", "\xffx\xc3")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p, err := parsePattern(pattern)
		if err != nil {
			return
		}
		for _, reading := range p.readings() {
			values, ok := reading.match(spell(name))
			if !ok {
				continue
			}
			whole := reading.texts[0]
			for i, v := range values {
				if v == "" {
					t.Errorf("part %d of %q in %q is empty", i, pattern, name)
				}
				whole += access.FoldName(v) + reading.texts[i+1]
			}
			if whole != access.FoldName(name) {
				t.Errorf("%q like %q puts together to %q", name, pattern, whole)
			}
		}
	})
}
