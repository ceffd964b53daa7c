package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// jsonThen is the answer of why --at for a script to read.
type jsonThen struct {
	At      time.Time      `json:"at"`
	Folder  string         `json:"folder,omitempty"`
	Answers []jsonThenWhom `json:"answers"`
}

type jsonThenWhom struct {
	Person   string     `json:"person,omitempty"`
	Account  string     `json:"account,omitempty"`
	Email    string     `json:"email,omitempty"`
	Name     string     `json:"name,omitempty"`
	Existed  bool       `json:"existed"`
	Status   string     `json:"status,omitempty"`
	Unknown  []string   `json:"unknown,omitempty"` // what was not observed then
	Observed time.Time  `json:"last_seen,omitzero"`
	Held     []jsonHeld `json:"held"`
	Changes  []jsonDone `json:"changes"`
}

// jsonHeld is a role that was held.
type jsonHeld struct {
	Folder    string    `json:"folder"`
	Path      string    `json:"path,omitempty"`
	Role      string    `json:"role"`
	Giver     string    `json:"giver"` // us, adopted, disowned, inherited or hand
	Origin    string    `json:"inherited_from,omitempty"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until,omitzero"`
	By        string    `json:"by,omitempty"`
	ByAccount string    `json:"by_account,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	Run       int64     `json:"run,omitempty"`
	Rules     []string  `json:"rules,omitempty"`
	Groups    []string  `json:"groups,omitempty"`
}

func newJSONThen(answers []history.Then, atlas *history.Atlas, folder string, at time.Time) jsonThen {
	out := jsonThen{At: at, Folder: folder, Answers: []jsonThenWhom{}}
	for _, t := range answers {
		j := jsonThenWhom{
			Account: t.Account.ID, Email: string(t.Account.Email), Name: t.Account.Name, Existed: t.Existed,
			Observed: t.Observed, Held: []jsonHeld{}, Changes: newJSONDone(t.Changes),
		}
		if t.Person != (access.PersonID{}) {
			j.Person = t.Person.String()
		}
		if t.Existed {
			j.Status = t.Account.Status.String()
		}
		if t.Unknown != nil {
			j.Unknown = append(j.Unknown, t.Unknown.Error())
		}
		for _, u := range t.Unseen {
			j.Unknown = append(j.Unknown, u.Error())
		}
		for _, h := range t.Held {
			j.Held = append(j.Held, newJSONHeld(h, atlas))
		}
		out.Answers = append(out.Answers, j)
	}
	return out
}

func newJSONHeld(h history.Held, atlas *history.Atlas) jsonHeld {
	j := jsonHeld{
		Folder: h.Grant.Folder, Path: atlas.Path(h.Grant.Folder), Role: h.Grant.Role, Giver: giverNames[h.Giver], Origin: h.Grant.Origin,
		Since: h.Begun, Until: h.Until, By: string(h.By.Email), ByAccount: h.By.ID, Created: h.Grant.Created,
		Rules: h.Rules, Groups: groupIDs(h.Via),
	}
	if h.Change != nil {
		j.Run = h.Change.Run
	}
	if h.Decree != nil {
		j.Run = h.Decree.ID
	}
	return j
}

// giverNames are the words of scripts and spreadsheets for where a role came from.
var giverNames = map[history.Giver]string{
	history.Somebody: "hand", history.Us: "us", history.Adopted: "adopted", history.Disowned: "disowned", history.Inherited: "inherited",
}
