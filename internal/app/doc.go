// Package app turns a valid configuration into a running process, and back.
//
// It is the only package that knows both the configuration and the adapters:
// it wires directory, kiteworks and ledger into a sync.Planner or a
// sync.Runner, and a Runner into a daemon with schedules, reload and HTTP. It
// handles no signals and never exits; cmd does. Only cmd imports it.
package app
