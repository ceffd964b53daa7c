package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type linkCmd struct {
	Person  string `arg:"" optional:"" help:"Whose the account is: e-mail, id or DN."`
	Account string `arg:"" optional:"" help:"The account: its id, or its address at Kiteworks."`
	ByEmail bool   `help:"Everybody of a directory that was built anew, and has new ids: whoever has the address has the account."`
	From    string `help:"The snapshot (snapshot --full) of the directory as it was before; with --by-email." type:"existingfile"`
	Reason  string `help:"Why; it is kept in the ledger, with who you are."`
	Yes     bool   `help:"Do it; without, it is only shown." short:"y"`
}

// Run settles whose an account is.
func (l linkCmd) Run(c *command) error {
	if err := l.valid(); err != nil {
		return err
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if l.ByEmail {
		return l.rebuilt(c, cfg)
	}
	return l.tie(c, cfg)
}

func (l linkCmd) valid() error {
	named := strings.TrimSpace(l.Person) != "" && strings.TrimSpace(l.Account) != ""
	switch {
	case l.ByEmail && (l.Person != "" || l.Account != ""):
		return usage("link: --by-email is about everybody: leave out PERSON and ACCOUNT")
	case l.ByEmail && l.From == "":
		return usage("link: --by-email compares with the directory of before: name its snapshot with --from")
	case !l.ByEmail && l.From != "":
		return usage("link: --from goes with --by-email")
	case !l.ByEmail && !named:
		return usage("link: name PERSON and ACCOUNT, or everybody with --by-email")
	case l.Yes && strings.TrimSpace(l.Reason) == "":
		return usage("link: say with --reason why")
	}
	return nil
}

// tie ties one person to one account.
func (l linkCmd) tie(c *command, cfg *config.Config) error {
	t, err := app.FindTie(c.ctx, cfg, c.watched(), l.Person, l.Account)
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	if l.Yes {
		if err := app.Link(c.ctx, cfg, t, l.Reason); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	if c.cli.Output == "json" {
		return c.json(newJSONTie(t, l.Yes))
	}
	printTie(c.out, t, l.Yes)
	return nil
}

func printTie(out io.Writer, t app.Tie, done bool) {
	verb := "Would tie"
	if done {
		verb = "Tied"
	}
	fmt.Fprintf(out, "%s %s to the account %s (%s, %s).\n", verb, t.Who, t.Account.Email, t.Account.ID, t.Account.Status)
	if t.Owner != (access.PersonID{}) {
		fmt.Fprintf(out, "It was %s's, with all that is ours on it: they have no account then, and get one anew if a rule asks for it.\n", t.Owner)
	}
	if t.Who.Account != "" && t.Who.Account != t.Account.ID {
		fmt.Fprintf(out, "Their account so far, %s, is left as it is, and is nobody's then.\n", t.Who.Account)
	}
	if !done {
		fmt.Fprintln(out, "Nothing was written: say --yes, with a --reason.")
	}
}

// jsonTie is a tie for a script to read.
type jsonTie struct {
	Done    bool   `json:"done"`
	Person  string `json:"person"`
	Account string `json:"account"`
	Address string `json:"address"`
	Owner   string `json:"owner,omitempty"`  // whose it was
	Before  string `json:"before,omitempty"` // the account that the person had
}

func newJSONTie(t app.Tie, done bool) jsonTie {
	j := jsonTie{Done: done, Person: t.Who.Person.String(), Account: t.Account.ID, Address: string(t.Account.Email)}
	if t.Owner != (access.PersonID{}) {
		j.Owner = t.Owner.String()
	}
	if t.Who.Account != t.Account.ID {
		j.Before = t.Who.Account
	}
	return j
}

// rebuilt gives everybody the id that they have in a directory that was built anew.
func (l linkCmd) rebuilt(c *command, cfg *config.Config) error {
	before, err := readSnapshot(l.From, cfg)
	if err != nil {
		return fmt.Errorf("link: the snapshot %s: %w", l.From, err)
	}
	r, err := app.FindRebuilt(c.ctx, cfg, c.watched(), before.Snapshot)
	if err != nil {
		return err
	}
	if l.Yes && len(r.People)+len(r.Groups) > 0 {
		if err := app.Rekey(c.ctx, cfg, r, l.Reason); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	if c.cli.Output == "json" {
		return c.json(newJSONRebuilt(r, l.Yes))
	}
	printRebuilt(c.out, r, l.Yes)
	return nil
}

func printRebuilt(out io.Writer, r kwsync.Rebuilt, done bool) {
	for _, p := range r.People {
		fmt.Fprintf(out, "  %s: %s is %s by now\n", p.Name, p.Was, p.Is)
	}
	for _, g := range r.Groups {
		fmt.Fprintf(out, "  %s: %s is %s by now\n", g.Name, g.Was, g.Is)
	}
	for _, d := range r.Doubts {
		fmt.Fprintf(out, "  ! %s\n", d)
	}
	what := fmt.Sprintf("%s and %s", count(len(r.People), "linked person"), count(len(r.Groups), "group"))
	if len(r.People) != 1 {
		what = fmt.Sprintf("%d linked people and %s", len(r.People), count(len(r.Groups), "group"))
	}
	switch {
	case len(r.People)+len(r.Groups) == 0:
		fmt.Fprintln(out, "Nobody of whom the ledger knows has another id.")
	case done:
		fmt.Fprintf(out, "%s have their new ids in the ledger. Kiteworks stays as it is.\n", what)
	default:
		fmt.Fprintf(out, "%s have other ids by now. Nothing was written: say --yes, with a --reason, while no daemon runs.\n", what)
	}
}

// jsonRebuilt is that for a script to read.
type jsonRebuilt struct {
	Done   bool          `json:"done"`
	People []jsonRenewed `json:"people"`
	Groups []jsonRenewed `json:"groups"`
	Doubts []string      `json:"doubts"`
}

type jsonRenewed struct {
	Name string `json:"name"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

func newJSONRebuilt(r kwsync.Rebuilt, done bool) jsonRebuilt {
	j := jsonRebuilt{Done: done, People: []jsonRenewed{}, Groups: []jsonRenewed{}, Doubts: append([]string{}, r.Doubts...)}
	for _, p := range r.People {
		j.People = append(j.People, jsonRenewed{p.Name, p.Was.String(), p.Is.String()})
	}
	for _, g := range r.Groups {
		j.Groups = append(j.Groups, jsonRenewed{g.Name, g.Was.String(), g.Is.String()})
	}
	return j
}
