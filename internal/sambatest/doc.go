// Package sambatest starts a real Active Directory domain controller, Samba's, for a test.
//
// Tests of any package may import it, production code never: it imports
// testing. Of ours it imports proctest only. A domain is provisioned once per
// machine and Samba version, below the user's cache folder; every test gets a
// copy of it, with everything that it writes in the test's temporary folder.
//
// The ports of Samba's LDAP server cannot be configured. Each server therefore
// has a network namespace of its own, and the test's process lets connections
// in from a free port on 127.0.0.1. That takes Linux and root.
package sambatest
