package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// jsonReport is a run for a script to read: the contract of --output json.
type jsonReport struct {
	Run        int64            `json:"run,omitempty"`
	Result     string           `json:"result"`
	Mode       string           `json:"mode"`
	Started    time.Time        `json:"started"`
	AsOf       time.Time        `json:"directory_as_of,omitzero"`
	Seconds    float64          `json:"seconds"`
	People     int              `json:"people"`
	Groups     int              `json:"groups"`
	Touched    int              `json:"touched"`
	Directory  []string         `json:"directory"`
	Idle       bool             `json:"idle,omitempty"`
	Digest     string           `json:"digest"`
	Fresh      bool             `json:"ledger_empty"`
	Unasked    []jsonUnasked    `json:"unasked_grants"`
	Caveat     string           `json:"caveat,omitempty"`
	Changes    []jsonChange     `json:"changes"`
	Withheld   []jsonChange     `json:"withheld"`
	Leavers    []jsonLeaver     `json:"leavers,omitempty"`
	Parked     []jsonParkedItem `json:"parked,omitempty"`
	Unmet      []string         `json:"unmet_expectations,omitempty"`
	Violations []jsonViolation  `json:"wall_violations,omitempty"`
	Notes      []jsonNote       `json:"notes"`
	Requests   jsonRequests     `json:"requests"`
	Lapsed     []jsonChange     `json:"lapsed,omitempty"`
	Settled    []jsonOutcome    `json:"settled,omitempty"`
	Error      string           `json:"error,omitempty"`
}

// jsonChange is what, for whom, where, because of what, and how it ended.
type jsonChange struct {
	Key     plan.Key `json:"key"`
	Op      string   `json:"op"`
	Person  string   `json:"person,omitempty"`
	Email   string   `json:"email,omitempty"`
	Name    string   `json:"name,omitempty"`
	Profile string   `json:"profile,omitempty"`
	Notify  bool     `json:"notify,omitempty"` // the owner of a new account gets a mail
	Path    string   `json:"path,omitempty"`
	Folder  string   `json:"folder,omitempty"`
	As      string   `json:"as,omitempty"`
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Rules   []string `json:"rules"`
	Exit    string   `json:"exit,omitempty"`    // it concerns somebody who has left in this way
	Expired bool     `json:"expired,omitempty"` // it narrows because a date has come
	Ordered bool     `json:"ordered,omitempty"` // by a human
	Why     string   `json:"why,omitempty"`
	Brake   string   `json:"brake,omitempty"` // what has withheld it
	Result  string   `json:"result,omitempty"`
}

// jsonLeaver is somebody who has left and of whom a change or a note says something.
type jsonLeaver struct {
	Person string    `json:"person"`
	Exit   string    `json:"exit"`
	Since  time.Time `json:"since,omitzero"` // it was first seen
	Why    string    `json:"why,omitempty"`  // who ordered it, and the reason
}

func newJSONLeavers(all []plan.Leaving) (out []jsonLeaver) {
	for _, l := range all {
		out = append(out, jsonLeaver{Person: l.Person.String(), Exit: string(l.Exit), Since: l.Since.UTC(), Why: l.Why})
	}
	return out
}

// jsonUnasked is a grant of ours that no rule asks for any more.
type jsonUnasked struct {
	Person string `json:"person"`
	Email  string `json:"email,omitempty"`
	Path   string `json:"path,omitempty"`
	Folder string `json:"folder"`
	Role   string `json:"role"`
}

// jsonParkedItem is one cause that waits for approval, with the keys of its changes.
type jsonParkedItem struct {
	Cause   string     `json:"cause"`
	Kind    string     `json:"kind"`
	Rule    string     `json:"rule,omitempty"`
	Exit    string     `json:"exit,omitempty"` // how the people have left whom it concerns
	Why     string     `json:"why"`
	Changes []plan.Key `json:"changes"`
}

// jsonViolation is access that is against a wall.
type jsonViolation struct {
	Wall    string   `json:"wall"`
	Account string   `json:"account"`
	Email   string   `json:"email,omitempty"`
	Folders []string `json:"folders"`
	Ours    bool     `json:"ours"`
}

