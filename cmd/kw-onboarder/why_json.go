package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// jsonWhy is an explanation for a script to read: the contract of --output json.
type jsonWhy struct {
	Folder  string       `json:"folder,omitempty"`
	Taken   time.Time    `json:"taken"`
	Offline bool         `json:"offline,omitempty"`
	Answers []jsonAnswer `json:"answers"`
}

type jsonAnswer struct {
	Answer   string         `json:"answer"` // the first line of the text
	Person   string         `json:"person"`
	Email    string         `json:"email,omitempty"`
	DN       string         `json:"dn"`
	Standing string         `json:"standing"`
	Skipped  string         `json:"skipped,omitempty"`
	Account  jsonAsked      `json:"account"`
	Folders  []jsonSpot     `json:"folders"`
	Rules    []jsonRule     `json:"rules"`
	Now      *jsonKiteworks `json:"kiteworks,omitempty"`
	Doubts   []jsonDoubt    `json:"doubts,omitempty"` // where Kiteworks was not asked
}

type jsonDoubt struct {
	Why     string   `json:"why"`
	Folders []string `json:"folders,omitempty"` // absent: it is about the account
}

type jsonAsked struct {
	Wanted   bool         `json:"wanted"`
	Rules    []string     `json:"rules"`
	Profiles []jsonChoice `json:"profiles,omitempty"` // the first counts
	Names    []jsonChoice `json:"names,omitempty"`
}

type jsonChoice struct {
	Rule  string `json:"rule"`
	Value string `json:"value"`
}

type jsonSpot struct {
	Path      string      `json:"path"`
	As        string      `json:"as"`
	Claims    []jsonClaim `json:"claims,omitempty"` // the first counts
	Read      bool        `json:"read,omitempty"`   // its members were read: without `has` there is no role
	Has       string      `json:"has,omitempty"`
	Inherited bool        `json:"inherited,omitempty"`
	Ours      bool        `json:"ours,omitempty"`
	Open      string      `json:"undecided,omitempty"` // why
}

type jsonClaim struct {
	Rule string `json:"rule"`
	Role string `json:"role"`
}

type jsonRule struct {
	Rule    string      `json:"rule"`
	Outcome string      `json:"outcome"`
	Parts   []jsonPart  `json:"parts"`
	Held    []string    `json:"held,omitempty"`
	Grants  []jsonGrant `json:"grants,omitempty"`
	Offers  []jsonOffer `json:"offers,omitempty"`
}

type jsonPart struct {
	Key     string              `json:"key"`
	Text    string              `json:"text,omitempty"`
	Holds   bool                `json:"holds"`
	Decided string              `json:"decided_by,omitempty"`
	Seen    map[string][]string `json:"seen,omitempty"`
	Ways    [][]string          `json:"ways,omitempty"` // for each group that the person is in, from the one that lists them
	Why     string              `json:"undecided,omitempty"`
}

