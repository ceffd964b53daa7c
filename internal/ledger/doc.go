// Package ledger remembers on disk what the program did, hence what it may undo.
//
// It holds links, owned grants, pins, runs and the changes of each run; an
// intent is a change without a result (promise P8), and only what a settled
// change of ours gave is owned (promise P3). It is an edge: app opens it, and
// it satisfies the interfaces of sync without knowing sync. Of this program it
// imports access and plan only; it must never import an adapter, the
// configuration or a metric.
//
// The store is one SQLite file. The SQL is kept to what PostgreSQL
// understands as well: numbered placeholders, ON CONFLICT, BIGINT moments in
// microseconds since 1970 (0: none). What only SQLite knows is in sqlite.go.
package ledger
