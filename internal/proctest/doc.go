// Package proctest is what the test rooms share: the processes of a test, on loopback.
//
// A room starts a real server for a test: it finds the program or skips the
// test, gives it a free address, a certificate and a folder, waits until it
// answers, and ends it by its process id. The rooms import it, and any test
// may; production code never: it imports testing. It imports no other package
// of ours.
package proctest
