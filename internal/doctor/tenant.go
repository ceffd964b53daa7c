package doctor

import (
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
)

// office is Kiteworks under examination.
type office struct {
	*Patient
	reader *kiteworks.Reader
	report *Report
	area   area
	signed []access.Email // identities with a token
	barred bool           // something that every run needs is refused
}

// tenant looks at Kiteworks. It says whether a run could read there what it needs.
func (p *Patient) tenant(ctx context.Context, r *Report) bool {
	o := &office{Patient: p, report: r, area: r.area("Kiteworks")}
	r.Scopes = Compare(p.Config, "")
	if p.Config.Kiteworks.ClientID == Placeholder {
		o.area.bad("kiteworks.client_id is still what init wrote", "make the custom application (kw-onboarder keygen says how), and enter its client id in kiteworks.client_id")
		return false
	}
	if p.Unread != nil {
		o.area.bad(oneLine(p.Unread), "")
		return false
	}
	reader, err := kiteworks.NewReader(p.Kiteworks)
	if err != nil {
		o.area.bad(oneLine(err), "")
		return false
	}
	o.reader = reader
	if !o.signIn(ctx) {
		return false
	}
	o.lists(ctx)
	o.registered(ctx)
	o.roots(ctx)
	o.scopes(ctx)
	return !o.barred
}

// signIn gets a token for each identity, and looks at the clock by the answers. It says
// whether those that every run needs have one.
func (o *office) signIn(ctx context.Context) bool {
	refused := map[access.Email]error{}
	for _, as := range o.Config.Kiteworks.Identities.All() {
		if _, err := o.reader.SignIn(ctx, as); err != nil {
			refused[as] = err
			continue
		}
		o.signed = append(o.signed, as)
	}
	ahead, told := o.reader.Ahead()
	switch {
	case !told:
	case kiteworks.Skewed(ahead) && len(refused) > 0:
		o.area.bad(kiteworks.Apart(ahead)+": it refuses what is signed too early or too late", "set the clock of this machine by NTP (timedatectl set-ntp true), or that of Kiteworks")
	case kiteworks.Skewed(ahead):
		o.area.advise(kiteworks.Apart(ahead), "set the clock of this machine by NTP (timedatectl set-ntp true), or that of Kiteworks")
	default:
		o.area.good("the clocks agree within " + max(ahead.Abs(), 1e9).String())
	}
	for _, as := range o.Config.Kiteworks.Identities.All() {
		switch err := refused[as]; {
		case err == nil:
			o.area.good("a token for " + string(as))
		case told && kiteworks.Skewed(ahead):
			o.area.unseen("no token for " + string(as) + ", which may be because of the clock")
		default:
			o.area.bad(oneLine(err), "")
		}
	}
	ids := o.Config.Kiteworks.Identities
	return slices.Contains(o.signed, ids.Users) && slices.Contains(o.signed, ids.Folders)
}

// lists tries what every run reads.
func (o *office) lists(ctx context.Context) {
	ids := o.Config.Kiteworks.Identities
	for _, try := range []struct {
		as         access.Email
		path, what string
	}{
		{ids.Users, "/rest/admin/users", "the accounts"},
		{ids.Users, "/rest/admin/profiles", "the profiles"},
		{ids.Folders, "/rest/roles", "the roles"},
		{ids.Folders, "/rest/folders/top", "the folders"},
	} {
		if err := o.reader.Probe(ctx, try.as, try.path); err != nil {
			o.barred = true
			o.area.bad(fmt.Sprintf("%s cannot list %s: %s", try.as, try.what, oneLine(err)), "")
			continue
		}
		o.area.good(fmt.Sprintf("%s can list %s", try.as, try.what))
	}
	for _, as := range o.signed {
		o.rank(ctx, as)
	}
}

// rank looks at what an identity is to Kiteworks: the one for users must administer, the
// others had better not.
func (o *office) rank(ctx context.Context, as access.Email) {
	self, err := o.reader.Self(ctx, as)
	isUsers := as == o.Config.Kiteworks.Identities.Users
	switch {
	case err != nil:
		o.area.unseen(fmt.Sprintf("what role %s has as an administrator cannot be seen, for want of the scope GET/users/*, which doctor alone uses", as))
	case isUsers && !self.Administers:
		o.barred = true
		o.area.bad(string(as)+" is no administrator", "give "+string(as)+" an administrator's role with User Management, and nothing else")
	case isUsers && self.OfAll:
		o.area.advise(string(as)+" is System Admin, which is more than is needed", "give "+string(as)+" a lesser administrator's role, with User Management alone")
	case !isUsers && self.Administers:
		o.area.advise(string(as)+" is an administrator, which is more than is needed: it acts on folders by its role there", "take the administrator's role away from "+string(as))
	}
}

