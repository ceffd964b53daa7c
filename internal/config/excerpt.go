package config

import (
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// source is the text of a file that the parser has understood, to be quoted from.
type source struct {
	lines  []string
	hidden []bool         // lines that may hold a secret
	quoted map[int][]rune // lines that have been asked for; nil: not shown
}

// newSource is nil where the parser may count lines otherwise than we do: a line
// beside the one that is meant might hold a secret.
func newSource(data []byte) *source {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\u0085\u2028\u2029\ufeff\x00") {
		return nil
	}
	lines := strings.Split(text, "\n")
	return &source{lines, make([]bool, len(lines)), map[int][]rune{}}
}

// telling finds lines that are not quoted whatever the types say: a secret under the
// wrong key, in a comment, or in an address.
var telling = regexp.MustCompile(`(?i)passw|passphrase|secret|token|credential|private|key["']?\s*:|BEGIN [A-Z ]*KEY|://.*@`)

// excerptWidth is how many characters of a line are shown.
const excerptWidth = 72

// excerpt is a line, and a caret below the column; "" where nothing is to be shown.
// What stands at 1:1 concerns the file as a whole.
func (s *source) excerpt(line, column int) string {
	if s == nil || line < 1 || line > len(s.lines) || line == 1 && column == 1 || s.hidden[line-1] {
		return ""
	}
	shown := s.quote(line)
	if shown == nil {
		return ""
	}
	at := min(max(column-1, 0), len(shown))
	if len(shown) > excerptWidth {
		from := min(max(at-excerptWidth/2, 0), len(shown)-excerptWidth)
		to := from + excerptWidth
		whole := shown
		shown, at = append([]rune(nil), whole[from:to]...), at-from
		if from > 0 {
			shown[0] = '…'
		}
		if to < len(whole) {
			shown[len(shown)-1] = '…'
		}
	}
	var quoted, below strings.Builder
	for i, r := range shown {
		if r != '\t' && !unicode.IsPrint(r) {
			r = unicode.ReplacementChar // also what turns the direction of writing
		}
		quoted.WriteRune(r)
		if i < at {
			below.WriteString(blank(r))
		}
	}
	return strings.TrimRightFunc(quoted.String(), unicode.IsSpace) + "\n" + below.String() + "^"
}

// quote is a line, once for all that is wrong in it; nil: it is not shown.
func (s *source) quote(line int) []rune {
	shown, known := s.quoted[line]
	if known {
		return shown
	}
	text := s.lines[line-1]
	bare := strings.TrimSpace(text)
	if bare != "" && bare[0] != '#' && !telling.MatchString(text) {
		shown = []rune(text)
	}
	s.quoted[line] = shown
	return shown
}

// blank is as wide as a character.
func blank(r rune) string {
	switch kind := width.LookupRune(r).Kind(); {
	case r == '\t':
		return "\t"
	case unicode.Is(unicode.Mn, r):
		return ""
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return "  "
	}
	return " "
}

// hideSecrets marks the lines that hold, or may hold, a secret: those of keys whose
// type is Secret; of keys that are unknown, since one may be meant; and of values that
// stand where keys with secrets should. Rules have none.
func (s *source) hideSecrets(root *yaml.Node, of reflect.Type) {
	if s == nil {
		return
	}
	h := &hider{source: s, behind: map[*yaml.Node]*yaml.Node{}, seen: map[visit]bool{}}
	h.order(root, nil)
	h.walk(root, root, of)
}

type hider struct {
	*source
	behind map[*yaml.Node]*yaml.Node // what follows a node and all below it; nil: nothing
	seen   map[visit]bool
}

type visit struct {
	node *yaml.Node
	of   reflect.Type
}

// order notes for each node which one comes behind it.
func (h *hider) order(n, next *yaml.Node) {
	h.behind[n] = next
	for i, child := range n.Content {
		follows := next
		if i+1 < len(n.Content) {
			follows = n.Content[i+1]
		}
		h.order(child, follows)
	}
}

// walk goes through a value of a type; begin is where its key stands.
func (h *hider) walk(begin, n *yaml.Node, of reflect.Type) {
	if h.seen[visit{n, of}] {
		return
	}
	h.seen[visit{n, of}] = true
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	isList := of.Kind() == reflect.Slice
	switch {
	case of == reflect.TypeFor[Secret]():
		h.hide(begin, n)
	case of == reflect.TypeFor[[]rules.Rule]() || of == reflect.TypeFor[rules.Tables]():
	case n.Kind == yaml.AliasNode:
		h.walk(n.Alias, n.Alias, of)
	case n.Kind == yaml.MappingNode && hasKeys(of):
		h.keys(n, of)
	case n.Kind == yaml.MappingNode && isList && hasKeys(of.Elem()):
		h.keys(n, of.Elem()) // one instead of a list
	case n.Kind == yaml.SequenceNode && isList:
		for _, item := range n.Content {
			h.walk(item, item, of.Elem())
		}
	case holdsSecrets(of):
		h.hide(begin, n)
	}
}

func (h *hider) keys(n *yaml.Node, of reflect.Type) {
	fields := fieldsOf(of)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, known := fields[key.Value]
		switch {
		case key.ShortTag() == "!!merge":
			h.merged(value, of)
		case known && key.Kind == yaml.ScalarNode:
			h.walk(key, value, of.Field(field).Type)
		default:
			h.hide(key, value)
		}
	}
}

func (h *hider) merged(n *yaml.Node, of reflect.Type) {
	if n.Kind != yaml.SequenceNode {
		h.walk(n, n, of)
		return
	}
	for _, item := range n.Content {
		h.walk(item, item, of)
	}
}

// hide marks the lines from the key to what comes behind the value, whose own line
// too unless nothing stands before it there; and of an alias what it stands for.
func (h *hider) hide(key, value *yaml.Node) {
	if value.Kind == yaml.AliasNode { // never to another alias
		h.hide(value.Alias, value.Alias)
	}
	end := len(h.lines)
	if next := h.behind[value]; next != nil {
		end = min(next.Line, end)
		if before := []rune(h.lines[end-1]); strings.Trim(string(before[:min(next.Column-1, len(before))]), " \t-") == "" {
			end--
		}
	}
	for line := key.Line; line <= max(end, key.Line) && line <= len(h.hidden); line++ {
		h.hidden[line-1] = true
	}
}

// holdsSecrets says whether a key somewhere below a type is a Secret.
func holdsSecrets(t reflect.Type) bool {
	switch {
	case t == reflect.TypeFor[Secret]():
		return true
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map:
		return holdsSecrets(t.Elem())
	case t.Kind() != reflect.Struct:
		return false
	}
	for _, field := range fieldsOf(t) {
		if holdsSecrets(t.Field(field).Type) {
			return true
		}
	}
	return false
}
