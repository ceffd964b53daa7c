package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// jsonRun is a run of the past for a script to read: the contract of --output json.
type jsonRun struct {
	Run      int64           `json:"run"`
	Started  time.Time       `json:"started"`
	Ended    time.Time       `json:"ended,omitzero"`
	Trigger  string          `json:"trigger"`
	User     string          `json:"user,omitempty"`
	UID      *int            `json:"uid,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Result   string          `json:"result"`
	Mode     string          `json:"mode,omitempty"`
	People   int             `json:"people"`
	Groups   int             `json:"groups"`
	Touched  int             `json:"touched"`
	Due      int             `json:"due"`
	Named    []string        `json:"named,omitempty"`
	Results  map[string]int  `json:"results,omitempty"`
	Withheld int             `json:"withheld"`
	WouldBe  map[string]int  `json:"would_have_made,omitempty"` // in mode observe, by operation
	Notes    map[string]int  `json:"notes,omitempty"`
	Requests jsonRequested   `json:"requests"`
	Detours  []int64         `json:"detours,omitempty"`
	Grants   []plan.GrantKey `json:"grants,omitempty"`
	Accounts []string        `json:"accounts,omitempty"`
	Error    string          `json:"error,omitempty"`
}

type jsonRequested struct {
	Planned int `json:"planned"`
	Made    int `json:"made"`
}

type jsonRuns struct {
	Runs []jsonRun `json:"runs"`
}

// jsonStory is one run with its changes.
type jsonStory struct {
	jsonRun
	Answered []jsonAnswered `json:"answered,omitempty"`
	Changes  []jsonDone     `json:"changes"`
	Would    []jsonFate     `json:"would,omitempty"`
	AsOf     time.Time      `json:"would_as_of,omitzero"` // when Kiteworks had last been read
}

// jsonFate is a change that a run in mode observe would have made, and what is so by now.
type jsonFate struct {
	Key     plan.Key  `json:"key"`
	Op      string    `json:"op"`
	Person  string    `json:"person,omitempty"`
	Email   string    `json:"email,omitempty"`
	Path    string    `json:"path,omitempty"`
	From    string    `json:"from,omitempty"`
	To      string    `json:"to,omitempty"`
	Rules   []string  `json:"rules,omitempty"`
	So      bool      `json:"so_by_now"`
	Held    *jsonHeld `json:"held,omitempty"` // the role that is held by now
	Unknown string    `json:"unknown,omitempty"`
}

func newJSONFate(f history.Fate, atlas *history.Atlas) jsonFate {
	j := jsonFate{
		Key: f.Key, Op: f.Op.String(), Email: string(f.Email), Path: string(f.Path), From: f.From, To: f.To, Rules: f.Rules,
		So: f.So, Unknown: f.Unknown,
	}
	if f.Person != "" {
		j.Person = access.PersonID{Source: f.Source, ID: f.Person}.String()
	}
	if f.Held != nil {
		held := newJSONHeld(*f.Held, atlas)
		j.Held = &held
	}
	return j
}

type jsonAnswered struct {
	Request int64     `json:"request"`
	Verb    string    `json:"verb"`
	User    string    `json:"user"`
	UID     int       `json:"uid"`
	Reason  string    `json:"reason,omitempty"`
	Filed   time.Time `json:"filed"`
}

// jsonDone is a change of the past.
type jsonDone struct {
	Run      int64     `json:"run"`
	Intended time.Time `json:"intended"`
	Settled  time.Time `json:"settled,omitzero"`
	Account  string    `json:"account,omitempty"`
	Groups   []string  `json:"groups,omitempty"`
	jsonChange
}

func newJSONRuns(runs []history.Run) jsonRuns {
	out := jsonRuns{Runs: []jsonRun{}}
	for _, r := range runs {
		out.Runs = append(out.Runs, newJSONRun(r))
	}
	return out
}

func newJSONRun(r history.Run) jsonRun {
	j := jsonRun{
		Run: r.ID, Started: r.Started, Ended: r.Ended, Trigger: r.Trigger, User: r.User, Reason: r.Reason, Kind: r.Kind(),
		Result: r.Outcome(), Mode: r.Mode, People: r.People, Groups: r.Groups, Touched: r.Touched, Due: r.Due, Named: r.Named,
		Results: r.Results, Withheld: r.Withheld, WouldBe: r.WouldBe, Notes: r.Notes, Detours: r.Detours,
		Grants: r.Grants, Accounts: r.Accounts, Error: r.Error,
		Requests: jsonRequested{Planned: r.Requests["planned"], Made: r.Requests["made"]},
	}
	if r.User != "" {
		j.UID = &r.UID
	}
	return j
}

func newJSONStory(s history.Story, a history.Aftermath, atlas *history.Atlas) jsonStory {
	out := jsonStory{jsonRun: newJSONRun(s.Run), Changes: newJSONDone(s.Did)}
	if len(a.Fates) > 0 {
		out.AsOf = a.Observed
	}
	for _, f := range a.Fates {
		out.Would = append(out.Would, newJSONFate(f, atlas))
	}
	for _, q := range s.Answered {
		out.Answered = append(out.Answered, jsonAnswered{q.ID, q.Verb, q.User, q.UID, q.Reason, q.Filed})
	}
	return out
}

func newJSONDone(changes []history.Change) []jsonDone {
	out := []jsonDone{}
	for _, r := range changes {
		j := jsonDone{Run: r.Run, Intended: r.Intended, Settled: r.Settled, Account: r.Change.Account, jsonChange: newJSONChange(r.Change)}
		j.Result, j.Why = orElse(r.Result, "open"), r.Why
		for _, c := range r.Change.Causes {
			j.Groups = append(j.Groups, groupIDs(c.Via)...)
		}
		out = append(out, j)
	}
	return out
}

func groupIDs(groups []access.GroupID) []string {
	var ids []string
	for _, g := range groups {
		ids = append(ids, g.String())
	}
	return ids
}
