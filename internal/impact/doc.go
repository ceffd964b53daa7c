// Package impact compares what two sets of rules ask for, for the same people: who
// gains, who loses, where, and by which rule.
//
// It is pure and imports rules and plan, which decide and merge as a run does, and
// the nouns. The command `diff` prints what it finds. Kiteworks is not looked at:
// what somebody has there, by hand or from earlier rules, is no part of it.
package impact