// braked adds what the brakes have seen.
func (j *jsonReport) braked(r *kwsync.Report) {
	for _, p := range r.Parked {
		item := jsonParkedItem{Cause: p.Key, Kind: string(p.Kind), Rule: p.Rule, Exit: string(p.Exit), Why: p.Why, Changes: []plan.Key{}}
		for _, c := range p.Changes {
			item.Changes = append(item.Changes, c.Key)
		}
		j.Parked = append(j.Parked, item)
	}
	for _, u := range r.Canaries {
		j.Unmet = append(j.Unmet, u.Why)
	}
	for _, v := range r.Violations {
		j.Violations = append(j.Violations, jsonViolation{Wall: v.Wall, Account: v.Account, Email: string(v.Email), Folders: texts(v.Folders), Ours: len(v.Owned) > 0})
	}
}

type jsonNote struct {
	Kind   string `json:"kind"`
	Person string `json:"person,omitempty"`
	DN     string `json:"dn,omitempty"`
	Email  string `json:"email,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Folder string `json:"folder,omitempty"` // that vanished: path or id
	Why    string `json:"why"`
	People int    `json:"people,omitempty"`
}

type jsonRequests struct {
	Read    int `json:"read"`
	Write   int `json:"write"`
	Planned int `json:"planned"`
	Made    int `json:"made,omitempty"`
}

type jsonOutcome struct {
	Key    plan.Key `json:"key"`
	Result string   `json:"result"`
	Why    string   `json:"why,omitempty"`
}

func newJSONReport(r *kwsync.Report) jsonReport {
	q := r.Requests
	out := jsonReport{
		Run: r.Run, Result: r.Result().String(), Mode: r.Mode, Started: r.Started, AsOf: r.AsOf, Seconds: r.Took.Seconds(),
		People: r.People, Groups: r.Groups, Touched: r.Touched, Directory: append([]string{}, r.Directory...), Idle: r.Idle, Digest: r.Plan.Digest(), Error: r.Err,
		Fresh: r.Fresh, Unasked: newJSONUnasked(r.Plan.Unasked), Caveat: r.Caveat,
		Requests: jsonRequests{Read: q.Read, Write: q.Write, Planned: q.Planned(), Made: q.Made},
		Changes:  []jsonChange{}, Withheld: []jsonChange{}, Notes: []jsonNote{}, Leavers: newJSONLeavers(r.Leavers),
	}
	outcomes := map[plan.Key]plan.Outcome{}
	for _, o := range r.Outcomes {
		outcomes[o.Key] = o
	}
	for _, c := range r.Plan.Changes {
		j := newJSONChange(c)
		if o, ended := outcomes[c.Key]; ended {
			j.Result, j.Why, j.Folder = o.Result.String(), o.Why, orElse(j.Folder, o.Folder)
		}
		out.Changes = append(out.Changes, j)
	}
	for _, w := range r.Withheld {
		j := newJSONChange(w.Change)
		j.Why, j.Brake = w.Why, string(w.Brake)
		out.Withheld = append(out.Withheld, j)
	}
	out.braked(r)
	for _, c := range r.Lapsed {
		out.Lapsed = append(out.Lapsed, newJSONChange(c))
	}
	for _, n := range r.Plan.Notes {
		out.Notes = append(out.Notes, newJSONNote(n))
	}
	for _, o := range r.Settled {
		out.Settled = append(out.Settled, jsonOutcome{Key: o.Key, Result: o.Result.String(), Why: o.Why})
	}
	return out
}

func newJSONUnasked(left []plan.Leftover) []jsonUnasked {
	out := make([]jsonUnasked, 0, len(left))
	for _, l := range left {
		out = append(out, jsonUnasked{Person: l.Person.String(), Email: string(l.Email), Path: string(l.Path), Folder: l.Folder, Role: l.Role})
	}
	return out
}

func newJSONChange(c plan.Change) jsonChange {
	j := jsonChange{
		Key: c.Key, Op: c.Op.String(), Email: string(c.Email), Name: c.Name, Profile: c.Profile, Notify: c.Notify,
		Path: string(c.Path), Folder: c.Folder, As: c.As, From: c.From, To: c.To, Rules: c.Rules(),
		Exit: string(c.Exit), Expired: c.Expired, Ordered: c.Ordered,
	}
	if c.Person.ID != "" {
		j.Person = c.Person.String()
	}
	return j
}

func newJSONNote(n plan.Note) jsonNote {
	j := jsonNote{Kind: n.Kind.String(), DN: n.DN, Email: string(n.Email), Rule: n.Rule, Folder: n.Folder, Why: n.Why, People: n.People}
	if n.Person.ID != "" {
		j.Person = n.Person.String()
	}
	return j
}

// writeJSON prints one value, indented, with a newline at its end.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
