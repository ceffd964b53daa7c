package history

import (
	"context"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Aftermath is what has become of the changes that a run in mode observe would have made.
type Aftermath struct {
	Fates    []Fate    // in the order of the changes
	Observed time.Time // when Kiteworks had last been read as a whole; zero: that is not known
}

// Fate is what has become of one change.
type Fate struct {
	plan.Would
	So      bool   // it is as the change wanted it, though the run has not made it
	Held    *Held  // the role that is held now, and where it came from; nil: none is, or it is no matter of a role
	Unknown string // why nobody knows; "": it is known
}

// So counts the changes that have come about.
func (a Aftermath) So() (n int) {
	for _, f := range a.Fates {
		if f.So {
			n++
		}
	}
	return n
}

// Aftermath compares changes with the last known state. It looks at the folders that are
// observed: nobody knows of the others.
func (b Book) Aftermath(ctx context.Context, all []plan.Would, now time.Time) (a Aftermath, err error) {
	p, err := b.past(ctx, now)
	if err != nil {
		return a, err
	}
	a.Observed = p.observed
	w := whereabouts{past: p, book: b, folders: map[string]string{}}
	if err := w.look(ctx, all); err != nil {
		return a, err
	}
	for _, change := range all {
		f, err := w.fate(ctx, change)
		if err != nil {
			return a, err
		}
		a.Fates = append(a.Fates, f)
	}
	return a, nil
}

// whereabouts is the last known state of those whom changes are about.
type whereabouts struct {
	past
	book    Book
	state   access.State
	memory  plan.Memory
	folders map[string]string // id by path, folded
}

func (w *whereabouts) look(ctx context.Context, all []plan.Would) (err error) {
	var of plan.Scope
	for _, c := range all {
		if id := personOf(c); id != (access.PersonID{}) && !slices.Contains(of.People, id) {
			of.People, of.Emails = append(of.People, id), append(of.Emails, c.Email)
		}
	}
	if w.memory, err = w.book.Ledger.Recall(ctx, &of); err != nil {
		return err
	}
	if w.state, err = w.book.Ledger.Observed(ctx, &of, nil); err != nil {
		return err
	}
	catalog, err := w.book.Ledger.Catalog(ctx)
	if err != nil || catalog == nil {
		return err
	}
	for _, f := range catalog.Folders {
		w.folders[f.Path.Fold()] = f.ID
	}
	return nil
}

func personOf(c plan.Would) access.PersonID {
	return access.PersonID{Source: c.Source, ID: c.Person}
}

// account is the one that the change is about, or that has since come to be; "": there is none.
func (w *whereabouts) account(c plan.Would) string {
	id := c.Account
	if l, linked := w.memory.Links[personOf(c)]; linked && id == "" {
		id = l.Account
	}
	for _, a := range w.state.Accounts {
		if a.Status != access.Deleted && (a.ID == id || id == "" && a.Email == c.Email) {
			return a.ID
		}
	}
	return ""
}

func (w *whereabouts) fate(ctx context.Context, c plan.Would) (f Fate, err error) {
	f.Would = c
	folder := c.Folder
	if folder == "" {
		folder = w.folders[c.Path.Fold()]
	}
	account := w.account(c)
	switch c.Op {
	case plan.CreateFolder:
		f.So = folder != ""
	case plan.CreateAccount:
		f.So = account != ""
	case plan.Grant, plan.Raise, plan.Lower, plan.Revoke:
		if account != "" && folder != "" {
			err = w.role(ctx, &f, account, folder)
		}
	default:
		f.So, f.Unknown = w.settled(c)
	}
	return f, err
}

// settled says whether an account is as a change of it wanted it, or why nobody knows.
func (w *whereabouts) settled(c plan.Would) (so bool, unknown string) {
	at := slices.IndexFunc(w.state.Accounts, func(a access.Account) bool { return a.ID == c.Account })
	if at < 0 {
		return false, "the account is no longer known"
	}
	return like(&w.state.Accounts[at], c), ""
}

func like(a *access.Account, c plan.Would) bool {
	switch c.Op {
	case plan.Suspend:
		return a.Status == access.Suspended
	case plan.Unsuspend:
		return a.Status == access.Live || a.Status == access.Unverified
	case plan.Rename:
		return string(a.Email) == c.To
	case plan.SetName:
		return a.Name == c.To
	case plan.SetProfile:
		return a.Profile == c.To
	default:
		return a.Status == access.Deleted
	}
}

// role fills in the role that is held now.
func (w *whereabouts) role(ctx context.Context, f *Fate, account, folder string) error {
	if !slices.Contains(w.state.Of.Folders, folder) {
		f.Unknown = "nobody looks at the folder"
		return nil
	}
	all, err := w.book.Ledger.Stretches(ctx, "", account)
	if err != nil {
		return err
	}
	around := slices.DeleteFunc(all, func(s ledger.Stretch) bool { return s.Grant.Folder != folder })
	at := slices.IndexFunc(around, func(s ledger.Stretch) bool { return s.Until.IsZero() })
	if at < 0 {
		f.So = f.Op == plan.Revoke
		return nil
	}
	changes, err := w.book.Ledger.History(ctx, ledger.Subject{Account: account}, folder, w.at)
	if err != nil {
		return err
	}
	held := []Held{ours{at: w.at, changes: changes, decrees: w.decrees, owned: w.memory.Owned}.held(around[at], around)}
	if err := w.book.givers(ctx, held, w.at); err != nil {
		return err
	}
	f.Held, f.So = &held[0], held[0].Grant.Role == f.To
	return nil
}
