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
	NextDelta time.Time     `json:"next_delta,omitzero"` // if somebody acts
	NextFull  time.Time     `json:"next_full,omitzero"`
	Last      *jsonRun      `json:"last_run"`
	Success   *jsonRun      `json:"last_success"`
	FullLast  *jsonRun      `json:"last_full"`
	Open      int           `json:"undecided"`
	Waiting   []jsonWaiting `json:"waiting"`
	Due       int           `json:"due"`
	NextDue   time.Time     `json:"next_due,omitzero"`
	HoldFile  string        `json:"hold_file,omitempty"`
	Pauses    []jsonHold    `json:"pauses"`
	Parked    jsonBraked    `json:"parked"`
	Expired   jsonBraked    `json:"parked_expired"` // of which nobody has decided in time
	Failing   jsonBraked    `json:"quarantined"`
	Unmet     []string      `json:"unmet"` // why what is expected of the directory is not so
	Against   int           `json:"wall_violations"`
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

// jsonBraked is how many of a kind are held back.
type jsonBraked struct {
	Count  int        `json:"count"`
	Oldest *time.Time `json:"oldest,omitempty"`
}

func newJSONBraked(n int, oldest func() time.Time) jsonBraked {
	if n == 0 {
		return jsonBraked{}
	}
	at := oldest().UTC()
	return jsonBraked{n, &at}
}

// brakes fills in what the brakes hold back.
func (j *jsonStatus) brakes(s *history.Standing) {
	j.HoldFile, j.Pauses, j.Unmet = s.HoldFile, []jsonHold{}, []string{}
	for _, h := range s.Pauses {
		j.Pauses = append(j.Pauses, newJSONHold(h))
	}
	j.Parked = newJSONBraked(len(s.Parked), func() time.Time { return s.Parked[0].Opened })
	j.Expired = newJSONBraked(len(s.Expired), func() time.Time { return s.Expired[0].Opened })
	j.Failing = newJSONBraked(len(s.Quarantined), func() time.Time { return s.Quarantined[0].Since })
	j.Unmet = append(j.Unmet, s.Unmet()...)
	if s.FullLast != nil {
		j.Against = s.FullLast.Violations
	}
}

func newJSONStatus(c *config.Config, s *history.Standing) jsonStatus {
	j := s.Judge()
	local := s.Now.In(c.Location)
	out := jsonStatus{
		State: string(j.State), Why: j.Why, Do: j.Do, Mode: c.Mode.String(), Acting: s.Acting, Holder: s.Holder, Restored: s.Restored,
		Last: pointed(s.Last), Success: pointed(s.Success), FullLast: pointed(s.FullLast), Waiting: []jsonWaiting{},
		Due: s.Due, NextDue: s.NextDue, Links: s.Links, Created: s.Created, Owned: s.Owned, Lost: s.Lost, Folders: s.Folders,
	}
	out.brakes(s)
	if s.Acting {
		out.NextDelta, out.NextFull = c.Delta.Next(local), c.Full.Next(local)
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
