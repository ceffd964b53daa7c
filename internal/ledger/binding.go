package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// binding is what a ledger speaks of. Its ids mean nothing elsewhere.
type binding struct {
	tenant      string
	directories []string
}

// bind binds a new ledger, and adds directories that the configuration has gained.
func bind(ctx context.Context, tx *sql.Tx, o Options) error {
	if err := checkBinding(ctx, tx, o); err != nil {
		return err
	}
	const insert = `INSERT INTO binding (kind, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	if _, err := tx.ExecContext(ctx, insert, "tenant", canonical(o.Tenant)); err != nil {
		return err
	}
	for _, name := range o.Directories {
		if _, err := tx.ExecContext(ctx, insert, "directory", name); err != nil {
			return err
		}
	}
	return nil
}

// checkBinding refuses a ledger of another tenant, for its ids would name
// strangers, and one that knows a directory which is no longer configured, for
// all of that directory's people would look gone.
func checkBinding(ctx context.Context, tx *sql.Tx, o Options) error {
	have, err := loadBinding(ctx, tx)
	if err != nil {
		return err
	}
	if want := canonical(o.Tenant); have.tenant != "" && have.tenant != want {
		return fmt.Errorf("it belongs to the tenant %s and the configuration names %s: correct `kiteworks.url`, "+
			"or give this tenant a ledger of its own in `state`", have.tenant, want)
	}
	for _, name := range have.directories {
		if !slices.Contains(o.Directories, name) {
			return fmt.Errorf("it remembers people of the directory %q and the configuration names only %q: "+
				"give the directory its name back; or, if it is gone for good, give up what its people have: "+
				"kw-onboarder disown --directory %[1]s", name, o.Directories)
		}
	}
	return nil
}

func loadBinding(ctx context.Context, tx *sql.Tx) (binding, error) {
	var b binding
	err := each(ctx, tx, `SELECT kind, name FROM binding ORDER BY kind, name`, func(rows *sql.Rows) error {
		var kind, name string
		if err := rows.Scan(&kind, &name); err != nil {
			return err
		}
		if kind == "tenant" {
			b.tenant = name
		} else {
			b.directories = append(b.directories, name)
		}
		return nil
	})
	return b, err
}

// canonical makes two spellings of one server's URL equal.
func canonical(tenant string) string {
	return strings.ToLower(strings.TrimRight(tenant, "/"))
}

// Bind lets an open ledger speak of the directories that a changed configuration
// names, or refuses it as Open does.
func (l *Ledger) Bind(ctx context.Context, o Options) error {
	return l.write(ctx, "bind", func(tx *sql.Tx) error { return bind(ctx, tx, o) })
}
