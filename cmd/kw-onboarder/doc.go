// Command kw-onboarder makes a Kiteworks server agree with an LDAP directory.
//
// One file holds one command: flags in, exit code out. What a command does is
// in internal/app; this package reads arguments, prints, and maps errors to
// exit codes. Nothing imports it.
package main
