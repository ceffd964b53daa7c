package config

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// nearest is the known key that a misspelt one probably meant; "" if none is near.
func nearest(word string, known map[string]int) string {
	best, least := "", 3
	for key := range known {
		if d := access.Distance(word, key); d < least || d == least && best != "" && key < best {
			best, least = key, d
		}
	}
	if least >= len(best) {
		return ""
	}
	return best
}
