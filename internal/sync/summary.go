package sync

import (
	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// summary is what the ledger keeps of a run besides its changes.
type summary struct {
	Mode       string         `json:"mode"`
	Seconds    float64        `json:"seconds"`
	People     int            `json:"people"`
	Groups     int            `json:"groups"`
	Touched    int            `json:"touched"`
	Full       bool           `json:"full"`
	Named      []string       `json:"named,omitempty"`
	Due        int            `json:"due,omitempty"`
	Detours    []int64        `json:"detours,omitempty"`
	Changes    int            `json:"changes"`
	Withheld   int            `json:"withheld"`
	Parked     int            `json:"parked,omitempty"`
	Unmet      []string       `json:"unmet,omitempty"` // why canaries are
	Violations int            `json:"violations,omitempty"`
	WouldBe    map[string]int `json:"would_be,omitempty"` // of mode observe: what was withheld, by operation,
	Would      []would        `json:"would,omitempty"`    // and the first of it
	Results    map[string]int `json:"results"`
	Notes      map[string]int `json:"notes"`
	Requests   map[string]int `json:"requests"`
	Error      string         `json:"error,omitempty"`
}

// would is a change that a run in mode observe would have made.
type would struct {
	Key     plan.Key    `json:"key"`
	Op      plan.Op     `json:"op"`
	Source  string      `json:"source,omitempty"` // of the person
	Person  string      `json:"person,omitempty"` // id there
	Email   string      `json:"email,omitempty"`
	Account string      `json:"account,omitempty"` // none: it was still to be created; a folder likewise
	Folder  string      `json:"folder,omitempty"`
	Path    access.Path `json:"path,omitempty"`
	From    string      `json:"from,omitempty"`
	To      string      `json:"to,omitempty"`
	Rules   []string    `json:"rules,omitempty"`
}

// wouldKept bounds how many changes of a run in mode observe are kept one by one.
const wouldKept = 1000

func (r *Report) summary() summary {
	s := summary{
		Mode: r.Mode, Seconds: r.Took.Seconds(), People: r.People, Groups: r.Groups, Touched: r.Touched, Full: r.Full,
		Named: r.Named, Due: r.Due, Detours: r.Detours,
		Changes: len(r.Plan.Changes), Withheld: len(r.Withheld), Parked: len(r.Parked), Violations: len(r.Violations), Error: r.Err,
		Results: map[string]int{}, Notes: map[string]int{},
		Requests: map[string]int{"planned": r.Requests.Planned(), "made": r.Requests.Made},
	}
	for _, o := range r.Outcomes {
		s.Results[o.Result.String()]++
	}
	for _, n := range r.Plan.Notes {
		s.Notes[n.Kind.String()]++
	}
	for _, u := range r.Canaries {
		s.Unmet = append(s.Unmet, u.Why)
	}
	s.observed(r)
	return s
}

// observed keeps what only the mode has stopped: in mode observe that is the first brake
// that a change meets, so it is all that was planned.
func (s *summary) observed(r *Report) {
	if r.Mode != guard.Observe.String() {
		return
	}
	s.WouldBe = map[string]int{}
	for _, w := range r.Withheld {
		c := w.Change
		s.WouldBe[c.Op.String()]++
		if len(s.Would) < wouldKept {
			s.Would = append(s.Would, would{
				c.Key, c.Op, c.Person.Source, c.Person.ID, string(c.Email), c.Account, c.Folder, c.Path, c.From, c.To, c.Rules(),
			})
		}
	}
}
