package firsthour

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"unicode"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/doctor"
)

//go:embed config.yaml.tmpl
var configTemplate string

// mostNamed is how many groups a comment names.
const mostNamed = 20

// Render writes the configuration. It passes check, or there is an error; file is the name that
// the error shows.
func Render(a Answers, file string) ([]byte, *config.Config, error) {
	a.ClientID = cmp.Or(a.ClientID, doctor.Placeholder)
	t, err := template.New("config").Funcs(template.FuncMap{"quote": quote, "list": list}).Parse(configTemplate)
	if err != nil {
		return nil, nil, fmt.Errorf("parse the embedded configuration: %w", err)
	}
	for i := range a.Rules {
		a.Rules[i].Why = plain(a.Rules[i].Why)
	}
	var out strings.Builder
	if err := t.Execute(&out, a); err != nil {
		return nil, nil, fmt.Errorf("write the configuration: %w", err)
	}
	text := []byte(out.String())
	c, err := config.Parse(file, text)
	return text, c, err
}

// quote writes a text in double quotes, which mean the same in YAML and Go but for a few signs
// that %q escapes otherwise.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case unicode.IsControl(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String() + `"`
}

// list names some, on one line of a comment.
func list(names []string) string {
	more := ""
	if len(names) > mostNamed {
		more = fmt.Sprintf(", and %d more", len(names)-mostNamed)
		names = names[:mostNamed]
	}
	return plain(strings.Join(names, ", ")) + more
}

// plain keeps a directory's text on its line.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) && r != ' ' {
			return '?'
		}
		return r
	}, s)
}
