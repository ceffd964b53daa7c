// Package ruletest tests rules: a file of cases says of made-up people what the
// rules give them, and running it says where that is not so, and which rule decided.
// Nothing is asked of a server. Commands import it; it must not import an edge.
package ruletest
