package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/impact"
)

// jsonDiff is a comparison, whole.
type jsonDiff struct {
	Result   string           `json:"result"` // same or different
	Old      jsonDiffSide     `json:"old"`
	New      jsonDiffSide     `json:"new"`
	Snapshot jsonDiffSnapshot `json:"snapshot"`
	Notes    []string         `json:"notes"`
	People   jsonDiffCounts   `json:"people"`
	Rules    []jsonDiffRule   `json:"rules"`
	Changes  []jsonDiffChange `json:"changes"`
}

type jsonDiffSide struct {
	File  string `json:"file"`
	Hash  string `json:"hash"`
	Rules int    `json:"rules"`
}

type jsonDiffSnapshot struct {
	File     string    `json:"file"`
	Taken    time.Time `json:"taken"`
	Redacted bool      `json:"redacted"`
	People   int       `json:"people"`
}

// jsonDiffCounts is people, each once in each.
type jsonDiffCounts struct {
	Different int `json:"different"`
	Gain      int `json:"gain"`
	Doubt     int `json:"in_doubt"`
	Lose      int `json:"lose"`
	Change    int `json:"change"`
	Anew      int `json:"new_accounts"`
	Keep      int `json:"keep"`
	Held      int `json:"held"`
	Released  int `json:"released"`
}

type jsonDiffRule struct {
	Name   string         `json:"name"`
	Only   string         `json:"only,omitempty"` // new or removed
	People jsonDiffCounts `json:"people"`
}

type jsonDiffChange struct {
	What     string           `json:"what"` // account, profile, name, mail, folder, hold
	Way      string           `json:"way"`  // gains, stronger, differs, weaker, loses, waits
	Folder   string           `json:"folder,omitempty"`
	FolderID string           `json:"folder_id,omitempty"`
	From     string           `json:"from,omitempty"`
	To       string           `json:"to,omitempty"`
	Rules    []string         `json:"rules"`
	Note     string           `json:"note,omitempty"`
	Not      string           `json:"not_applied,omitempty"` // why the newer configuration leaves it
	Common   bool             `json:"common,omitempty"`      // it lies with the rule, and is the same for everybody
	People   []jsonDiffPerson `json:"people"`
}

type jsonDiffPerson struct {
	ID    string `json:"id"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	DN    string `json:"dn"`
}

func newJSONDiff(d *comparison) jsonDiff {
	out := jsonDiff{
		Result: "same", Old: newJSONDiffSide(d.older), New: newJSONDiffSide(d.newer),
		Snapshot: jsonDiffSnapshot{File: d.file, Taken: d.snapshot.Snapshot.Taken, Redacted: d.snapshot.Redacted, People: d.People},
		Notes:    append([]string{}, d.caveats()...), People: newJSONDiffCounts(d.Totals), Rules: []jsonDiffRule{}, Changes: []jsonDiffChange{},
	}
	if d.Different() {
		out.Result = "different"
	}
	for _, r := range d.Rules {
		out.Rules = append(out.Rules, jsonDiffRule{Name: r.Name, Only: onlyOne(r), People: newJSONDiffCounts(r.Counts)})
	}
	for i := range d.Changes {
		change := newJSONDiffChange(&d.Changes[i])
		change.Not = d.unapplied(&d.Changes[i])
		out.Changes = append(out.Changes, change)
	}
	return out
}

func newJSONDiffSide(cfg *config.Config) jsonDiffSide {
	return jsonDiffSide{File: cfg.File, Hash: cfg.Hash, Rules: cfg.Set.Len()}
}

func newJSONDiffCounts(c impact.Counts) jsonDiffCounts {
	return jsonDiffCounts{Different: c.Touched, Gain: c.Gain, Doubt: c.Doubt, Lose: c.Lose, Change: c.Change, Anew: c.Anew, Keep: c.Wait, Held: c.Held, Released: c.Released}
}

func newJSONDiffChange(c *impact.Change) jsonDiffChange {
	out := jsonDiffChange{
		What: c.What.String(), Way: c.Way.String(), Folder: string(c.Folder.Path), FolderID: c.Folder.ID, From: c.From, To: c.To,
		Rules: c.Rules, Note: c.Note, Common: c.Common,
	}
	for _, p := range c.People {
		out.People = append(out.People, jsonDiffPerson{ID: p.ID.String(), Email: string(p.Email), Name: p.Name, DN: p.DN})
	}
	return out
}
