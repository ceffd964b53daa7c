package access_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       access.Email
		err        string // part of the error; "": it parses
	}{
		{name: "plain", text: "anna@corp.example", want: "anna@corp.example"},
		{name: "case and space around", text: " Anna.Lang@Corp.Example ", want: "anna.lang@corp.example"},
		{name: "decomposed", text: "ju\u0308rgen@corp.example", want: "jürgen@corp.example"},
		{name: "plus tag stays", text: "anna+x@corp.example", want: "anna+x@corp.example"},
		{name: "apostrophe", text: "h.o'brien@corp.example", want: "h.o'brien@corp.example"},
		{name: "nothing", text: "  ", err: "no e-mail address"},
		{name: "no at", text: "anna", err: "want local@domain"},
		{name: "no local part", text: "@corp.example", err: "want local@domain"},
		{name: "two ats", text: "a@b@corp.example", err: "want local@domain"},
		{name: "two addresses", text: "a@corp.example;b@corp.example", err: "want local@domain"},
		{name: "a list", text: "a,b@corp.example", err: "list character"},
		{name: "space inside", text: "anna lang@corp.example", err: "space"},
		{name: "line feed", text: "anna\n@corp.example", err: "control"},
		{name: "display name", text: "Anna <anna@corp.example>", err: "list character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := access.ParseEmail(tt.text)
			wantParsed(t, string(got), err, string(tt.want), tt.err)
		})
	}
	if _, err := access.ParseEmail(""); !errors.Is(err, access.ErrNoEmail) {
		t.Errorf("an empty text: got %v, want ErrNoEmail", err)
	}
	if got, want := access.Email("a@corp.example").Domain(), "corp.example"; got != want {
		t.Errorf("got domain %q, want %q", got, want)
	}
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       access.Path
		err        string
	}{
		{name: "one level", text: "/Departments", want: "/Departments"},
		{name: "a slash at the end", text: "/A/B/", want: "/A/B"},
		{name: "decomposed", text: "/O\u0308l", want: "/Öl"},
		{name: "relative", text: "A/B", err: "absolute path"},
		{name: "root alone", text: "/", err: "empty"},
		{name: "empty segment", text: "/A//B", err: "empty"},
		{name: "dot dot", text: "/A/../B", err: "no folder name"},
		{name: "backslash", text: `/A\B`, err: "separator"},
		{name: "control", text: "/A\tB", err: "control"},
		{name: "right-to-left mark", text: "/A\u202eB", err: "invisible"},
		{name: "zero width", text: "/A\u200bB", err: "invisible"},
		{name: "space at the end", text: "/A /B", err: "space or a dot"},
		{name: "dot in front", text: "/.ssh", err: "space or a dot"},
		{name: "no UTF-8", text: "/A\xffB", err: "invisible"},
		{name: "too long", text: "/" + strings.Repeat("ä", 256), err: "more than 255"},
		{name: "just long enough", text: "/" + strings.Repeat("ä", 255), want: access.Path("/" + strings.Repeat("ä", 255))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := access.ParsePath(tt.text)
			wantParsed(t, string(got), err, string(tt.want), tt.err)
		})
	}
}

func wantParsed(t *testing.T, got string, err error, want, wantErr string) {
	t.Helper()
	switch {
	case wantErr == "" && (err != nil || got != want):
		t.Errorf("got %q, %v, want %q", got, err, want)
	case wantErr != "" && (err == nil || got != "" || !strings.Contains(err.Error(), wantErr)):
		t.Errorf("got %q, %v, want nothing and an error with %q", got, err, wantErr)
	}
}

func TestPathRelations(t *testing.T) {
	t.Parallel()
	p := access.Path("/Departments/Finance/Tax")
	if got, want := p.Parent(), access.Path("/Departments/Finance"); got != want {
		t.Errorf("got parent %q, want %q", got, want)
	}
	if got, want := access.Path("/Departments").Parent(), access.Path(""); got != want {
		t.Errorf("got parent %q, want %q", got, want)
	}
	if got, want := p.Name(), "Tax"; got != want {
		t.Errorf("got name %q, want %q", got, want)
	}
	if got, want := p.Parent().Join("Tax"), p; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	under := map[access.Path]bool{
		"/departments": true, "/Departments/FINANCE": true, "/Departments/Finance/Tax": true,
		"/Departments/Fin": false, "/Depart": false, "/Legal": false,
	}
	for root, want := range under {
		if got := p.Under(root); got != want {
			t.Errorf("%s under %s: got %v, want %v", p, root, got, want)
		}
	}
	if got, want := access.Path("/STRASSE/Öl").Fold(), access.Path("/straße/o\u0308L").Fold(); got != want {
		t.Errorf("got %q and %q, want one key", got, want)
	}
}

func TestEnumsHaveNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		access.Active.String(), access.Unknown.String(), access.CaseIgnore.String(), access.Time.String(), access.DN.String(),
		access.User.String(), access.DistributionList.String(), access.Live.String(), access.Deleted.String(),
	} {
		if name == "" || name == "invalid" {
			t.Errorf("got %q, want a name", name)
		}
	}
	for _, name := range []string{access.Standing(0).String(), access.Kind(99).String(), access.Status(-1).String()} {
		if name != "invalid" {
			t.Errorf("got %q, want invalid", name)
		}
	}
}

// FuzzParse: what parses once parses to itself, and folding is stable.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"/A/B", "anna@corp.example", "/Ö\u0308/ß", "İ@İ.example", "/\u1e9e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := access.ParseEmail(text); err == nil {
			if again, err := access.ParseEmail(string(e)); err != nil || again != e {
				t.Errorf("%q parses to %q, which parses to %q, %v", text, e, again, err)
			}
		}
		p, err := access.ParsePath(text)
		if err != nil {
			return
		}
		if again, err := access.ParsePath(string(p)); err != nil || again != p {
			t.Errorf("%q parses to %q, which parses to %q, %v", text, p, again, err)
		}
		if !p.Under(p) {
			t.Errorf("%q is not under itself", p)
		}
	})
}
