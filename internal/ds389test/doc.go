// Package ds389test starts a real 389 Directory Server for a test, as an ordinary process on loopback.
//
// Tests of any package may import it, production code never: it imports
// testing. Of ours it imports proctest only. Its instances are not made by
// dscreate, which writes to the system's folders: the configuration is made of
// the templates that dscreate uses too, and all files of an instance live in
// the test's temporary folder.
package ds389test
