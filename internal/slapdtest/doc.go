// Package slapdtest starts a real OpenLDAP server for a test, as an ordinary process on loopback.
//
// Tests of any package may import it, production code never: it imports
// testing. Of ours it imports proctest only. The server's files live in the
// test's temporary folder; the system's own slapd is neither used nor touched.
package slapdtest
