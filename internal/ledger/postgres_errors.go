package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
)

// adviceOf is what the operator can do about an error of the server; "": nothing more
// than the error says. https://www.postgresql.org/docs/current/errcodes-appendix.html
func adviceOf(code string) string {
	switch code {
	case "28000", "28P01":
		return "the server does not let this user in: correct user and password in `state`, or pg_hba.conf"
	case "3D000":
		return "there is no such database: create it, or correct its name in `state`"
	case "3F000":
		return "there is no schema to create tables in: create the one that search_path names"
	case "42501":
		return "the database's user lacks the right: make it the owner of the tables, or GRANT USAGE, CREATE ON SCHEMA"
	case "25006":
		return "the server only reads, as a standby does: name the primary in `state`, or add target_session_attrs=read-write"
	case "53100":
		return "the disk of the database server is full: make room"
	case "53300":
		return "the server has no connection free: raise max_connections, or let PgBouncer share them"
	case "42P05", "26000":
		return "a pooler stands between that gives each transaction another session: add default_query_exec_mode=exec to the URL in `state`"
	case "55P03", "40P01", "40001":
		return "others work on the same rows: try again"
	case "25P03":
		return "this process stood still in the middle of a transaction, and the server undid it: try again"
	case "57P01", "57P02", "57P03":
		return "the server stops or starts: what was under way is undone; the next try connects anew"
	case "XX001", "XX002":
		return "the database is damaged: stop kw-onboarder and restore the database from a backup"
	}
	return ""
}

// cut says whether a connection broke, for another reason than that the caller gave up.
func cut(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn)
}

// oneLine is an error of pgx that has a line for each try to connect: each is said once,
// behind the other.
type oneLine struct{ error }

func (e oneLine) Error() string {
	var lines []string
	for line := range strings.Lines(e.error.Error()) {
		if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

func (e oneLine) Unwrap() error { return e.error }
