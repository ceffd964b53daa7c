// Package plan says what must change at Kiteworks, in which order, and because of what.
//
// It is pure: verdicts, catalog, state and memory go in, a Plan comes out, the
// same bytes for the same input. guard, kiteworks, ledger, sync and status
// import it, app and cmd to wire and to print; it imports only access. It must never know a clock, a network, a file, a log or randomness.
package plan
