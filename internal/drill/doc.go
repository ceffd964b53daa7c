// Package drill changes the picture of a directory as accidents change it, so that
// the brakes can be tried without one. It is pure: the same seed, the same accident.
package drill
