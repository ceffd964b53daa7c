package plan

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// move is an account whose address is to become another (promise P10).
type move struct {
	verdict *access.Verdict
	account *access.Account
	why     string // why it cannot; "": it can
	turn    int    // its place among those that wait for one another's address
	after   *move  // whose address it gets
	aside   bool   // it first leaves its address for another that waits for it: they are in a circle
	state   walk
}

// walk is how far a move was followed.
type walk int

const (
	unseen walk = iota
	onPath
	settled
)

func (m *move) key() Key      { return Key("rename|" + m.verdict.Person.String()) }
func (m *move) asideKey() Key { return Key("rename aside|" + m.verdict.Person.String()) }

// asideAddress is where an account waits until the address that it is to have is free.
func (m *move) asideAddress() access.Email {
	return access.Email(fmt.Sprintf("moving-%s@%s", m.account.ID, m.account.Email.Domain()))
}

// planMoves finds whose address has changed in the directory, and in which order the
// accounts can follow.
func (d *differ) planMoves() map[access.PersonID]*move {
	moves := map[access.PersonID]*move{}
	var all []*move
	for i := range d.verdicts {
		v := &d.verdicts[i]
		link, linked := d.memory.Links[v.Person]
		if !linked || link.Deleted || v.Email == "" || v.Skipped != "" {
			continue
		}
		a := d.tenant.byID[link.Account]
		if a == nil || a.Email == v.Email || untouchable(a) != "" {
			continue
		}
		m := &move{verdict: v, account: a}
		moves[v.Person], all = m, append(all, m)
		if !d.mine(v.Person) {
			m.why = "accounts.existing is ignore, so that it is not renamed"
		}
	}
	for _, m := range all {
		d.follow(m, moves)
	}
	return moves
}

// follow decides a move, after that of whoever has the address now.
func (d *differ) follow(m *move, moves map[access.PersonID]*move) {
	if m.state != unseen {
		return
	}
	m.state = onPath
	defer func() { m.state = settled }()
	other := d.holder(m)
	if m.why != "" || other == nil {
		return
	}
	next := moves[d.tenant.owner[other.ID]]
	if next == nil || next.account != other {
		m.why = fmt.Sprintf("%s has that address: decide with `kw-onboarder link`, or give one of them another", d.describe(other))
		return
	}
	if next.state == onPath {
		next.aside, m.after = true, next
		return
	}
	d.follow(next, moves)
	if next.why != "" {
		m.why = fmt.Sprintf("%s has that address, and keeps it: %s", d.describe(other), next.why)
		return
	}
	m.after, m.turn = next, next.turn+1
}

// holder is another account that has the address that one is to get.
func (d *differ) holder(m *move) *access.Account {
	for _, a := range d.tenant.byEmail[m.verdict.Email] {
		if a.ID != m.account.ID {
			return a
		}
	}
	return nil
}

// describe names an account and whose it is.
func (d *differ) describe(a *access.Account) string {
	if owner, owned := d.tenant.owner[a.ID]; owned {
		return fmt.Sprintf("account %s of %s, which is %s,", a.ID, owner, a.Status)
	}
	return fmt.Sprintf("account %s, which is %s,", a.ID, a.Status)
}

// restore makes an account that exists usable and named as the directory has it. Grants
// wait for the changes that they need; ok is false if nothing may be given.
func (d *differ) restore(v *access.Verdict, a *access.Account) (needs []Key, ok bool) {
	if a.Status == access.Suspended {
		d.plan.Changes = append(d.plan.Changes, Change{
			Key: Key("unsuspend|" + v.Person.String()), Op: Unsuspend, Person: v.Person, Email: a.Email, Account: a.ID, Causes: v.Causes,
		})
	}
	if m := d.moves[v.Person]; m != nil {
		if m.why != "" {
			d.skip(v, fmt.Sprintf("the linked account has the address %s on Kiteworks: nothing is given until both agree; %s", a.Email, m.why))
			return nil, false
		}
		d.rename(m)
		needs = []Key{m.key()}
	}
	if link := d.memory.Links[v.Person]; v.Account && v.Name != "" && link.Name != "" && a.Name == link.Name && v.Name != a.Name {
		d.plan.Changes = append(d.plan.Changes, Change{
			Key: Key("set name|" + v.Person.String()), Op: SetName, Person: v.Person, Email: v.Email, Account: a.ID, From: a.Name, To: v.Name, Causes: v.Causes,
		})
	}
	return needs, true
}

// rename adds the change of an address. In a circle one leaves its own for a while.
func (d *differ) rename(m *move) {
	c := Change{
		Key: m.key(), Op: Rename, Person: m.verdict.Person, Email: m.verdict.Email, Account: m.account.ID,
		From: string(m.account.Email), To: string(m.verdict.Email), Causes: m.verdict.Causes, Turn: 1 + m.turn,
	}
	if m.aside {
		away := c
		away.Key, away.To, away.Turn = m.asideKey(), string(m.asideAddress()), 0
		d.plan.Changes = append(d.plan.Changes, away)
		c.From, c.Needs = away.To, append(c.Needs, away.Key)
	}
	switch {
	case m.after == nil:
	case m.turn == 0: // it closes the circle
		c.Needs = append(c.Needs, m.after.asideKey())
	default:
		c.Needs = append(c.Needs, m.after.key())
	}
	d.plan.Changes = append(d.plan.Changes, c)
}
