package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// jsonStatus is how things stand for a script to read: the contract of --output json.
type jsonStatus struct {
	State     string        `json:"state"` // OK, holding or broken
	Why       string        `json:"why,omitempty"`
	Do        string        `json:"do,omitempty"`
	Mode      string        `json:"mode"`
	Acting    bool          `json:"acting"`
	Holder    string        `json:"holder,omitempty"`
	Restored  string        `json:"restored,omitempty"`
	NextDelta time.Time     `json:"next_delta"`
	NextFull  time.Time     `json:"next_full"`
	Last      *jsonRun      `json:"last_run"`
	Success   *jsonRun      `json:"last_success"`
	FullLast  *jsonRun      `json:"last_full"`
	Open      int           `json:"undecided"`
	Waiting   []jsonWaiting `json:"waiting"`
	Due       int           `json:"due"`
	NextDue   time.Time     `json:"next_due,omitzero"`
	Links     int           `json:"accounts_linked"`
	Created   int           `json:"accounts_made"`
	Owned     int           `json:"grants_owned"`
	Lost      int           `json:"grants_lost"`
	Folders   int           `json:"folders_observed"`
}

type jsonWaiting struct {
	Request int64     `json:"request"`
	Verb    string    `json:"verb"`
	User    string    `json:"user"`
	Filed   time.Time `json:"filed"`
}

func newJSONStatus(c *config.Config, s *history.Standing) jsonStatus {
	j := s.Judge()
	local := s.Now.In(c.Location)
	out := jsonStatus{
		State: string(j.State), Why: j.Why, Do: j.Do, Mode: c.Mode.String(), Acting: s.Acting, Holder: s.Holder, Restored: s.Restored,
		NextDelta: c.Delta.Next(local), NextFull: c.Full.Next(local),
		Last: pointed(s.Last), Success: pointed(s.Success), FullLast: pointed(s.FullLast), Waiting: []jsonWaiting{},
		Due: s.Due, NextDue: s.NextDue, Links: s.Links, Created: s.Created, Owned: s.Owned, Lost: s.Lost, Folders: s.Folders,
	}
	for _, o := range s.Open {
		out.Open += o.Changes
	}
	for _, q := range s.Waiting {
		out.Waiting = append(out.Waiting, jsonWaiting{q.ID, q.Verb, q.User, q.Filed})
	}
	return out
}

func pointed(r *history.Run) *jsonRun {
	if r == nil {
		return nil
	}
	j := newJSONRun(*r)
	return &j
}
