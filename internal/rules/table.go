package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// table is one of Tables, its keys folded.
type table map[string]string

// foldKey is how keys compare: as directories compare texts, without regard to
// case and to how many spaces stand between two words.
func foldKey(s string) string { return access.FoldName(strings.Join(strings.Fields(s), " ")) }

// tables checks and folds all tables, in the order of their names.
func (c *compiler) tables(all Tables) map[string]table {
	out := make(map[string]table, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.TrimSpace(name) == "" {
			c.report("tables", "a table has no name", "name it: templates look it up by name")
		}
		out[name] = c.table(name, all[name])
	}
	return out
}

func (c *compiler) table(name string, rows map[string]string) table {
	out := make(table, len(rows))
	first := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		folded := foldKey(key)
		if before, taken := first[folded]; taken {
			c.report(TablePath(name, key), fmt.Sprintf("is the same key as %q: neither case nor spaces tell two apart", before), "keep one of them")
			continue
		}
		first[folded], out[folded] = key, rows[key]
	}
	return out
}

// TablePath is where the value of a key stands, as problems have it.
func TablePath(table, key string) string { return fmt.Sprintf("tables.%s[%q]", table, key) }

// fitForFolders reports the values of a table that could not be a folder's name,
// once, however many folders look it up.
func (c *compiler) fitForFolders(name string) {
	if c.fit[name] {
		return
	}
	c.fit[name] = true
	rows := c.o.Tables[name]
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if err := access.CheckName(rows[key]); err != nil {
			c.report(TablePath(name, key), err.Error(), "a folder's path looks this table up: give a value that can be the name of one folder")
		}
	}
}

// lookUp takes from each value what the table has for it.
func lookUp(name string, t table) func([]operand) (operand, error) {
	return func(args []operand) (operand, error) {
		out := operand{of: fmt.Sprintf("%s in table %s", args[0].of, name)}
		for _, key := range args[0].values {
			value, ok := t[foldKey(key)]
			if !ok {
				return operand{}, fmt.Errorf("%s: table %s has no key %q", args[0].of, name, key)
			}
			out.values = append(out.values, value)
		}
		return out, nil
	}
}
