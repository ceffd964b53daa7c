package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is a ledger in a PostgreSQL database, in the schema that comes first in the
// search path. It keeps nothing in a session, so that PgBouncer in transaction mode may
// stand between; then `default_query_exec_mode=exec` belongs into the URL, as pgx says.
type postgres struct {
	name   string // the URL without what may be secret
	config *pgx.ConnConfig
	term   time.Duration // of leases
	lines  lines
}

// newPostgres reads the URL. Its errors hold nothing of it that may be secret: where the
// URL cannot be taken apart, nothing of it at all.
func newPostgres(text string) (*postgres, error) {
	u, err := url.Parse(text)
	if err != nil || u.Fragment != "" || u.User == nil && strings.Contains(text, "@") {
		return nil, errors.New("`state` is no URL of a PostgreSQL database: write postgres://user@host:5432/database, " +
			"and a / ? # or @ in the password as %2F %3F %23 %40")
	}
	p := &postgres{name: redacted(u), term: leaseTerm}
	if p.config, err = pgx.ParseConfig(text); err != nil {
		var parse *pgconn.ParseConfigError
		if errors.As(err, &parse) && parse.Unwrap() != nil {
			err = parse.Unwrap() // without the URL
		}
		return nil, fmt.Errorf("open ledger %s: correct the URL in `state`: %w", p, err)
	}
	p.config.DialFunc = p.lines.dial
	if p.config.ConnectTimeout == 0 {
		p.config.ConnectTimeout = connecting
	}
	return p, nil
}

// connecting is how long a server may take to let us in, unless the URL has connect_timeout.
const connecting = 5 * time.Second

// redacted is a URL without password and settings, which may hold one too.
func redacted(u *url.URL) string {
	short := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if u.User != nil {
		short.User = url.User(u.User.Username())
	}
	return short.String()
}

func (p *postgres) String() string { return p.name }

func (p *postgres) exists() (bool, error) { return true, nil }

func (p *postgres) prepare() error { return nil }

// scrub leaves it to the server's vacuum and to its archive of the log.
func (p *postgres) scrub(context.Context, *sql.DB) error { return nil }

// connections is enough for the one who writes, the lease and a page or two that read.
const connections = 4

func (p *postgres) connect(bool) (*sql.DB, error) {
	db := sql.OpenDB(unprepared{stdlib.GetConnector(*p.config)})
	db.SetMaxOpenConns(connections)
	return db, nil
}

func (p *postgres) snapshot() *sql.TxOptions {
	return &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
}

// prepares is true: pgx does, and knows when PgBouncer forbids it.
func (p *postgres) prepares() bool { return true }

// queue lets the writers of one ledger pass one by one, as SQLite does, so that no
// statement needs to mind another writer. A writer that is frozen within its
// transaction is thrown out by the server before its lease ends.
func (p *postgres) queue(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT set_config('idle_in_transaction_session_timeout', $1, true),
		pg_advisory_xact_lock(hashtext('kw-onboarder'), hashtext(current_schema()))`,
		strconv.FormatInt((p.term/3).Milliseconds(), 10))
	return err
}

func (p *postgres) tables(ctx context.Context, tx *sql.Tx) (map[string]bool, error) {
	return names(ctx, tx, `SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()`)
}

func (p *postgres) lock(ctx context.Context, db *sql.DB) (hold, error) {
	return p.take(ctx, db, actor)
}

func (p *postgres) holder(ctx context.Context) (who string, held bool) {
	db, err := p.connect(true)
	if err != nil {
		return "", false
	}
	defer func() { _ = db.Close() }() // nothing was written
	const query = `SELECT holder FROM leases WHERE name = $1 AND expires > ` + clock
	err = db.QueryRowContext(ctx, query, actor).Scan(&who)
	return who, err == nil
}

// highest is not known: what stands beside a database server is out of our sight.
func (p *postgres) highest() (int64, error) { return 0, nil }

func (p *postgres) setHighest(int64) error { return nil }

// passing says of nothing that it is: who opens a ledger waits in the queue.
func (p *postgres) passing(error) bool { return false }

func (p *postgres) explain(err error) error {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		err = oneLine{err}
	}
	var said *pgconn.PgError
	if errors.As(err, &said) {
		if advice := adviceOf(said.Code); advice != "" {
			return fmt.Errorf("%s: %w", advice, err)
		}
		return err
	}
	switch {
	case connect != nil:
		return fmt.Errorf("the server is not reached: see that it runs and that `state` has its address: %w", err)
	case cut(err):
		return fmt.Errorf("the connection to the server was cut: what was under way is undone, "+
			"unless that was the commit itself; the next try connects anew: %w", err)
	}
	return err
}
