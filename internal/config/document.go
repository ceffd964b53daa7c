package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// document reads the one document of the file; nil: there is none to go on with.
func (f *findings) document(data []byte, want yaml.Kind, hint string) *yaml.Node {
	if !f.readable(data) {
		return nil
	}
	var first, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		f.reportAt(place{f.file, 1, 1}, f.file, "the file is empty", hint)
		return nil
	case err != nil:
		f.syntax(err, data)
		return nil
	}
	switch err := d.Decode(&second); {
	case err == nil:
		f.reportAt(f.at(&second), f.file, "a second document begins here, and nothing in it would count", "keep one document to a file: remove the `---` in between")
		return nil
	case !errors.Is(err, io.EOF):
		f.syntax(err, data)
		return nil
	}
	root := first.Content[0]
	if root.Kind != want {
		f.reportAt(f.at(root), f.file, "the file is "+kind(root)+", want "+kind(&yaml.Node{Kind: want}), hint)
		return nil
	}
	return root
}

// readable reports a file that is too large, and the first character that YAML does
// not have: the parser does not say where it stands. It is not shown: it may be part
// of a secret.
func (f *findings) readable(data []byte) bool {
	if len(data) > maxRuleFile {
		f.reportAt(place{f.file, 1, 1}, f.file, fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxRuleFile), "put people into groups, and groups into a `group_like`")
		return false
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true // UTF-16
	}
	at := place{f.file, 1, 1}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			f.reportAt(at, f.file, "a character here is not UTF-8", "save the file as UTF-8")
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f:
			f.reportAt(at, f.file, "a control character stands here", `remove it; in double quotes it may be written as "\x1b"`)
			return false
		case r == '\n':
			at.line, at.column = at.line+1, 0
		}
		at.column, i = at.column+1, i+size
	}
	return true
}

// tab is where, at or beside a line, a tab stands among what indents.
func tab(data []byte, line int) (at place, ok bool) {
	lines := strings.Split(string(data), "\n")
	for _, n := range []int{line, line + 1, line - 1} {
		if n < 1 || n > len(lines) {
			continue
		}
		indent := lines[n-1][:len(lines[n-1])-len(strings.TrimLeft(lines[n-1], " \t-"))]
		if cut := strings.IndexByte(indent, '\t'); cut >= 0 && strings.TrimSpace(lines[n-1]) != "" {
			return place{line: n, column: cut + 1}, true
		}
	}
	return place{}, false
}

// syntax reports what the YAML parser did not understand. Its text is shown only
// where it cannot repeat the file: an inline secret may be at fault.
func (f *findings) syntax(err error, data []byte) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	at := place{f.file, 1, 1}
	if m := regexp.MustCompile(`^line (\d+): (.*)`).FindStringSubmatch(message); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	hint := "look at this line and the one above: indentation, a missing colon or an open quote"
	if found, ok := tab(data, at.line); ok {
		f.reportAt(place{f.file, found.line, found.column}, f.file, "this is not YAML: a tab stands where it is indented", "indent with spaces only")
		return
	}
	if strings.Contains(message, "max depth") {
		message, hint = "lists and keys are nested too deep: "+message, "close the brackets, { and [, that are open"
	}
	if strings.Contains(message, "anchor") {
		message, hint = "an alias (*name) has no anchor (&name) before it", "quote the value if it merely begins with a star"
	}
	f.reportAt(at, f.file, "this is not YAML: "+message, hint)
}

// lint walks the whole tree, also where no key is known, for what YAML reads
// otherwise than it looks. No message repeats a value: it may be a secret.
func (f *findings) lint(n *yaml.Node, path string) {
	at := f.at(n)
	if n.Style&yaml.TaggedStyle != 0 {
		f.reportAt(at, path, "an explicit tag (!...) stands before the value", "remove the tag; quote the value if it begins with an exclamation mark")
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Style == 0 && glued(n.LineComment) {
			f.reportAt(at, path, "the value ends before the #: what follows is a comment", "quote the value if the # belongs to it, else put a space behind the #")
		}
	case yaml.SequenceNode:
		if torn(n) {
			f.reportAt(at, path, "these are pieces of a distinguished name: it was torn at its commas", tornHint)
		}
		for i, item := range n.Content {
			f.lint(item, path+"["+strconv.Itoa(i)+"]")
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			below := f.below(path, key)
			if isNull(value) && glued(key.LineComment) {
				f.reportAt(f.at(value), below, "has no value: all behind the # is a comment", "quote the value if the # belongs to it")
			}
			f.lint(value, below)
		}
	}
}

// glued says whether the # stands directly before a word, as in /Clients #1001.
func glued(comment string) bool {
	return len(comment) > 1 && comment[0] == '#' && comment[1] != ' ' && comment[1] != '\t' && comment[1] != '#'
}

const tornHint = `quote each DN as a whole: "OU=Staff,DC=corp,DC=example"`

// pieceOfDN is a single type=value pair.
var pieceOfDN = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*=[^,]+$`)

// torn says whether unquoted items of a list are single type=value pairs.
func torn(n *yaml.Node) bool {
	for _, item := range n.Content {
		if len(n.Content) > 1 && item.Kind == yaml.ScalarNode && item.Style == 0 && pieceOfDN.MatchString(item.Value) {
			return true
		}
	}
	return false
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