type jsonGrant struct {
	Role  string    `json:"role"`
	Path  string    `json:"path,omitempty"`
	Time  string    `json:"time"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

type jsonOffer struct {
	Role   string `json:"role"`
	Path   string `json:"path,omitempty"`
	Group  string `json:"group,omitempty"`
	Member bool   `json:"member,omitempty"`
	Why    string `json:"unknown,omitempty"`
}

type jsonKiteworks struct {
	Account  *jsonAccount `json:"account,omitempty"`
	Left     *jsonLeft    `json:"left,omitempty"` // the person has left
	Unasked  []jsonSpot   `json:"unasked_grants,omitempty"`
	Open     []jsonSpot   `json:"undecided_grants,omitempty"` // ours, and whether a rule asks for them is not known
	Changes  []jsonChange `json:"changes"`
	Withheld []jsonChange `json:"withheld"`
	Notes    []jsonNote   `json:"notes"`
}

// jsonLeft is how somebody has left, and how far their ladder has come.
type jsonLeft struct {
	Exit  string     `json:"exit"`
	Since time.Time  `json:"since"`
	Why   string     `json:"why,omitempty"` // who ordered it, and the reason
	Steps []jsonStep `json:"steps"`
}

type jsonStep struct {
	Do       string    `json:"do"`
	Due      time.Time `json:"due"`
	Progress string    `json:"progress"` // done, planned, withheld, waits, later
	Why      string    `json:"why,omitempty"`
	DataTo   string    `json:"data_to,omitempty"`
}

func newJSONLeft(d *kwsync.Departure) *jsonLeft {
	if d == nil {
		return nil
	}
	out := &jsonLeft{Exit: string(d.Exit), Since: d.Since.UTC(), Why: d.Why, Steps: []jsonStep{}}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, jsonStep{Do: s.Do.String(), Due: s.At.UTC(), Progress: string(s.Progress), Why: s.Why, DataTo: s.DataTo})
	}
	return out
}

type jsonAccount struct {
	ID      string `json:"id"`
	Profile string `json:"profile,omitempty"`
	Kind    string `json:"kind"`
	Status  string `json:"status"`
}

func newJSONWhy(w *kwsync.Why) jsonWhy {
	out := jsonWhy{Folder: string(w.Folder), Taken: w.Taken, Answers: []jsonAnswer{}}
	for i := range w.Answers {
		a := &w.Answers[i]
		out.Offline = a.Now == nil
		j := jsonAnswer{
			Answer: whyText{why: w, a: a}.headline(), Person: a.Person.ID.String(), Email: string(a.Person.Email), DN: a.Person.DN,
			Standing: a.Person.Standing.String(), Skipped: a.Skipped, Folders: []jsonSpot{}, Rules: []jsonRule{},
			Account: jsonAsked{Wanted: a.Account.Wanted, Rules: append([]string{}, a.Account.Rules...)},
		}
		j.Account.Profiles, j.Account.Names = newJSONChoices(a.Account.Profiles), newJSONChoices(a.Account.Names)
		for _, s := range a.Spots {
			j.Folders = append(j.Folders, newJSONSpot(s))
		}
		for _, r := range a.Rules {
			j.Rules = append(j.Rules, newJSONRule(r, a.Ways))
		}
		j.Now, j.Doubts = newJSONKiteworks(a.Now), newJSONDoubts(a.Doubts)
		out.Answers = append(out.Answers, j)
	}
	return out
}

func newJSONChoices(all []kwsync.Choice) (out []jsonChoice) {
	for _, c := range all {
		out = append(out, jsonChoice{Rule: c.Rule, Value: c.Value})
	}
	return out
}

func newJSONDoubts(all []kwsync.Doubt) (out []jsonDoubt) {
	for _, d := range all {
		j := jsonDoubt{Why: d.Why}
		for _, path := range d.On {
			j.Folders = append(j.Folders, string(path))
		}
		out = append(out, j)
	}
	return out
}

func newJSONSpot(s kwsync.Spot) jsonSpot {
	out := jsonSpot{Path: string(s.Path), As: s.As, Read: s.Read, Has: s.Has, Inherited: s.Inherited, Ours: s.Ours, Open: s.Open}
	for _, c := range s.Claims {
		out.Claims = append(out.Claims, jsonClaim{Rule: c.Rule, Role: c.Role})
	}
	return out
}

func newJSONRule(r kwsync.Reasoning, ways map[access.GroupID][]string) jsonRule {
	out := jsonRule{Rule: r.Rule, Outcome: r.Outcome.String(), Parts: []jsonPart{}, Held: r.Held}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, newJSONPart(p, ways))
	}
	for _, g := range r.Grants {
		out.Grants = append(out.Grants, jsonGrant{
			Role: g.Wish.Role, Path: string(g.Wish.Place.Path), Time: g.Term.Phase.String(), From: g.Term.From, Until: g.Term.Until,
		})
	}
	for _, o := range r.Offers {
		out.Offers = append(out.Offers, jsonOffer{Role: o.Role, Path: spelt(o.Place), Group: o.Named, Member: o.Member, Why: o.Why})
	}
	return out
}

func newJSONPart(p rules.Part, ways map[access.GroupID][]string) jsonPart {
	out := jsonPart{Key: p.Key, Text: p.Text, Holds: p.Holds, Decided: p.Decided, Why: p.Why}
	for _, s := range p.Seen {
		if out.Seen == nil {
			out.Seen = map[string][]string{}
		}
		out.Seen[s.Attribute] = append([]string{}, s.Values...)
	}
	for _, g := range p.Groups {
		if way := ways[g]; len(way) > 0 {
			out.Ways = append(out.Ways, way)
		}
	}
	return out
}

func newJSONKiteworks(n *kwsync.Now) *jsonKiteworks {
	if n == nil {
		return nil
	}
	out := &jsonKiteworks{Changes: []jsonChange{}, Withheld: []jsonChange{}, Notes: []jsonNote{}, Left: newJSONLeft(n.Leaver)}
	if a := n.Account; a != nil {
		out.Account = &jsonAccount{ID: a.ID, Profile: a.Profile, Kind: a.Kind.String(), Status: a.Status.String()}
	}
	for _, s := range n.Left {
		if s.Open == "" {
			out.Unasked = append(out.Unasked, newJSONSpot(s))
		} else {
			out.Open = append(out.Open, newJSONSpot(s))
		}
	}
	for _, c := range n.Changes {
		out.Changes = append(out.Changes, newJSONChange(c))
	}
	for _, w := range n.Withheld {
		j := newJSONChange(w.Change)
		j.Why = w.Why
		out.Withheld = append(out.Withheld, j)
	}
	for _, note := range n.Notes {
		out.Notes = append(out.Notes, newJSONNote(note))
	}
	return out
}
