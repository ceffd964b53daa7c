package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/firsthour"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

type initCmd struct {
	Server       []string `help:"Directory server, such as ldaps://dc1.corp.example; may be repeated." placeholder:"URL" sep:"none"`
	CA           string   `name:"ca" help:"PEM file with the authority of the directory's certificate." type:"path" placeholder:"FILE"`
	StartTLS     bool     `name:"starttls" help:"Use StartTLS on ldap:// servers."`
	BindUser     string   `help:"Account that may read the directory: a DN, or a user principal name." placeholder:"DN"`
	BindPassword string   `help:"Where its password is: file:/path, cred:name or env:NAME; never the password." placeholder:"REF"`

	Kiteworks       string   `help:"Address of the Kiteworks server." placeholder:"URL"`
	KiteworksCA     string   `name:"kiteworks-ca" help:"PEM file with the authority of its certificate." type:"path" placeholder:"FILE"`
	ClientID        string   `help:"Client id of the custom application, if there is one already." placeholder:"ID"`
	ClientSecret    string   `help:"Where the client secret is, or will be." placeholder:"REF"`
	PrivateKey      string   `help:"Where the private key is, or will be." placeholder:"REF"`
	UsersIdentity   string   `help:"E-mail of the account that administers users." placeholder:"EMAIL"`
	FoldersIdentity string   `help:"E-mail of the account that owns or manages the folders." placeholder:"EMAIL"`
	Root            []string `help:"Folder below which access may be given, such as /Departments; may be repeated." placeholder:"PATH" sep:"none"`
	Existing        string   `help:"Accounts with a person's address that exist already: link (they are theirs) or ignore." placeholder:"link|ignore"`

	PeopleBase  []string `help:"DN below which people are; may be repeated. If not given, it is found out." placeholder:"DN" sep:"none"`
	GroupBase   []string `help:"DN below which groups are; may be repeated. If not given, it is found out." placeholder:"DN" sep:"none"`
	EmailDomain []string `help:"Domain whose addresses are believed; may be repeated. If not given, those of at least one person in twenty." placeholder:"DOMAIN" sep:"none"`
	Rules       string   `help:"Which of the proposed rules are written: all, none, or ask on a terminal." enum:"ask,all,none" default:"ask"`
	State       string   `help:"Where the ledger will be." type:"path" placeholder:"FILE"`
	Metrics     string   `help:"Where the daemon will serve metrics." default:":9854" placeholder:"ADDRESS"`
	Tests       string   `help:"Where the tests of the rules go; if not given, rules.test.yaml beside the configuration." type:"path" placeholder:"FILE"`
}

// jsonInit is what was written.
type jsonInit struct {
	Config string `json:"config"`
	Tests  string `json:"tests"`
	Kind   string `json:"kind"`
	People int    `json:"people"`
	Groups int    `json:"groups"`
	Rules  int    `json:"rules"`
}

func (i initCmd) Run(c *command) error {
	if i.Tests == "" {
		i.Tests = filepath.Join(filepath.Dir(c.cli.Config), "rules.test.yaml")
	}
	for _, path := range []string{c.cli.Config, i.Tests} { // before anything is asked
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there, and is left as it is: name another file with --config or --tests, or move it away", path)
		}
	}
	if info, err := os.Stat(filepath.Dir(c.cli.Config)); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is no folder: make it, or name another file with --config", filepath.Dir(c.cli.Config))
	}
	ask := newInterview(c)
	a, err := i.answers(ask)
	if err != nil {
		return err
	}
	a.Beside(filepath.Dir(c.cli.Config))
	land, err := i.explore(c.ctx, ask, &a)
	if err != nil {
		return err
	}
	if err := i.choose(ask, &a, land); err != nil {
		return err
	}
	return i.write(c, a, land)
}

// write puts both files into place. What is not right is not written.
func (i initCmd) write(c *command, a firsthour.Answers, land *directory.Land) error {
	text, cfg, err := firsthour.Render(a, c.cli.Config)
	if err != nil {
		return fmt.Errorf("the answers make no configuration: %w", err)
	}
	if err := writeNew(c.cli.Config, text, 0o644); err != nil {
		return err
	}
	if err := writeNew(i.Tests, []byte(ruletest.First(filepath.Base(c.cli.Config), cfg)), 0o644); err != nil {
		return err
	}
	out := jsonInit{c.cli.Config, i.Tests, a.Kind, land.People, len(land.Groups), cfg.Set.Len()}
	if c.cli.Output == "json" {
		return c.json(out)
	}
	fmt.Fprintf(c.out, `%s: %s, mode observe: nothing is changed at Kiteworks
%s: tests of these rules; look at both
Then, in this order:
  kw-onboarder keygen --config %[1]s
  kw-onboarder doctor --config %[1]s
  kw-onboarder plan --config %[1]s
`, out.Config, count(out.Rules, "rule"), out.Tests)
	return nil
}

