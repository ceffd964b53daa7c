// Package doctor finds out, before the first run or when something does not work, what is
// wrong with a configuration and with all that it names: the machine, the directories,
// Kiteworks and the application registered there. It asks both sides, and changes neither.
//
// What it finds is a Report: each Check by itself, and what to do in the order in which to do
// it. It also works out the least that the application must be allowed (Need), from the mode
// and the rules, and names what is too much as well as what is missing.
//
// app prepares a Patient for it, and cmd examines it. It imports access, config, guard and the two adapters,
// and never app.
package doctor
