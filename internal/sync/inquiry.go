package sync

import (
	"cmp"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// inquiry is one question under way.
type inquiry struct {
	question Question
	now      time.Time
	bound    *rules.Bound
	snapshot *access.Snapshot
	places   locator
	catalog  *access.Catalog
	pins     map[access.Place]string
	view     *view // nil: Kiteworks was not asked
	memory   plan.Memory
}

func (q *inquiry) answer() (Why, error) {
	w := Why{Folder: q.question.Folder, Taken: q.snapshot.Taken}
	n := newNaming(q.question.Person)
	for i := range q.snapshot.People {
		if p := &q.snapshot.People[i]; n.means(p) {
			w.Answers = append(w.Answers, q.person(p))
		}
	}
	if q.view != nil {
		for i := range q.view.lost {
			w.Answers = append(w.Answers, q.missing(&q.view.lost[i]))
		}
	}
	if len(w.Answers) == 0 {
		return Why{}, n.nobody(q.snapshot.People)
	}
	return w, nil
}

func (q *inquiry) person(p *access.Person) Answer {
	verdict := q.bound.Evaluate(p, q.now)
	a := Answer{Person: *p, Skipped: verdict.Skipped, Ways: q.ways(p)}
	offers := q.bound.Offers(p)
	for i, e := range q.bound.Explain(p, q.now) {
		a.Account.add(e)
		r, concerns := q.reasoning(e, offers[i])
		if concerns {
			a.Rules = append(a.Rules, r)
		}
		for _, g := range r.Grants {
			if g.Term.Phase == rules.Open {
				a.claim(q.places.spot(g.Wish.Place), Claim{Rule: e.Rule, Role: g.Wish.Role, Rank: q.places.rank(g.Wish.Role)})
			}
		}
	}
	a.Account.Wanted = verdict.Account
	if q.view == nil {
		a.Doubts = q.doubts(&verdict)
	} else {
		a.Now = q.presently(p, &a)
		a.Now.Left = q.left(&a, &verdict)
		a.Now.Leaver = q.departure(p, a.Now)
	}
	if q.question.Folder != "" && len(a.Rules) == 0 {
		a.Leads, a.Near = q.bound.Leads(p, q.now, q.question.Folder), q.near(offers)
	}
	return a
}

// reasoning keeps of a rule what concerns the folder. Without one all rules do,
// but of a pattern only the groups that the person is in.
func (q *inquiry) reasoning(e rules.Explanation, offers []rules.Offer) (r Reasoning, concerns bool) {
	r = Reasoning{Explanation: e}
	if q.question.Folder == "" {
		r.Offers = slices.DeleteFunc(offers, func(o rules.Offer) bool { return o.Group != (access.GroupID{}) && !o.Member })
		return r, true
	}
	r.Offers = slices.DeleteFunc(offers, func(o rules.Offer) bool { return !q.concerns(o.Place) })
	r.Grants = slices.DeleteFunc(e.Grants, func(g rules.GivenGrant) bool { return g.Term.Phase == rules.Open && !q.concerns(g.Wish.Place) })
	return r, len(r.Offers) > 0
}

// concerns says whether a place is the folder in question or above it: a role
// reaches what is below.
func (q *inquiry) concerns(p access.Place) bool {
	return q.question.Folder == "" || q.question.Folder.Under(p.Path) && p.FolderID == "" || q.question.Folder.Under(q.places.path(p))
}

// ways names the groups through which a person is in each of theirs.
func (q *inquiry) ways(p *access.Person) map[access.GroupID][]string {
	ways := map[access.GroupID][]string{}
	for group, chain := range access.Chains(q.snapshot.Groups, p.Groups) {
		var names []string
		for _, g := range chain {
			names = append(names, q.snapshot.Groups[g].Name)
		}
		ways[q.snapshot.Groups[group].ID] = names
	}
	return ways
}

// add keeps what a rule says of the account.
func (a *Asked) add(e rules.Explanation) {
	if e.Account == nil {
		return
	}
	a.Rules = append(a.Rules, e.Rule)
	if e.Account.Profile != "" {
		a.Profiles = append(a.Profiles, Choice{e.Rule, e.Account.Profile})
	}
	if e.Account.Name != "" {
		a.Names = append(a.Names, Choice{e.Rule, e.Account.Name})
	}
}

// claim adds a role to its folder. The strongest comes first, and of equal ones
// that of the earlier rule.
func (a *Answer) claim(at Spot, c Claim) {
	i := slices.IndexFunc(a.Spots, func(s Spot) bool { return s.As == at.As && s.Path.Fold() == at.Path.Fold() })
	if i < 0 {
		i = len(a.Spots)
		a.Spots = append(a.Spots, at)
	}
	s := &a.Spots[i]
	if slices.Contains(s.Claims, c) {
		return
	}
	s.Claims = append(s.Claims, c)
	slices.SortStableFunc(s.Claims, func(a, b Claim) int { return cmp.Compare(b.Rank, a.Rank) })
}

// presently is what Kiteworks has of a person, and what a run would do.
func (q *inquiry) presently(p *access.Person, a *Answer) *Now {
	n := &Now{Account: q.account(p)}
	for i := range a.Spots {
		q.holding(&a.Spots[i], n.Account)
	}
	r := q.view.report
	for _, c := range r.Plan.Changes {
		if q.about(c, p.ID, a) {
			n.Changes = append(n.Changes, c)
		}
	}
	for _, w := range r.Withheld {
		if q.about(w.Change, p.ID, a) {
			n.Withheld = append(n.Withheld, w)
		}
	}
	n.Notes = q.notes(p, a)
	return n
}

// about says whether a change is the person's, or makes a folder that theirs needs.
func (q *inquiry) about(c plan.Change, id access.PersonID, a *Answer) bool {
	if c.Op == plan.CreateFolder {
		return slices.ContainsFunc(a.Spots, func(s Spot) bool { return s.As == c.As && s.Path.Under(c.Path) })
	}
	if c.Path == "" {
		return c.Person == id && (q.question.Folder == "" || len(a.Spots) > 0)
	}
	return c.Person == id && q.concerns(access.Place{Path: c.Path})
}

// notes are what the plan says of the person, and of rules that wait for an
// administrator; what the rules' own reasoning says already is left out.
func (q *inquiry) notes(p *access.Person, a *Answer) []plan.Note {
	said := q.bound.Problems()
	var notes []plan.Note
	for _, n := range q.view.report.Plan.Notes {
		i := slices.IndexFunc(a.Rules, func(r Reasoning) bool { return r.Rule == n.Rule })
		switch {
		case n.Rule != "" && i < 0, n.Person != p.ID && n.Kind != plan.NoteBlocked && n.Kind != plan.NoteRenamed, n.Kind == plan.NoteSkipped && n.Why == a.Skipped:
		case i >= 0 && slices.Contains(a.Rules[i].Held, n.Why):
		case slices.ContainsFunc(said, func(h access.Held) bool { return h.Rule == n.Rule && h.Why == n.Why }):
		default:
			notes = append(notes, n)
		}
	}
	return notes
}

// account is the person's: the linked one, else the one of the address.
func (q *inquiry) account(p *access.Person) *access.Account {
	link, linked := q.memory.Links[p.ID]
	var found *access.Account
	for i := range q.view.state.Accounts {
		switch a := &q.view.state.Accounts[i]; {
		case linked && a.ID == link.Account:
			return a
		case !linked && p.Email != "" && a.Email == p.Email && (found == nil || found.Status == access.Deleted):
			found = a
		}
	}
	return found
}

// holding finds which role an account has on a folder.
func (q *inquiry) holding(s *Spot, a *access.Account) {
	f, found := q.places.find(access.Place{As: s.As, Path: s.Path})
	if !found {
		return
	}
	s.There = true
	s.Read = slices.Contains(q.view.state.Of.Folders, f.ID)
	for _, g := range q.view.state.Grants {
		if a != nil && g.Folder == f.ID && g.Account == a.ID {
			s.Has, s.Inherited = g.Role, g.Origin != ""
			s.Stronger = q.places.rank(g.Role) > s.Claims[0].Rank
			owned, gave := q.memory.Owned[plan.GrantKey{Account: a.ID, Folder: f.ID}]
			s.Ours = gave && owned.Lost == "" && g.Origin == "" && access.FoldName(owned.Role) == access.FoldName(g.Role)
		}
	}
}
