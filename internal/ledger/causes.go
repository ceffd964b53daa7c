package ledger

import (
	"encoding/json"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// causeText is why something is ours, as the ledger keeps it: the name of a rule, or
// that with the groups that led to it. Many rows share one such text.
type causeText struct {
	Rule string           `json:"rule"`
	Via  []access.GroupID `json:"via,omitempty"`
}

func encodeCauses(causes []access.Cause) ([]byte, error) {
	items := make([]any, len(causes))
	for i, c := range causes {
		items[i] = c.Rule
		if len(c.Via) > 0 {
			items[i] = causeText{c.Rule, c.Via}
		}
	}
	return json.Marshal(items)
}

func decodeCauses(text string) ([]access.Cause, error) {
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		return nil, err
	}
	causes := make([]access.Cause, len(items))
	for i, item := range items {
		if json.Unmarshal(item, &causes[i].Rule) == nil {
			continue
		}
		var c causeText
		if err := json.Unmarshal(item, &c); err != nil {
			return nil, err
		}
		causes[i] = access.Cause{Rule: c.Rule, Via: c.Via}
	}
	return causes, nil
}
