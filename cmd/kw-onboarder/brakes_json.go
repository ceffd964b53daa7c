package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
)

// jsonParkedList is what parked prints for a script.
type jsonParkedList struct {
	Parked []jsonParked `json:"parked"`
}

// jsonParked is one item. In a list its changes are left out.
type jsonParked struct {
	ID      int64        `json:"id"`
	Cause   string       `json:"cause"`
	Kind    string       `json:"kind"`
	Rule    string       `json:"rule,omitempty"`
	Why     string       `json:"why"`
	State   string       `json:"state"`
	Run     int64        `json:"run"`
	Opened  time.Time    `json:"opened"`
	Updated time.Time    `json:"updated"`
	Until   time.Time    `json:"until"`
	Decided *time.Time   `json:"decided,omitempty"`
	By      string       `json:"by,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Count   int          `json:"count"`
	Changes []jsonChange `json:"changes,omitempty"`
	Request int64        `json:"request,omitempty"` // with which the daemon was asked to apply it
}

func newJSONParked(i app.ParkedItem) jsonParked {
	out := jsonParked{
		ID: i.ID, Cause: i.Cause, Kind: i.Kind, Rule: i.Rule, Why: i.Why, State: string(i.State(time.Now())), Run: i.Run,
		Opened: i.Opened, Updated: i.Updated, Until: i.Until().UTC(), Count: i.Size, Reason: i.Reason,
	}
	if i.Decision != "" {
		decided := i.Decided.UTC()
		out.Decided, out.By = &decided, i.Who()
	}
	for _, c := range i.Changes {
		out.Changes = append(out.Changes, newJSONChange(c))
	}
	return out
}

func newJSONParkedList(items []app.ParkedItem) jsonParkedList {
	out := jsonParkedList{Parked: []jsonParked{}}
	for _, i := range items {
		out.Parked = append(out.Parked, newJSONParked(i))
	}
	return out
}

type jsonAllowance struct {
	Kind    string    `json:"kind"`
	Changes int       `json:"changes"`
	Until   time.Time `json:"until"`
	Reason  string    `json:"reason"`
}

// jsonHold is a pause.
type jsonHold struct {
	ID     int64     `json:"id"`
	Scope  string    `json:"scope"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

func newJSONHold(h app.Hold) jsonHold {
	return jsonHold{ID: h.ID, Scope: string(h.Scope), Since: h.Since.UTC(), Until: h.Until.UTC(), By: h.By.Who(), Reason: h.By.Reason}
}

type jsonResumed struct {
	Ended []jsonHold `json:"ended"`
	File  string     `json:"file,omitempty"` // that still stops everything
}

func newJSONResumed(ended []app.Hold, file string) jsonResumed {
	out := jsonResumed{Ended: []jsonHold{}, File: file}
	for _, h := range ended {
		out.Ended = append(out.Ended, newJSONHold(h))
	}
	return out
}

// jsonReadmitted is an item of which the rejection was taken back.
type jsonReadmitted struct {
	ID      int64 `json:"id"`
	Changes int   `json:"changes"`
}

type jsonQuarantine struct {
	Failing []jsonFailing `json:"failing"`
}

type jsonFailing struct {
	ID       int64     `json:"id"`
	Scope    string    `json:"scope"`
	Key      string    `json:"key"`
	Failures int       `json:"failures"`
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"` // it is not tried before
	Why      string    `json:"why"`
}

func newJSONQuarantine(failing []app.Failing) jsonQuarantine {
	out := jsonQuarantine{Failing: []jsonFailing{}}
	for _, f := range failing {
		out.Failing = append(out.Failing, jsonFailing{
			ID: f.ID, Scope: string(f.Scope), Key: f.Key, Failures: f.Failures, Since: f.Since, Until: f.Until, Why: f.Why,
		})
	}
	return out
}

type jsonRetry struct {
	Retry []int64 `json:"retry"`
}
