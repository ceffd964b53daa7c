// Package directory reads people and groups from one or several LDAP directories, completely or not at
// all (promise P1), finds out what has changed since, and looks afresh at single ones (promise P2).
//
// Only app imports it; of ours it imports access and its own wire. It returns errors and
// logs nothing. It must never import sync, rules, config or a simulator.
//
// A source is one configured directory. Its mirror keeps, in memory, a record of each entry that a scope (people or
// groups below one base) has found; a feed brings it up to date. The resolver makes one snapshot of all
// mirrors, always in the same way, so that a delta cannot differ from a full reading.
package directory
