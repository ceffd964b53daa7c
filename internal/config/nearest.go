package config

import "slices"

// nearest is the known key that a misspelt one probably meant; "" if none is near.
func nearest(word string, known map[string]int) string {
	best, least := "", 3
	for key := range known {
		if d := distance(word, key); d < least || d == least && best != "" && key < best {
			best, least = key, d
		}
	}
	if least >= len(best) {
		return ""
	}
	return best
}

// distance is Levenshtein's: insertions, deletions and replacements.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = slices.Min([]int{change, row[j] + 1, row[j+1] + 1})
		}
	}
	return row[len(b)]
}
