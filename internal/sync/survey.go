package sync

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Survey is what the rules see of both sides: enough to judge them elsewhere.
type Survey struct {
	Snapshot *access.Snapshot
	Catalog  *access.Catalog
	// The ledger's pins: which group and which folder a name in the rules means.
	Groups  map[string]access.GroupID
	Folders map[access.Place]string
}

// Survey reads the directory in full, and of Kiteworks roles, profiles and the
// folders that the rules ask for. It looks at no account and no member.
func (p *Planner) Survey(ctx context.Context) (Survey, error) {
	if err := p.validate(); err != nil {
		return Survey{}, err
	}
	trigger := Trigger{Name: "snapshot", Full: true}
	report := p.begin(trigger)
	v := &view{planner: p, report: &report, trigger: trigger}
	memory, err := p.Recall.Recall(ctx, nil)
	if err != nil {
		return Survey{}, fmt.Errorf("read the ledger: %w", err)
	}
	if err := v.refresh(ctx); err != nil {
		return Survey{}, err
	}
	v.source = p.Reader
	v.evaluate(memory)
	if err := v.find(ctx, memory, nil); err != nil {
		return Survey{}, fmt.Errorf("read Kiteworks: %w", err)
	}
	return Survey{Snapshot: v.snapshot, Catalog: v.catalog, Groups: memory.Groups, Folders: memory.Folders}, nil
}
