package ledger

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// encode is a change as the ledger stores it: as JSON.
func encode(c plan.Change) (string, error) {
	if _, err := plan.ParseOp(c.Op.String()); err != nil {
		return "", err
	}
	text, err := json.Marshal(c)
	return string(text), err
}

// decode reads an intent. A field that this program does not know is an error:
// to act on half of an intent is worse than not to start.
func decode(text string) (c plan.Change, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, fmt.Errorf("read an intent, which another version of kw-onboarder may have written: "+
			"start that version once, so that it settles it: %w", err)
	}
	return c, nil
}
