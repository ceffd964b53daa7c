package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// planFormat is the version of the file's form.
const planFormat = 1

// planFile is a reviewed plan: what `plan --out` writes and `apply --plan` reads.
type planFile struct {
	Format  int          `json:"format"`
	Tenant  string       `json:"tenant"` // URL: a plan is for one server only
	Made    time.Time    `json:"made"`
	Changes []jsonChange `json:"changes"`
}

// writePlan writes the plan whole or not at all.
func writePlan(path, tenant string, rep *kwsync.Report) error {
	f := planFile{Format: planFormat, Tenant: tenant, Made: rep.Started, Changes: []jsonChange{}}
	for _, c := range rep.Plan.Changes {
		f.Changes = append(f.Changes, newJSONChange(c))
	}
	for _, item := range rep.Parked { // whoever reviews the file reviews them too
		for _, c := range item.Changes {
			f.Changes = append(f.Changes, newJSONChange(c))
		}
	}
	file, err := createFile(path)
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	defer file.discard()
	if err := writeJSON(file, f); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	if err := file.commit(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// readPlan reads what was reviewed.
func readPlan(path, tenant string) (kwsync.Approval, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	var f planFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read the plan %s: %w: make it with plan --out", path, err)
	}
	switch {
	case f.Format != planFormat:
		return nil, fmt.Errorf("read the plan %s: its format is %d, this version reads %d: make it anew with plan --out", path, f.Format, planFormat)
	case f.Tenant != tenant:
		return nil, fmt.Errorf("read the plan %s: it is for %s, the configuration is for %s", path, f.Tenant, tenant)
	}
	approved := kwsync.Approval{}
	for _, j := range f.Changes {
		op, err := plan.ParseOp(j.Op)
		if err != nil {
			return nil, fmt.Errorf("read the plan %s: %w", path, err)
		}
		approved[j.Key] = plan.Change{
			Key: j.Key, Op: op, Email: access.Email(j.Email), Path: access.Path(j.Path),
			From: j.From, To: j.To, Profile: j.Profile, Notify: j.Notify,
		}
	}
	return approved, nil
}
