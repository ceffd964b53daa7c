// Package ldapsim plays a small LDAP directory over a real socket, from a list
// of people that is embedded in the program.
//
// The command demo serves its company from it, tests use it as a directory that
// they can change under the client's feet. It listens on loopback only, knows
// one account that may read, and refuses to write. It answers as OpenLDAP does
// where that can be seen from outside; filters are evaluated by package filter,
// whose oracle is OpenLDAP.
//
// It never imports directory: a mistake about the protocol that both shared
// would not be seen by any test.
package ldapsim
