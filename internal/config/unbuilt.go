package config

import "regexp"

// unbuilt says whether a key belongs to a part of the contract that this
// version does not have, and what to do about it. Such a key may stand there
// empty; with a value it would be a promise that nobody keeps.
func unbuilt(path string) (hint string, ok bool) {
	const plain = "remove it"
	switch regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]") {
	case "rules[].when.cel":
		return plain, true
	}
	return "", false
}

// unbuilt says so of a path of the file that is being read.
func (d *decoder) unbuilt(path string) (hint string, ok bool) {
	if d.foreign {
		return "", false
	}
	return unbuilt(d.inWhole(path))
}
