package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// ownershipFlags say of which grants and accounts adopt and disown speak.
type ownershipFlags struct {
	Folder   *string `help:"Grants on this folder and below it, by its path; or on this folder alone, by its id."`
	Person   *string `help:"Grants of this person: e-mail, id or DN."`
	Rule     *string `help:"Grants that this rule asked for."`
	Accounts bool    `help:"Accounts in place of grants; with --person that one's."`
	All      bool    `help:"All grants and all accounts."`
	Reason   string  `help:"Why; it is kept in the ledger."`
	Yes      bool    `help:"Do it." short:"y"`
}

// ownershipChange is what tells adopt from disown.
type ownershipChange struct {
	verb, done string
	from       func(*kwsync.Ownership) plan.Adoption
	reviews    bool // a restored ledger is relied on again: who does it for all has seen all
	make       func(ctx context.Context, c *config.Config, reason string, a plan.Adoption) error
}

func (f ownershipFlags) run(c *command, change ownershipChange) error {
	selection, err := f.selection(change.verb)
	if err != nil {
		return err
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	planner, closePlanner, err := app.OpenPlanner(c.ctx, cfg, c.watched())
	if err != nil {
		return err
	}
	owned, err := planner.Ownership(c.ctx)
	_ = closePlanner() // it was only read
	if err != nil {
		return err
	}
	chosen, err := owned.Select(change.from(&owned), selection)
	if err != nil {
		return fmt.Errorf("%s: %w", change.verb, err)
	}
	if f.Yes && len(chosen.Grants)+len(chosen.Accounts) > 0 {
		if err := change.make(c.ctx, cfg, f.Reason, chosen); err != nil {
			return err
		}
	}
	var d restoration
	if change.reviews {
		if d, err = review(c, cfg, f.Yes); err != nil {
			return err
		}
	}
	if c.cli.Output == "json" {
		return c.json(newJSONOwnership(&owned, chosen, d, !f.Yes))
	}
	ownershipText{c.out, newPaint(c.out), change, &owned}.print(chosen, f.Yes)
	d.print(c.out, newPaint(c.out))
	return nil
}

// selects says whether anything is said of which grants or accounts it is about.
func (f ownershipFlags) selects() bool {
	return f.Folder != nil || f.Person != nil || f.Rule != nil || f.Accounts || f.All
}

// selection refuses what says nothing, or more than it can mean: an unset variable
// must not become everything.
func (f ownershipFlags) selection(verb string) (s kwsync.Selection, err error) {
	s.Accounts, s.All = f.Accounts, f.All
	narrowed := f.Accounts
	for _, flag := range []struct {
		name  string
		value *string
		to    *string
	}{{"folder", f.Folder, &s.FolderID}, {"person", f.Person, &s.Person}, {"rule", f.Rule, &s.Rule}} {
		if flag.value == nil {
			continue
		}
		narrowed = true
		if *flag.to = strings.TrimSpace(*flag.value); *flag.to == "" {
			return s, usage("%s: --%s is empty: name one, or leave it out", verb, flag.name)
		}
	}
	switch {
	case narrowed == f.All:
		return s, usage("%s: say of what: --folder, --person, --rule or --accounts; or --all, alone", verb)
	case f.Accounts && (f.Folder != nil || f.Rule != nil):
		return s, usage("%s: an account is on no folder and of no rule: leave out --accounts, or --folder and --rule", verb)
	}
	if strings.HasPrefix(s.FolderID, "/") {
		if s.Folder, err = access.ParsePath(s.FolderID); err != nil {
			return s, usage("%s: %v", verb, err)
		}
		s.FolderID = ""
	}
	return s, nil
}

// ownershipText prints what is adopted or disowned, by folder.
type ownershipText struct {
	out    io.Writer
	paint  paint
	change ownershipChange
	owned  *kwsync.Ownership
}

func (t ownershipText) print(a plan.Adoption, done bool) {
	for i, g := range a.Grants {
		if i == 0 || a.Grants[i-1].Folder != g.Folder {
			t.line("%s", t.paint.bold(t.owned.Path(g.Folder)))
		}
		t.line("  %s: %s, rule %s, given by %s", t.owned.Address(g.Account), g.Role, strings.Join(g.Rules(), ", "), t.owned.Giver(g))
	}
	if len(a.Accounts) > 0 {
		t.line("%s", t.paint.bold("Accounts"))
	}
	for _, l := range a.Accounts {
		t.line("  %s", t.owned.Address(l.Account))
	}
	many := fmt.Sprintf("%s and %s", count(len(a.Grants), "grant"), count(len(a.Accounts), "account"))
	switch {
	case len(a.Grants)+len(a.Accounts) == 0:
		t.line("There is nothing of that to %s.", t.change.verb)
	case done:
		t.line("\n%s %s. Kiteworks stays as it is.", many, t.change.done)
	default:
		t.line("\n%s to %s. Nothing was written: say --yes.", many, t.change.verb)
	}
}

func (t ownershipText) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// count is a number and its noun.
func count(n int, noun string) string { return history.Count(n, noun) }
