package ledger

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// payload is a change as the ledger stores it. The outer Op hides the change's
// own, which can be written as text but not read back.
type payload struct {
	Op string
	plan.Change
}

func encode(c plan.Change) (string, error) {
	if _, err := plan.ParseOp(c.Op.String()); err != nil {
		return "", err
	}
	text, err := json.Marshal(payload{Op: c.Op.String(), Change: c})
	return string(text), err
}

// decode is the reverse of encode. A field that this program does not know is
// an error: to act on half of an intent is worse than not to start.
func decode(text string) (plan.Change, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	var p payload
	if err := dec.Decode(&p); err != nil {
		return plan.Change{}, fmt.Errorf("read an intent, which another version of kw-onboarder may have written: "+
			"start that version once, so that it settles it: %w", err)
	}
	op, err := plan.ParseOp(p.Op)
	p.Change.Op = op
	return p.Change, err
}
