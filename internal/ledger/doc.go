// Package ledger remembers on disk what the program did, hence what it may undo.
//
// It holds links, owned grants, pins, runs and the changes of each run; the last
// known state of Kiteworks, and by intervals what it was before; who is due; who has
// left; and the inbox, in which other processes ask something of the daemon. An intent is a
// change without a result (promise P8), and only what a settled change of ours
// gave, or an administrator adopted, is owned (promise P3). It is an edge: app
// opens it, and it satisfies the interfaces of sync without knowing sync. Of this
// program it imports access and plan only; it must never import an adapter, the
// configuration or a metric.
//
// The store is an SQLite file or a PostgreSQL schema: an engine is what differs. The
// rest of the SQL is one for both: numbered placeholders, ON CONFLICT, BIGINT moments in
// microseconds since 1970 (0: none). What only one knows is in its engine's files:
// sqlite.go, filelock.go and backup.go; postgres.go, lease.go and lines.go. In PostgreSQL
// a statement that fails ends its transaction, and rows must be read to their end before
// the next statement.
//
// One process at a time writes to Kiteworks: the one that has the Lock.
package ledger
