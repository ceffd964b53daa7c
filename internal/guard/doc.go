// Package guard decides how much of a plan may go.
//
// It is pure and imports only plan. sync asks it before anything is applied,
// config reads its modes, app hands them on. The table of modes is enforced here,
// whatever was planned; budgets, canaries, walls and holds belong here too.
package guard
