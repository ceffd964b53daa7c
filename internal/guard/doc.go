// Package guard decides how much of a plan may go.
//
// It is pure. sync asks it before anything is applied; it imports access and
// plan. The table of modes is enforced here, whatever was planned; budgets,
// canaries, walls and holds belong here too.
package guard
