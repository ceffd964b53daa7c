// Package guard decides how much of a plan may go.
//
// It is pure and imports only access and plan. sync asks it before anything is applied,
// config reads its modes, app hands them on. Split holds each change to the mode, holds,
// canaries and walls, and each cause to the budgets; Quarantine finds what keeps failing.
// Whatever was planned, nothing goes that a brake stops.
package guard
