// Package status shows the operator the last run, as Prometheus metrics and as readiness.
//
// app builds the Board, feeds it and serves it. Of this program it imports plan
// and guard only, for the names of operations, lanes and brakes; it must never import an
// adapter or the configuration. Every label has few values that are known in
// advance: none is a person, a folder or the text of an error, nor a rule that its
// administrator has not labelled. docs/metrics.md lists all, and is written by a test.
package status

//go:generate go test . -run ^TestTheReferenceIsUpToDate$ -update
