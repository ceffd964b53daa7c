package history

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Trace is what names somebody in the ledger.
type Trace struct {
	ledger.Subject
	ledger.Names
}

// Traces returns what names each who is or was known by a name. It removes nothing.
func (b Book) Traces(ctx context.Context, name string) ([]Trace, error) {
	who, err := b.Ledger.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(who) == 0 {
		return nil, fmt.Errorf("the ledger knows nobody with the e-mail or id %q: there is nothing to forget", name)
	}
	var traces []Trace
	for _, w := range who {
		names, err := b.Ledger.Names(ctx, w)
		if err != nil {
			return nil, err
		}
		traces = append(traces, Trace{w, names})
	}
	return traces, nil
}
