// Package history answers from the ledger alone what administrators and auditors
// ask: whether all is well, what was done when and why, who could read what on
// some day.
//
// It asks neither a directory nor Kiteworks, reads no secret and writes nothing.
// What nobody looked at it says nothing about, but that.
package history
