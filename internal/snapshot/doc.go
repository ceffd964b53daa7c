// Package snapshot keeps what the rules see as a file: the directory, the
// catalog of Kiteworks, and what tells one such file from another.
//
// It is gzip around JSON, written and read person by person, so that a hundred
// thousand people cost their own memory and no second one. Only cmd imports it;
// of ours it imports access alone. It must never import rules, plan or sync: a
// file is data, and judging it is theirs. docs/snapshot.md describes the form,
// what Redact hides and what it cannot hide.
package snapshot
