package ledger

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
)

// unprepared makes connections on which to prepare a statement costs nothing and leaves
// nothing behind: pgx prepares each text once by itself, as the URL allows. What
// database/sql prepares would be closed behind the transaction, when PgBouncer may have
// given us another session.
type unprepared struct{ driver.Connector }

// Connect opens a connection.
func (u unprepared) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := u.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	pgx, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("the driver makes a %T, want a *stdlib.Conn", conn)
	}
	return session{pgx}, nil
}

// session is a connection that does not prepare.
type session struct{ *stdlib.Conn }

// PrepareContext keeps the text.
func (s session) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return statement{s.Conn, query}, nil
}

// statement is a text that is sent when it is run.
type statement struct {
	conn  *stdlib.Conn
	query string
}

// Close has nothing to close.
func (statement) Close() error { return nil }

// NumInput leaves it to the server to count.
func (statement) NumInput() int { return -1 }

// ExecContext runs the statement.
func (s statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

// QueryContext runs the statement for its rows.
func (s statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

// Exec is there for database/sql's sake, which calls ExecContext.
func (s statement) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

// Query is there for database/sql's sake, which calls QueryContext.
func (s statement) Query([]driver.Value) (driver.Rows, error) { return nil, driver.ErrSkip }
