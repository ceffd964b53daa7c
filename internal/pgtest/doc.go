// Package pgtest starts a real PostgreSQL server for a test, as an ordinary process on loopback.
//
// Tests of any package may import it, production code never: it imports testing. Of ours it
// imports proctest only. The server's files live in a folder of its own; the system's own
// PostgreSQL is neither used nor touched.
package pgtest
