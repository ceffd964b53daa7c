// Package directory reads people and groups from an LDAP server, completely or not at all (promise P1).
//
// Only app imports it; of ours it imports access alone. It returns errors and
// logs nothing. It must never import sync, rules, config or a simulator.
//
// One read uses one server and one connection. Whatever leaves a doubt that all
// was read fails it: a size, time or administrative limit, an answer without its
// end, a connection that was cut, a context that was cancelled, a referral that was to be
// followed, a range of values that was not drained, an entry without its immutable id,
// nothing found below a base that is itself not shown.
package directory
