package plan

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// person adds what one person needs.
func (d *differ) person(v *access.Verdict) {
	if exit := d.exit(v); exit != "" {
		d.leave(v, exit)
		return
	}
	d.comeBack(v)
	if why := unknowable(v); why != "" {
		d.skip(v, why)
		return
	}
	for _, h := range v.Held {
		d.holdRule(v, h)
	}
	if !v.Account && len(v.Wishes) == 0 {
		if len(v.Held) > 0 && len(d.policy.Leavers[ExitUnmatched]) > 0 {
			d.stick(v, "") // whether a rule applies is not decided, and for those to whom none does there is a ladder
		}
		return
	}
	account, why := d.tenant.account(v)
	if why = cmp.Or(d.barred(v, account), why); why != "" {
		d.skip(v, why)
		return
	}
	d.provide(v, account)
}

// unknowable says why a person who has not left is not acted on as a whole; "": they are.
func unknowable(v *access.Verdict) string {
	if v.Standing == access.Unknown {
		return cmp.Or(v.Skipped, "the directory does not say whether the person is active")
	}
	return v.Skipped
}

// barred says why nothing is ever done to a person or to the account that was found for
// them; "": it may be.
func (d *differ) barred(v *access.Verdict, a *access.Account) string {
	why := d.policy.Never[v.Email]
	if a != nil {
		why = cmp.Or(why, d.policy.Never[a.Email])
	}
	return why
}

// provide makes sure that a person has an account, and gives them what is missing.
func (d *differ) provide(v *access.Verdict, account *access.Account) {
	switch {
	case account != nil:
		d.remember(v, account)
		if needs, ok := d.restore(v, account); ok {
			d.checkProfile(v)
			d.grants(v, account.ID, needs)
		}
	case !v.Account:
		d.hold(v, "", "has no account, and no rule that applies asks for one")
	default:
		if need, ok := d.create(v); ok {
			d.grants(v, "", []Key{need})
		}
	}
}

// remember links a person to the account that existed before us, and keeps who would get
// its data: what the directory says of that once they have left counts only if it never
// said anything before.
func (d *differ) remember(v *access.Verdict, a *access.Account) {
	link, linked := d.memory.Links[v.Person]
	if !linked || link.Account != a.ID {
		link = Link{Person: v.Person, Account: a.ID}
		d.learned.Links = append(d.learned.Links, link)
		d.tenant.owner[a.ID] = v.Person
	}
	if len(v.Heirs) > 0 && (v.Standing == access.Active || len(link.Heirs) == 0) && !slices.Equal(v.Heirs, link.Heirs) {
		d.learned.Heirs[v.Person] = v.Heirs
	}
}

// link is what is remembered of a person and this account; of another account nothing is.
func (d *differ) link(id access.PersonID, account string) Link {
	if l := d.memory.Links[id]; l.Account == account {
		return l
	}
	return Link{Person: id, Account: account}
}

// mine says whether a person's account is treated as one that we made.
func (d *differ) mine(id access.PersonID, account string) bool {
	return d.policy.Existing || d.link(id, account).Created
}

// checkProfile says at once that a rule names a profile that is not there, also
// while nobody needs it.
func (d *differ) checkProfile(v *access.Verdict) {
	if _, err := d.atlas.profile(v.Profile); v.Account && err != nil {
		d.block(v, firstRule(v.Causes), err.Error())
	}
}

// create adds the creation of an account and returns its key.
func (d *differ) create(v *access.Verdict) (Key, bool) {
	profile, err := d.atlas.profile(v.Profile)
	if err != nil {
		d.block(v, firstRule(v.Causes), err.Error())
		return "", false
	}
	key := accountKey(v.Person)
	d.plan.Changes = append(d.plan.Changes, Change{
		Key: key, Op: CreateAccount, Person: v.Person, Email: v.Email, Name: v.Name,
		Profile: profile, Notify: v.Notify, Causes: v.Causes, Turn: d.turn(v.Causes),
	})
	return key, true
}

// turn is the place of a person's account among those that wait for a seat: by the order
// of the rules that ask for it.
func (d *differ) turn(causes []access.Cause) int {
	return max(0, slices.Index(d.policy.Order, firstRule(causes)))
}
