// Package access holds the nouns of the house: who may reach which folder, and as what.
//
// Every package of the program may import it; it imports none of them. It is
// pure: no clock, no network, no file, no log, no randomness. The e-mail
// address and the folder path are made only by their parsers here, so that two
// spellings of one person or one folder never reach a comparison.
package access
