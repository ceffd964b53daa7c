package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Question is what somebody wants to have explained.
type Question struct {
	Person string      // e-mail, id or DN
	Folder access.Path // "": everything
}

// Why is why one person has, or has not, what they have.
type Why struct {
	Folder  access.Path // what the question was about; "": everything
	Taken   time.Time   // when the directory was read
	Answers []Answer    // one for each person of the name: two may share an address
}

// Answer is what the rules, and Kiteworks, say of one person.
type Answer struct {
	Person  access.Person
	Skipped string // why the person as a whole is not acted on; "": it is
	Rules   []Reasoning
	Spots   []Spot
	Account Asked
	Leads   []rules.Lead                // to the folder in question, if nothing leads there now
	Near    access.Path                 // a folder that may have been meant in place of it; "": none
	Ways    map[access.GroupID][]string // how the person came into a group: names, up to the group's own
	Now     *Now                        // nil: Kiteworks was not asked
	Doubts  []Doubt                     // where it was not asked
}

// Reasoning is what became of one rule, and what it would give.
type Reasoning struct {
	rules.Explanation
	Offers []rules.Offer
}

// Spot is one folder on which rules give the person a role.
type Spot struct {
	Path      access.Path
	As        string
	Claims    []Claim // the strongest role first: it counts
	There     bool    // the folder exists
	Read      bool    // its members were read
	Has       string  // the role there now; "": none
	Inherited bool    // that role comes from a folder above
	Ours      bool    // it is as we have given it
	Stronger  bool    // that role is stronger than what the rules give
	Open      string  // of what is left: why it is not known whether a rule asks for it; "": none does any more
}

// Claim is the role that one rule gives on a folder.
type Claim struct {
	Rule string
	Role string
	Rank int // by the server; 0 if it has no such role
}

// Asked is what the rules say of the account. Of profiles and names the first counts.
type Asked struct {
	Wanted   bool
	Rules    []string
	Profiles []Choice
	Names    []Choice
}

// Choice is what one rule says.
type Choice struct{ Rule, Value string }

// Now is what Kiteworks has, and what a run would make of it.
type Now struct {
	Account  *access.Account // nil: there is none
	Left     []Spot          // by the ledger ours, where no rule gives anything now: by path, without claims
	Leaver   *Departure      // nil: the person has not left, as far as is known
	Changes  []plan.Change
	Withheld []guard.Withheld
	Notes    []plan.Note
}

// Why reads the directory and Kiteworks and explains what one person has there, in
// the folder or everywhere.
func (p *Planner) Why(ctx context.Context, question Question) (Why, error) {
	if err := p.validate(); err != nil {
		return Why{}, err
	}
	if question.Person == "" {
		return Why{}, errors.New("name the person to explain")
	}
	v, memory, err := p.inquire(ctx, question.Person)
	if err != nil {
		return Why{}, err
	}
	q := inquiry{
		question: question, now: p.Now(), bound: v.bound, snapshot: v.snapshot,
		places: newLocator(v.catalog, memory.Folders), view: v, memory: memory,
	}
	return q.answer()
}

// inquire looks at somebody as a run does. Who is in the directory no more is known by the
// address of the account that was theirs.
func (p *Planner) inquire(ctx context.Context, name string) (*view, plan.Memory, error) {
	v, memory, err := p.view(ctx, name)
	if !errors.As(err, new(unknown)) {
		return v, memory, err
	}
	id, found, failed := p.former(ctx, memory, name)
	if failed != nil || !found {
		return v, memory, errors.Join(err, failed)
	}
	return p.view(ctx, id.String())
}

func (p *Planner) view(ctx context.Context, name string) (*view, plan.Memory, error) {
	trigger := Trigger{Name: "why", Full: true, Named: []string{name}}
	report := p.begin(trigger)
	v := &view{planner: p, report: &report, trigger: trigger}
	defer v.close()
	memory, err := v.judge(ctx, nil)
	return v, memory, err
}

// former finds whose account has an address.
func (p *Planner) former(ctx context.Context, m plan.Memory, name string) (id access.PersonID, found bool, err error) {
	email, err := access.ParseEmail(name)
	if err != nil {
		return id, false, nil // it is none
	}
	st, err := p.Reader.Observe(ctx, nil)
	if err != nil {
		return id, false, fmt.Errorf("read Kiteworks: %w", err)
	}
	for _, l := range m.Links {
		for i := range st.Accounts {
			if a := &st.Accounts[i]; a.ID == l.Account && a.Email == email {
				return l.Person, true, nil
			}
		}
	}
	return id, false, nil
}

// Explain answers from what was seen earlier. Kiteworks is not asked: what is
// there now, and what a run would do, is not known.
func Explain(set *rules.Set, seen Survey, question Question, now time.Time) (Why, error) {
	q := inquiry{
		question: question, now: now, snapshot: seen.Snapshot, places: newLocator(seen.Catalog, seen.Folders), catalog: seen.Catalog, pins: seen.Folders,
		bound: set.Bind(seen.Snapshot, rules.Known{Groups: seen.Groups}),
	}
	return q.answer()
}
