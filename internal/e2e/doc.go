// Package e2e holds tests of the whole program: a configuration file, a real slapd, a simulated Kiteworks over TLS.
//
// It has no code of its own and nobody imports it. Its tests reach the program
// as a command does, through config and app, or run the built binary; what came
// of a run they read from the simulator and from the ledger, never from the
// program's own word alone.
package e2e