// registered looks at the identities in the list of users: whether one is about to be locked.
func (o *office) registered(ctx context.Context) {
	for _, as := range o.signed {
		row, err := o.reader.Registered(ctx, as)
		switch {
		case err != nil: // which lists has told
		case row == nil:
			o.area.unseen(string(as) + " does not show in the list of users")
		case row.Status != access.Live:
			o.area.bad(fmt.Sprintf("%s is %s", as, row.Status), fmt.Sprintf("make %s live again, and give it a profile in which inactivity locks nobody", as))
		case !row.LastActive.IsZero() && o.now().Sub(row.LastActive) > dormancy:
			o.area.advise(fmt.Sprintf("Kiteworks has seen no activity of %s for %s, and may lock it for that", as, days(o.now().Sub(row.LastActive))),
				fmt.Sprintf("give %s a profile in which inactivity locks nobody", as))
		case !row.PasswordExpires.IsZero() && row.PasswordExpires.Sub(o.now()) < soon:
			o.area.advise(fmt.Sprintf("the password of %s expires on %s", as, row.PasswordExpires.Format("2006-01-02")),
				fmt.Sprintf("let the password of %s never expire: nobody uses it", as))
		}
	}
}

const manager = "Manager"

// roots looks at the role that each identity has on the folders it is to act on.
func (o *office) roots(ctx context.Context) {
	holders := Holders(o.Config)
	for _, h := range holders {
		if !slices.Contains(o.signed, h.As) {
			continue
		}
		for _, root := range h.Roots {
			o.root(ctx, h.As, kiteworks.Root{Path: root.Path, ID: root.ID})
		}
	}
	for _, as := range o.Config.Kiteworks.Identities.Others {
		if !slices.ContainsFunc(holders, func(h Holder) bool { return h.As == as }) {
			o.area.advise(string(as)+" is one of kiteworks.identities.others, and no grant names it by `as`", "remove "+string(as)+" from kiteworks.identities.others: it is not needed")
		}
	}
}

func (o *office) root(ctx context.Context, as access.Email, root kiteworks.Root) {
	role, why, err := o.reader.RoleOn(ctx, as, root)
	if err == nil && why != "" {
		o.area.bad(why, "")
		return
	}
	if err != nil {
		o.area.bad(fmt.Sprintf("the role of %s on %s cannot be read: %s", as, root.Path, oneLine(err)), "")
		return
	}
	if role == "" {
		o.area.unseen(fmt.Sprintf("Kiteworks does not say which role %s has on %s: it needs %s", as, root.Path, manager))
		return
	}
	enough, err := o.reader.Covers(ctx, role, manager)
	switch {
	case err != nil: // which lists has told
	case enough:
		o.area.good(fmt.Sprintf("%s is %s on %s", as, role, root.Path))
	case o.Config.Mode == guard.Observe:
		o.area.good(fmt.Sprintf("%s is %s on %s, which is enough to observe; to give access it must be %s", as, role, root.Path, manager))
	default:
		o.area.bad(fmt.Sprintf("%s is only %s on %s, and cannot give access there", as, role, root.Path), fmt.Sprintf("make %s %s of %s", as, manager, root.Path))
	}
}

// scopes asks what the application is registered for: the token tells, or the registration.
func (o *office) scopes(ctx context.Context) {
	as := o.Config.Kiteworks.Identities.Users
	told, _ := o.reader.SignIn(ctx, as) // it has a token
	if registered, err := o.reader.Application(ctx, as); err == nil {
		if told == "" {
			told = registered.Scope
		}
		if registered.Disabled {
			o.area.bad("the custom application is switched off", "switch the custom application on")
		}
	}
	o.report.Scopes = Compare(o.Config, told)
	o.report.Scopes.tell(o.area, o.Config)
	if len(o.report.Scopes.Missing) > 0 {
		o.barred = o.barred || slices.ContainsFunc(o.report.Scopes.Missing, func(n Need) bool { return n.Scope[:4] == "GET/" })
	}
}
