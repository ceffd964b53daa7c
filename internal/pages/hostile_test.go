package pages

import (
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	xhtml "golang.org/x/net/html"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// elements are all that a page is made of.
var elements = []string{
	"a", "b", "bdi", "body", "button", "caption", "code", "dd", "desc", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "g", "h1", "h2", "head", "header", "html",
	"input", "label", "li", "line", "link", "main", "meta", "nav", "p", "rect", "section", "span", "strong", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
}

// attributes are those that may hold what others chose, and those that never do.
var attributes = []string{
	"action", "aria-current", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "autocomplete", "charset", "class", "content", "dir", "dx", "dy", "for",
	"height", "href", "id", "lang", "maxlength", "method", "name", "rel", "role", "scope", "spellcheck", "tabindex", "type", "value", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2",
}

// harmless says what of a page could do more than be read.
func harmless(t *testing.T, where, page string) {
	t.Helper()
	z := xhtml.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			break
		}
		if kind == xhtml.CommentToken {
			t.Errorf("%s: a comment: %s", where, z.Raw())
		}
		if kind != xhtml.StartTagToken && kind != xhtml.SelfClosingTagToken {
			continue
		}
		token := z.Token()
		if !slices.Contains(elements, token.Data) {
			t.Errorf("%s: an element that no page has: %s", where, token)
		}
		for _, a := range token.Attr {
			if !slices.Contains(attributes, a.Key) {
				t.Errorf("%s: an attribute that no page has: %s", where, token)
			}
			leads := a.Key == "href" || a.Key == "action"
			if leads && a.Val != "#main" && (!strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//")) {
				t.Errorf("%s: it leads elsewhere: %s", where, token)
			}
		}
	}
	for _, r := range page {
		if r != '\n' && unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%s: the character %U is there", where, r)
			return
		}
	}
}

var hostile = map[string]string{
	"a script":                `<script>alert(document.domain)</script>`,
	"an image":                `"><img src=x onerror=alert(1)>`,
	"an attribute":            `" onmouseover="alert(1)" x="`,
	"an attribute, single":    `' autofocus onfocus='alert(1)`,
	"an address":              `javascript:alert(1)`,
	"the end of everything":   `</title></desc></svg></table></main></html><h1>All is well</h1>`,
	"a template":              `{{ .View.Hash }}{{ template "table" }}`,
	"a comment":               `<!-- --!><iframe src=//evil.example>`,
	"a style":                 `</style><style>body{display:none}`,
	"right to left":           "Anna \u202egnaL\u202c \u2067x\u2069 \u200f\u061c",
	"Hebrew and Arabic":       "אנה لانغ",
	"invisible":               "An\u200bna\u00ad\ufeff \U000e0041",
	"control characters":      "An\x00na\x1b[31m\x07\r\nL\u0085 \u2028\u2029",
	"no UTF-8":                "An\xffna\xc3",
	"long, without a break":   strings.Repeat("W", 20_000),
	"long, of marks":          "A" + strings.Repeat("\u0301", 5_000),
	"a path up":               `/../../etc/passwd?x=1#y`,
	"a formula":               `=HYPERLINK("https://evil.example")`,
	"an entity":               `&lt;b&gt;&#x202e;&amp;`,
	"a protocol-less address": `//evil.example/x`,
}

// everywhere puts a text wherever others choose one.
func everywhere(text string) names {
	return names{person: text, email: text, path: text, role: text, rule: text, group: text, id: text, why: text}
}

// What somebody calls himself in the directory, or a folder in Kiteworks, is a text and
// nothing else, on every page.
func TestHostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	for what, text := range hostile {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := build(t, everywhere(text), 3).open()
			for name, path := range everyPage(everywhere(text)) {
				status, page := get(t, s.URL+path)
				if status >= 500 {
					t.Errorf("%s: %d: %.300s", name, status, read(page))
				}
				harmless(t, name, page)
				if len(page) > 200_000 {
					t.Errorf("%s has %d bytes", name, len(page))
				}
			}
		})
	}
}

// It is still to be seen what the name is.
func TestHostileNamesAreShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`<script>alert(1)</script>`:              `<script>alert(1)</script>`,
		"Anna \u202egnaL":                        "Anna [U+202E]gnaL",
		"אנה":                                    "אנה",
		"Ann\u00e9 \U0001f469\u200d\U0001f52c":   "Ann\u00e9 \U0001f469\u200d\U0001f52c",
		"e" + strings.Repeat("\u0301", 99) + "f": "e" + strings.Repeat("\u0301", mostMarks) + "…f",
		strings.Repeat("x", 600):                 strings.Repeat("x", longest) + "…",
	} {
		n := ordinary
		n.person = text
		_, page := get(t, build(t, n, 2).open().URL+"/folders?folder=f-1")
		if got := html.UnescapeString(read(page)); !strings.Contains(got, want) {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

// Questions come from whoever can reach the pages.
func TestHostileQuestionsAreHarmless(t *testing.T) {
	t.Parallel()
	s := build(t, ordinary, 2).open()
	for what, text := range hostile {
		for _, path := range []string{"/people", "/folders", "/runs", "/parked", "/quarantine", "/runs/" + url.PathEscape(text), "/parked/" + url.PathEscape(text), "/" + url.PathEscape(text)} {
			short := text[:min(len(text), 3000)] // the server reads no longer ones
			for _, q := range []url.Values{{"who": {short}, "folder": {short}}, {"who": {"acc-0"}, "folder": {"f-1"}, "at": {short}}, {"who": {"acc-0"}, "page": {short}}} {
				if len(path) > 3000 {
					continue
				}
				status, page := get(t, s.URL+path+"?"+q.Encode())
				if status >= 500 {
					t.Errorf("%s, %s: %d: %s", what, path, status, read(page))
				}
				harmless(t, what+", "+path, page)
			}
		}
	}
}

// Whatever the name, the page is whole and harmless, and the text can be read back.
func FuzzNames(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := View{}
		v.Book.Location = noon.Location()
		p := page{Title: text, Sections: []section{{
			Title: text, Lines: []string{text}, Notes: []string{text}, Facts: []fact{{"x", personLink(text, text)}},
			Form:  &form{Action: "/people", Submit: "Show", Fields: []field{{"who", "Who", "hint", text}}},
			Plot:  &plot{Title: text, Summary: text, First: text, Bars: []bar{{Tip: text}}},
			Table: &table{ID: "t", Caption: text, Columns: columns("A", "B"), Rows: [][]cell{{folderLink(text, text), account(access.Account{Email: access.Email(text), ID: text})}}, Pager: &pager{From: 1, To: 2}},
		}}}
		var b strings.Builder
		if err := layout.Execute(&b, shown{&v, p}); err != nil {
			t.Fatal(err)
		}
		harmless(t, "page", inert(b.String()))
	})
}
