// Package wire speaks LDAP to one server: every answer is complete or an error (promise P1).
//
// Only directory imports it; it imports nothing of ours, knows no people and no
// groups, and logs nothing. It finds a server, secures and opens the connection,
// and hands on what searches, RFC 4533 and Active Directory's controls bring.
//
// Whatever leaves a doubt that all was said fails the call: a size, time or
// administrative limit, an answer without its end, a connection that was cut, a
// context that was cancelled, a referral that was to be followed, a range of values
// that was not drained, nothing found below a base that is itself not shown. go-ldap ends
// some of these without an error; the calls here do not.
package wire