// answers asks what only a human knows, of what the flags do not say.
func (i initCmd) answers(ask *interview) (firsthour.Answers, error) {
	a := firsthour.Answers{CA: i.CA, StartTLS: i.StartTLS, KiteworksCA: i.KiteworksCA, ClientID: i.ClientID, State: i.State, Metrics: i.Metrics}
	here := filepath.Dir(ask.config)
	ask.many("server", "Directory server (ldaps://host, or ldaps+srv://domain)", i.Server, nil, firsthour.Server, &a.Servers)
	ask.one("bind-user", "Account that may read there (a DN, or a user principal name)", i.BindUser, "", firsthour.Text, &a.BindUser)
	ask.one("bind-password", "Where its password is (file:/path, cred:name or env:NAME, never the password)", i.BindPassword, "file:"+filepath.Join(here, "ldap-password"), firsthour.Reference, &a.BindPassword)
	ask.one("kiteworks", "Address of Kiteworks", i.Kiteworks, "", firsthour.Tenant, &a.Kiteworks)
	ask.one("users-identity", "Kiteworks account that administers users, for this program alone", i.UsersIdentity, "", firsthour.Address, &a.Users)
	ask.one("folders-identity", "Kiteworks account that owns or manages the folders", i.FoldersIdentity, "", firsthour.Address, &a.Folders)
	ask.many("root", "Folders below which access may be given (blanks part them)", i.Root, []string{"/Departments"}, firsthour.Root, &a.Roots)
	ask.one("existing", "Accounts with a person's address that exist already: link (they are theirs), or ignore", i.Existing, "", firsthour.Decision, &a.Existing)
	for _, each := range []struct {
		flag, given string
		to          *string
	}{{"client-secret", i.ClientSecret, &a.ClientSecret}, {"private-key", i.PrivateKey, &a.PrivateKey}} {
		if each.given == "" {
			continue
		}
		ref, err := firsthour.Reference(each.given)
		if err != nil {
			return a, usage("init: --%s: %w", each.flag, err)
		}
		*each.to = ref
	}
	return a, ask.verdict()
}

// attempts is how often a human may correct what does not connect.
const attempts = 5

// explore connects, finds out what kind of directory it is, and counts what it holds. On a
// terminal, what does not work is asked for again.
func (i initCmd) explore(ctx context.Context, ask *interview, a *firsthour.Answers) (*directory.Land, error) {
	for n := 1; ; n++ {
		land, err := i.look(ctx, ask, a)
		if err == nil || !ask.terminal || n == attempts || ctx.Err() != nil {
			return land, err
		}
		ask.say("%v\n", err)
		ask.again("Directory server", strings.Join(a.Servers, " "), func(s string) (err error) {
			a.Servers, err = each(strings.Fields(s), firsthour.Server)
			return err
		})
		ask.again("Authority of its certificate, a PEM file; - for the system's", a.CA, func(s string) error { a.CA = strings.TrimPrefix(s, "-"); return nil })
		ask.again("Account", a.BindUser, func(s string) error { a.BindUser = s; return nil })
		ask.again("Where its password is", a.BindPassword, func(s string) (err error) { a.BindPassword, err = firsthour.Reference(s); return err })
	}
}

func (i initCmd) look(ctx context.Context, ask *interview, a *firsthour.Answers) (*directory.Land, error) {
	var password config.Secret
	if err := password.UnmarshalText([]byte(a.BindPassword)); err != nil {
		return nil, err
	}
	o := directory.Options{
		Servers: a.Servers, StartTLS: a.StartTLS, CA: a.CA, BindDN: a.BindUser, Password: password.Resolve,
		IgnoreReferrals: true, // it is only counted
	}
	g, err := directory.Greet(ctx, o)
	if err != nil {
		return nil, err
	}
	a.Kind, o.Kind = g.Kind.String(), g.Kind
	ask.say("%s is %s, and keeps its entries below %q\n", g.Server, g.Kind, g.Context)
	if g.Context == "" {
		return nil, errors.New("the server does not say below which DN it keeps its entries: let the bind account read the root DSE")
	}
	land, err := directory.Explore(ctx, o, g.Context, firsthour.Belongs())
	if err != nil {
		return nil, err
	}
	if len(land.Domains) == 0 {
		return nil, fmt.Errorf("%d people found below %q, and none with an address in mail: let the bind account read people and their mail", land.People, g.Context)
	}
	a.PeopleBases = firsthour.Bases(land.Addressed, g.Context)
	a.GroupBases = firsthour.Bases(firsthour.Lie(land.Groups), g.Context)
	a.Domains = firsthour.Domains(land.Domains)
	ask.say("%s there, and %s\n", headcount(land.People), count(len(land.Groups), "group"))
	return land, nil
}

// choose lets a human correct what was found out.
func (i initCmd) choose(ask *interview, a *firsthour.Answers, land *directory.Land) error {
	ask.many("people-base", "People are below (DNs, parted by ;)", i.PeopleBase, a.PeopleBases, firsthour.Text, &a.PeopleBases)
	ask.many("group-base", "Groups are below (DNs, parted by ;)", i.GroupBase, a.GroupBases, firsthour.Text, &a.GroupBases)
	ask.many("email-domain", "Domains whose addresses are believed", i.EmailDomain, a.Domains, firsthour.Text, &a.Domains)
	if i.Rules == "none" {
		return ask.verdict()
	}
	proposed, others := firsthour.Propose(land, a.Roots)
	a.Others = others
	for _, p := range proposed {
		if i.Rules == "ask" && !ask.agrees("Rule %s, %s: %s. It gives %s. Write it?", p.Name, p.Of, p.Why, gives(p)) {
			continue
		}
		a.Rules = append(a.Rules, p)
	}
	return ask.verdict()
}

func gives(p firsthour.Proposal) string {
	var what []string
	if p.Account {
		what = append(what, "an account")
	}
	if p.Folder != "" {
		what = append(what, p.Role+" on "+p.Folder)
	}
	return strings.Join(what, " and ")
}
