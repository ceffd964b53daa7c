package plan

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// move is an account whose address is to become another (promise P10).
type move struct {
	person  access.PersonID
	account *access.Account
	to      access.Email
	causes  []access.Cause
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

func (m *move) key() Key      { return Key("rename|" + m.person.String()) }
func (m *move) asideKey() Key { return Key("rename aside|" + m.person.String()) }

// asideAddress is where an account waits until the address that it is to have is free.
func (m *move) asideAddress() access.Email {
	return access.Email(fmt.Sprintf("moving-%s@%s", m.account.ID, m.account.Email.Domain()))
}

// changes are the change of the address; in a circle one leaves its own for a while before.
func (m *move) changes() []Change {
	c := Change{
		Key: m.key(), Op: Rename, Person: m.person, Email: m.to, Account: m.account.ID,
		From: string(m.account.Email), To: string(m.to), Causes: m.causes, Turn: 1 + m.turn,
	}
	var all []Change
	if m.aside {
		away := c
		away.Key, away.For, away.To, away.Turn = m.asideKey(), c.Key, string(m.asideAddress()), 0
		all = append(all, away)
		c.From, c.Needs = away.To, append(c.Needs, away.Key)
	}
	switch {
	case m.after == nil:
	case m.turn == 0: // it closes the circle
		c.Needs = append(c.Needs, m.after.asideKey())
	default:
		c.Needs = append(c.Needs, m.after.key())
	}
	return append(all, c)
}

// mover finds in which order accounts can get the addresses that they are to have.
type mover struct {
	tenant *tenant
	all    []*move
	moves  map[string]*move // by account
}

func newMover(t *tenant) mover { return mover{tenant: t, moves: map[string]*move{}} }

func (r *mover) add(m *move) {
	r.all = append(r.all, m)
	r.moves[m.account.ID] = m
}

// order decides all moves.
func (r *mover) order() {
	for _, m := range r.all {
		r.follow(m)
	}
}

// follow decides a move, after that of whoever has the address now.
func (r *mover) follow(m *move) {
	if m.state != unseen {
		return
	}
	m.state = onPath
	defer func() { m.state = settled }()
	other := r.holder(m)
	if m.why != "" || other == nil {
		return
	}
	next := r.moves[other.ID]
	if next == nil {
		m.why = fmt.Sprintf("%s has that address: decide with `kw-onboarder link`, or give one of them another", r.describe(other))
		return
	}
	if next.state == onPath {
		next.aside, m.after = true, next
		return
	}
	r.follow(next)
	if next.why != "" {
		m.why = fmt.Sprintf("%s has that address, and keeps it: %s", r.describe(other), next.why)
		return
	}
	m.after, m.turn = next, next.turn+1
}

// holder is another account that has the address that one is to get.
func (r *mover) holder(m *move) *access.Account {
	for _, a := range r.tenant.byEmail[m.to] {
		if a.ID != m.account.ID {
			return a
		}
	}
	return nil
}

// describe names an account and whose it is.
func (r *mover) describe(a *access.Account) string {
	if owner, owned := r.tenant.owner[a.ID]; owned {
		return fmt.Sprintf("account %s of %s, which is %s,", a.ID, owner, a.Status)
	}
	return fmt.Sprintf("account %s, which is %s,", a.ID, a.Status)
}
