package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// The scripts ask the program itself what fits, by __complete, and so never lag behind it.
var (
	//go:embed completion/kw-onboarder.bash
	bashScript string
	//go:embed completion/kw-onboarder.zsh
	zshScript string
	//go:embed completion/kw-onboarder.fish
	fishScript string
)

type completionCmd struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help says how to load a script.
func (completionCmd) Help() string {
	return `bash:  kw-onboarder completion bash > /etc/bash_completion.d/kw-onboarder
zsh:   kw-onboarder completion zsh > "${fpath[1]}/_kw-onboarder"
fish:  kw-onboarder completion fish > ~/.config/fish/completions/kw-onboarder.fish
For one session: source <(kw-onboarder completion bash)`
}

// Run prints the script of a shell.
func (k completionCmd) Run(c *command) error {
	_, err := io.WriteString(c.out, map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[k.Shell])
	return err
}

// completeCmd is what the scripts ask. It reads no configuration.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:"all"`
}

// Run prints what may stand in the place of the last word: a line that says what is to
// be completed, words, files or folders, and of words each with a tab and its help.
func (k completeCmd) Run(c *command) error {
	parser, err := kong.New(&cli{}, kong.Name("kw-onboarder"))
	if err != nil {
		return err
	}
	words := k.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	kind, found := complete(parser.Model.Node, words)
	fmt.Fprintln(c.out, kind)
	for _, f := range found {
		fmt.Fprintf(c.out, "%s\t%s\n", f.word, f.help)
	}
	return nil
}

// suggestion is one word that fits.
type suggestion struct{ word, help string }

// What a shell is to complete.
const (
	someWords   = "words"
	someFiles   = "files"
	someFolders = "folders"
)

// complete finds what may stand in the place of the last of the words behind the program's name.
func complete(root *kong.Node, words []string) (kind string, found []suggestion) {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := joined(words[:len(words)-1]), words[len(words)-1]
	if last == "=" && len(before) > 0 && strings.HasPrefix(before[len(before)-1], "--") {
		last = "" // bash takes --output=json for three words
	}
	at := follow(root, before)
	name, value, glued := strings.Cut(last, "=")
	switch flag := at.flag(name); {
	case at.waits != nil:
		return valuesOf(at.waits.Value, "", last)
	case glued && flag != nil:
		return valuesOf(flag.Value, name+"=", value)
	case strings.HasPrefix(last, "-") && !at.plain:
		return someWords, at.flags(last)
	}
	return at.words(last)
}

// joined puts together what bash has parted at "=", but for a value that is not complete yet.
func joined(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		if words[i] == "=" && len(out) > 0 && i+1 < len(words) {
			out[len(out)-1] += "=" + words[i+1]
			i++
			continue
		}
		if words[i] == "=" { // the value is the last word
			continue
		}
		out = append(out, words[i])
	}
	return out
}

// valuesOf is what may be the value of a flag or an argument; before stands in front of it.
func valuesOf(v *kong.Value, before, typed string) (kind string, found []suggestion) {
	switch {
	case v.Tag.Type == "path", v.Tag.Type == "existingfile", v.Tag.Get("complete") == someFiles: // the latter: a path as it was typed
		return someFiles, nil
	case v.Tag.Type == "existingdir":
		return someFolders, nil
	}
	if v.Enum == "" {
		return someWords, nil
	}
	for _, choice := range v.EnumSlice() {
		if strings.HasPrefix(choice, typed) {
			found = append(found, suggestion{before + choice, ""})
		}
	}
	return someWords, found
}
