package config

import (
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// maxRuleFile is far above what people write: 4 MB are some 20,000 rules.
const maxRuleFile = 4 << 20

// ruleFiles reads the rules of the files that the configuration names, behind its
// own, and adds the files to its hash: a reload sees that one of them has changed.
func (d *decoder) ruleFiles(folder string, c *Config, sum hash.Hash) {
	for i, glob := range c.RuleFiles {
		path := fmt.Sprintf("rule_files[%d]", i)
		for _, name := range d.match(path, folder, glob) {
			if slices.Contains(d.files, name) {
				continue // an earlier glob has found it too
			}
			data, err := readRuleFile(name)
			if err != nil {
				d.reportAt(d.place(path), name, err.Error(), "")
				continue
			}
			inside, _ := filepath.Rel(folder, name)
			fmt.Fprintf(sum, "\x00%s\x00%d\x00", inside, len(data))
			sum.Write(data)
			c.Rules = append(c.Rules, d.ruleFile(name, data)...)
		}
	}
}

// match lists the files of one glob, sorted by name. Hidden files do not count
// unless it asks for them: editors leave such behind.
func (d *decoder) match(path, folder, glob string) []string {
	const hint = "the pattern is relative to the folder of the configuration: rules/*.yaml"
	if strings.Contains(glob, "**") {
		d.report(path, "** finds no more than *", "name each folder: rules/*.yaml, rules/*/*.yaml")
		return nil
	}
	pattern := glob
	if !filepath.IsAbs(glob) {
		pattern = filepath.Join(folder, glob)
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		d.report(path, fmt.Sprintf("%q is no pattern of file names", glob), hint)
		return nil
	}
	if !strings.HasPrefix(filepath.Base(pattern), ".") {
		found = slices.DeleteFunc(found, func(name string) bool { return strings.HasPrefix(filepath.Base(name), ".") })
	}
	if len(found) == 0 {
		d.report(path, fmt.Sprintf("%q finds no file", glob), hint)
	}
	slices.Sort(found)
	return found
}

// readRuleFile reads a file that is one, and no larger than rules can be.
func readRuleFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, plain(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("is no file: let the pattern find files only")
	case info.Size() > maxRuleFile:
		return nil, fmt.Errorf("has %d bytes, more than %d: put people into groups, and groups into a `group_like`", info.Size(), maxRuleFile)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, plain(err)
	}
	return data, nil
}

// plain is an error of the file system without the name of the system call.
func plain(err error) error {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		err = wrong.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// ruleFile decodes one file: a list of rules and nothing else.
func (d *decoder) ruleFile(name string, data []byte) []rules.Rule {
	d.file, d.files = name, append(d.files, name)
	defer func() { d.file = "" }()
	d.places[name] = place{name, 1, 1}
	root := d.document(data, yaml.SequenceNode, "a rule file is a list of rules, as `rules` is, and nothing else: begin with `- name:`, or remove the file")
	if root == nil {
		return nil
	}
	d.sources[name] = newSource(data)
	d.lint(root, name)
	var all []rules.Rule
	d.value(root, reflect.ValueOf(&all).Elem(), name)
	for i := range all {
		all[i].At = fmt.Sprintf("%s[%d]", name, i)
	}
	return all
}

// inWhole is a path as if the rules of the file that is being read stood in the
// configuration.
func (d *decoder) inWhole(path string) string {
	if rest, ok := strings.CutPrefix(path, d.file); ok && d.file != "" {
		return "rules" + rest
	}
	return path
}
