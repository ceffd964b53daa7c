// Package rules turns a directory snapshot into the accounts and grants it implies, and says why.
//
// It is pure: rules, a snapshot and what is known of earlier runs go in, verdicts
// come out, the same ones for the same input. config, sync and app import it; it imports only access
// and filter. It must never know YAML (the tags on Rule are mere text), a
// file, a clock, a network, a log or randomness.
package rules
