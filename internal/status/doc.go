// Package status shows the operator the last run, as Prometheus metrics and as readiness.
//
// app builds the Board, feeds it and serves it. Of this program it imports plan
// only, for the names of operations and results; it must never import an
// adapter or the configuration. Every label has few values that are known in
// advance: none is a person, a folder or the text of an error.
package status
