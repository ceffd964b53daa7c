package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// document reads the one document of the file; nil: there is none to go on with.
func (f *findings) document(data []byte, want yaml.Kind, hint string) *yaml.Node {
	var first, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		f.reportAt(place{f.file, 1, 1}, f.file, "the file is empty", hint)
		return nil
	case err != nil:
		f.syntax(err)
		return nil
	}
	switch err := d.Decode(&second); {
	case err == nil:
		f.reportAt(f.at(&second), f.file, "a second document begins here, and nothing in it would count", "keep one document to a file: remove the `---` in between")
		return nil
	case !errors.Is(err, io.EOF):
		f.syntax(err)
		return nil
	}
	root := first.Content[0]
	if root.Kind != want {
		f.reportAt(f.at(root), f.file, "the file is "+kind(root)+", want "+kind(&yaml.Node{Kind: want}), hint)
		return nil
	}
	return root
}

// syntax reports what the YAML parser did not understand. Its text is shown only
// where it cannot repeat the file: an inline secret may be at fault.
func (f *findings) syntax(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	at := place{f.file, 1, 1}
	if m := regexp.MustCompile(`^line (\d+): (.*)`).FindStringSubmatch(message); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	hint := "look at this line and the one above: indentation, a missing colon or an open quote"
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
			f.reportAt(at, path, "these are pieces of a distinguished name: it was torn at its commas", `quote each DN as a whole: "OU=Staff,DC=corp,DC=example"`)
		}
		for i, item := range n.Content {
			f.lint(item, path+"["+strconv.Itoa(i)+"]")
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			below := join(path, key.Value)
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

// torn says whether unquoted items of a list are single type=value pairs.
func torn(n *yaml.Node) bool {
	lone := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*=[^,]+$`)
	for _, item := range n.Content {
		if len(n.Content) > 1 && item.Kind == yaml.ScalarNode && item.Style == 0 && lone.MatchString(item.Value) {
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
