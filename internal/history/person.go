package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Then is what is known of one person or account at a moment.
type Then struct {
	ledger.Subject
	At       time.Time
	Account  access.Account // as it was then, or nearest to then; only its id if it was never observed
	Existed  bool           // it was there then
	Unknown  *Unobserved    // why nothing is known of the accounts then; nil: they were observed
	Held     []Held         // the roles held then
	Unseen   []*Unobserved  // folders that were asked about, or where a role was seen before, and nobody looked then
	Changes  []Change       // of ours until then, the oldest first
	Observed time.Time      // when Kiteworks had last been read as a whole; zero: that is not known

	asked bool // about certain folders
}

// Ask is what is asked of the past: a person by any name, on one folder or, if it is
// "", on all.
type Ask struct {
	Person, Folder string
	At             time.Time
}

// Then answers for each who was known by that name.
func (b Book) Then(ctx context.Context, a Ask) (answers []Then, atlas *Atlas, err error) {
	who, err := b.Ledger.Find(ctx, a.Person)
	if err != nil {
		return nil, nil, err
	}
	if len(who) == 0 {
		return nil, nil, unknown("the ledger knows nobody with the e-mail or id %q: "+
			"whom no rule has ever given anything is known only if Kiteworks had an account for them", a.Person)
	}
	if atlas, err = b.Atlas(ctx); err != nil {
		return nil, nil, err
	}
	var folders []string
	if a.Folder != "" {
		if folders, err = atlas.find(a.Folder); err != nil {
			return nil, nil, err
		}
	}
	past, err := b.past(ctx, a.At)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range who {
		t, err := b.then(ctx, w, folders, atlas, past)
		if err != nil {
			return nil, nil, err
		}
		answers = append(answers, t)
	}
	return answers, atlas, nil
}

// past is what the runs tell of a moment.
type past struct {
	at       time.Time
	decrees  []Run // until then, the newest first
	observed time.Time
}

func (b Book) past(ctx context.Context, at time.Time) (past, error) {
	p := past{at: at}
	err := b.walk(ctx, func(r Run) bool {
		switch {
		case r.Started.After(at):
		case r.Decree:
			p.decrees = append(p.decrees, r)
		case p.observed.IsZero() && r.Full && len(r.Named) == 0 && r.Error == "":
			p.observed = r.Started
		}
		return false
	})
	return p, err
}

func (b Book) then(ctx context.Context, who ledger.Subject, folders []string, atlas *Atlas, p past) (Then, error) {
	t := Then{Subject: who, At: p.at, Observed: p.observed, asked: len(folders) > 0, Account: access.Account{ID: who.Account}}
	changes, err := b.Ledger.History(ctx, who, "", p.at)
	if err != nil {
		return t, err
	}
	t.Changes = slices.DeleteFunc(slices.Clone(changes), func(r Change) bool {
		return len(folders) > 0 && r.Change.Folder != "" && !slices.Contains(folders, r.Change.Folder)
	})
	if who.Account == "" {
		return t, nil
	}
	if err := b.account(ctx, &t); err != nil || t.Unknown != nil {
		return t, err
	}
	memory, err := b.Ledger.Recall(ctx, &plan.Scope{People: []access.PersonID{who.Person}})
	if err != nil {
		return t, err
	}
	return t, b.held(ctx, &t, folders, atlas, ours{at: p.at, changes: changes, decrees: p.decrees, owned: memory.Owned})
}

// account fills in what the account was, and whether anything is known of then.
func (b Book) account(ctx context.Context, t *Then) error {
	nearest, err := b.Ledger.AccountsAt(ctx, []string{t.Subject.Account}, t.At)
	if err != nil {
		return err
	}
	if a, known := nearest[t.Subject.Account]; known {
		t.Account = a
	}
	t.Existed, err = b.Ledger.Existed(ctx, t.Subject.Account, t.At)
	if t.Unknown = b.unobserved(err, "the list of accounts"); t.Unknown != nil {
		return nil
	}
	return err
}

// held fills in the roles, and where each came from.
func (b Book) held(ctx context.Context, t *Then, folders []string, atlas *Atlas, o ours) error {
	all, err := b.Ledger.Stretches(ctx, "", t.Subject.Account)
	if err != nil {
		return err
	}
	byFolder := map[string][]ledger.Stretch{}
	for _, s := range all {
		byFolder[s.Grant.Folder] = append(byFolder[s.Grant.Folder], s)
	}
	if len(folders) == 0 {
		folders = slices.Collect(maps.Keys(byFolder))
	}
	slices.SortFunc(folders, func(a, b string) int {
		return cmp.Or(cmp.Compare(atlas.Path(a), atlas.Path(b)), cmp.Compare(a, b))
	})
	for _, f := range folders {
		if err := b.heldOn(ctx, t, f, byFolder[f], atlas, o); err != nil {
			return err
		}
	}
	return b.givers(ctx, t.Held, t.At)
}

// heldOn fills in the role on one folder. While nobody looks at a folder, what was seen
// of it before proves nothing; what we gave before anybody ever looked is known all the same.
func (b Book) heldOn(ctx context.Context, t *Then, folder string, around []ledger.Stretch, atlas *Atlas, o ours) error {
	err := b.Ledger.Looked(ctx, folder, t.At)
	unseen := b.unobserved(err, atlas.Path(folder))
	if err != nil && unseen == nil {
		return err
	}
	i := slices.IndexFunc(around, func(s ledger.Stretch) bool { return covers(s, t.At) })
	if unseen != nil && (i >= 0 || t.asked) {
		t.Unseen = append(t.Unseen, unseen)
	}
	if i < 0 {
		return nil
	}
	h := o.held(around[i], around)
	if unseen == nil || h.Giver == Us && unseen.before() {
		t.Held = append(t.Held, h)
	}
	return nil
}

func covers(s ledger.Stretch, at time.Time) bool {
	return !s.Since.After(at) && (s.Until.IsZero() || s.Until.After(at))
}

// givers fills in who gave the roles, as Kiteworks says.
func (b Book) givers(ctx context.Context, held []Held, at time.Time) error {
	var ids []string
	for _, h := range held {
		ids = append(ids, h.Grant.SharedBy)
	}
	accounts, err := b.Ledger.AccountsAt(ctx, ids, at)
	for i := range held {
		held[i].By = accounts[held[i].Grant.SharedBy]
		if held[i].By.ID == "" {
			held[i].By.ID = held[i].Grant.SharedBy
		}
	}
	return err
}
