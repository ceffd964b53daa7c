// Package filter compiles an RFC 4515 search filter to a matcher and evaluates
// it in memory, as the directory would.
//
// The rules use it for their conditions, the embedded directory for the filters
// that clients send. It is pure: no clock, no network, no file, no log, no
// randomness; of the program it imports only access, of go-ldap only the
// compiler of filter texts.
//
// Texts compare by RFC 4518, spaces in substrings as in OpenLDAP. Unlike OpenLDAP
// it folds case in full ("Straße" is "STRASSE", as the RFC has it), in telephone
// numbers too, passes over what cannot be seen, takes a tab for a space, orders any
// text and finds parts in any, reads an integer with leading zeros or spaces, and
// compares booleans and octets as texts. It knows no schema: a DN with another name
// of an attribute (commonName, 2.5.4.3) is another DN. TestWhereSlapdDiffers has them
// one by one; in all else random filters find the same here and there.
//
// What differs otherwise is on the careful side: approximate and
// extensible matches are refused (but for Active Directory's two bit rules), so
// are attribute options and attributes written as numbers, because without a
// schema they would silently never match.
package filter
