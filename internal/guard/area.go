package guard

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Area is a folder, or a folder with all below it.
type Area struct {
	Path  access.Path
	Below bool
}

// ParseArea reads an area as the configuration writes it: /A/B is the folder alone,
// /A/B/** also all below it.
func ParseArea(s string) (Area, error) {
	text, below := strings.CutSuffix(s, "/**")
	if strings.Contains(text, "*") {
		return Area{}, fmt.Errorf("folder %q: a * stands only at the end, as /**: name one folder, with or without all below it", s)
	}
	p, err := access.ParsePath(text)
	return Area{Path: p, Below: below}, err
}

// String is the area as the configuration writes it.
func (a Area) String() string {
	if a.Below {
		return string(a.Path) + "/**"
	}
	return string(a.Path)
}

// holds says whether a folder lies in the area.
func (a Area) holds(p access.Path) bool {
	return p.Fold() == a.Path.Fold() || a.Below && p.Under(a.Path)
}
