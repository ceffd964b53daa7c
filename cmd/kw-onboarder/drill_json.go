package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// jsonDrill is a drill for a script to read.
type jsonDrill struct {
	Snapshot  string         `json:"snapshot"`
	Taken     time.Time      `json:"taken"`
	Seed      uint64         `json:"seed"`
	Mode      guard.Mode     `json:"mode"` // in which the exercises were planned
	Caveat    string         `json:"caveat"`
	Exercises []jsonExercise `json:"exercises"`
}

// jsonExercise is one exercise; of one that was not tried there are only the first three.
type jsonExercise struct {
	Name     string         `json:"name"`
	What     string         `json:"what"`
	NotTried string         `json:"not_tried,omitempty"` // why
	People   int            `json:"people"`
	Groups   int            `json:"groups"`
	Canaries []string       `json:"canaries_unmet"`
	Frozen   []jsonFrozen   `json:"frozen"`
	Parked   []jsonBlocked  `json:"parked"`
	Withheld []jsonBlocked  `json:"withheld"`
	Held     int            `json:"undecided"` // rules, for single people
	Pass     map[string]int `json:"would_pass"`
	Left     int            `json:"left"` // grants of ours that no rule asks for any more, and that stay
}

type jsonFrozen struct {
	Rule   string `json:"rule"`
	Why    string `json:"why"`
	People int    `json:"people"`
}

// jsonBlocked is what one brake stops.
type jsonBlocked struct {
	Brake   string `json:"brake"`
	Kind    string `json:"kind,omitempty"` // if it is parked
	Rule    string `json:"rule,omitempty"`
	Exit    string `json:"exit,omitempty"` // how the people have left whom it concerns
	Why     string `json:"why"`
	Changes int    `json:"changes"`
}

func newJSONDrill(d drillCmd, f snapshot.File, mode guard.Mode, all []drilled) jsonDrill {
	out := jsonDrill{Snapshot: d.Snapshot, Taken: f.Snapshot.Taken, Seed: d.Seed, Mode: mode, Caveat: drillEnd(mode)}
	for _, e := range all {
		j := jsonExercise{Name: e.Name, What: e.What, NotTried: e.Why}
		if e.report != nil {
			j.fill(e.report)
		}
		out.Exercises = append(out.Exercises, j)
	}
	return out
}

func (j *jsonExercise) fill(r *kwsync.Report) {
	j.People, j.Groups, j.Held, j.Pass, j.Left = r.People, r.Groups, r.Notes(plan.NoteHeld), passing(r), len(r.Plan.Unasked)
	j.Canaries, j.Frozen, j.Parked, j.Withheld = []string{}, []jsonFrozen{}, []jsonBlocked{}, []jsonBlocked{}
	for _, u := range r.Canaries {
		j.Canaries = append(j.Canaries, u.Why)
	}
	for _, b := range kwsync.Gather(r.Plan.Notes, plan.NoteBlocked) {
		j.Frozen = append(j.Frozen, jsonFrozen{b.Rule, b.Why, b.People})
	}
	for _, p := range r.Parked {
		j.Parked = append(j.Parked, jsonBlocked{string(p.Brake), string(p.Kind), p.Rule, string(p.Exit), p.Why, len(p.Changes)})
	}
	for _, w := range stoppedBy(r) {
		j.Withheld = append(j.Withheld, jsonBlocked{Brake: string(w.Brake), Why: w.Why, Changes: w.Count})
	}
}
