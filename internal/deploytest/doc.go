// Package deploytest tests what is delivered beside the program: the unit of systemd, the
// image, the alerts. It has no code of its own; the tests ask the real tools.
package deploytest
