package pages

import (
	"embed"
	"html/template"
	"net/http"
	"unicode"
	"unicode/utf8"
)

//go:embed look
var look embed.FS

var layout = template.Must(template.New("layout.html").Funcs(template.FuncMap{"short": short, "parts": parts}).ParseFS(look, "look/layout.html"))

// shown is what the layout is given.
type shown struct {
	View *View
	Page page
}

// link is a page in the navigation.
type link struct {
	Href, Name string
	Here       bool
}

func (s shown) Navigation() []link {
	links := []link{
		{Href: "/", Name: "Now"},
		{Href: "/runs", Name: "Runs"},
		{Href: "/people", Name: "People"},
		{Href: "/folders", Name: "Folders"},
		{Href: "/parked", Name: "Parked"},
		{Href: "/quarantine", Name: "Quarantine"},
	}
	for i := range links {
		links[i].Here = links[i].Href == s.Page.Section
	}
	return links
}

// State is how things stand, in the word that `status` begins with.
func (s shown) State() string { return string(s.View.Judge().State) }

// Why is why, and what to do.
func (s shown) Why() string {
	j := s.View.Judge()
	if j.Why == "" {
		return ""
	}
	return capital(j.Why) + ". To do: " + j.Do + "."
}

// Looked is when the ledger was.
func (s shown) Looked() string { return s.View.clock(s.View.Now) }

// asset serves one embedded file.
func asset(name, kind string) http.Handler {
	data, err := look.ReadFile(name)
	if err != nil {
		panic("pages: " + err.Error()) // it is embedded, or the program does not build
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write(data) // whoever asked may be gone
	})
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
