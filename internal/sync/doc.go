// Package sync runs one reconciliation, from the directory to the report.
//
// It is where the pure core and the edges meet, and where the interfaces of
// the edges live: directory, kiteworks and ledger implement them without
// knowing it. status and app import it. Because it shadows the standard sync,
// importers write kwsync "…/internal/sync".
package sync
