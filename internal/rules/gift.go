package rules

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// gift is what a rule gives, as Lint compares it.
type gift struct {
	index    int
	at, name string
	account  *Account
	grants   []share
}

// share is one grant of a gift.
type share struct {
	place       string // folder or id, and the identity
	role        string // folded
	create      bool
	from, until string // "": no such limit
}

func newGift(i int, r Rule) gift {
	g := gift{index: i, at: r.At, name: strings.TrimSpace(r.Name), account: r.Account}
	if g.at == "" {
		g.at = fmt.Sprintf("rules[%d]", i)
	}
	for _, in := range r.Grants {
		folder := strings.TrimSuffix(in.Folder, "/")
		if !strings.Contains(folder, "{{") {
			folder = access.FoldName(folder)
		}
		g.grants = append(g.grants, share{
			place: strings.Join([]string{folder, strings.TrimSpace(in.FolderID), access.FoldName(strings.TrimSpace(in.As))}, "\x00"),
			role:  access.FoldName(strings.TrimSpace(in.Role)), create: in.Create, from: in.From.key(), until: in.Until.key(),
		})
	}
	return g
}

// key is a date as it is compared; "": there is none.
func (d *Date) key() string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s %d", strings.ToLower(strings.TrimSpace(d.From)), d.IfEmpty)
}

// covers says whether whoever gets a misses nothing without b.
func (l *linter) covers(a, b gift) bool {
	if !coversAccount(a, b) {
		return false
	}
	for _, want := range b.grants {
		if !l.has(a, want) {
			return false
		}
	}
	return true
}

// coversAccount compares the accounts. Of several profiles and names the first
// counts: what b chooses, a must have chosen before.
func coversAccount(a, b gift) bool {
	if b.account == nil {
		return true
	}
	if a.account == nil || b.account.Notify && !a.account.Notify {
		return false
	}
	profile, name := strings.TrimSpace(b.account.Profile), strings.TrimSpace(b.account.Name)
	if profile == "" && name == "" {
		return true
	}
	return (profile == "" || access.FoldName(profile) == access.FoldName(strings.TrimSpace(a.account.Profile))) &&
		(name == "" || name == strings.TrimSpace(a.account.Name)) && a.index < b.index
}

// has says whether a gift has a grant that makes another one superfluous.
func (l *linter) has(g gift, want share) bool {
	for _, s := range g.grants {
		if s.place == want.place && (s.create || !want.create) &&
			(s.from == "" || s.from == want.from) && (s.until == "" || s.until == want.until) && l.atLeast(s.role, want.role) {
			return true
		}
	}
	return false
}

// atLeast compares two roles, by rank if the server's are known.
func (l *linter) atLeast(a, b string) bool {
	if a == b {
		return true
	}
	rankA, knowsA := l.ranks[a]
	rankB, knowsB := l.ranks[b]
	return knowsA && knowsB && rankA > rankB
}
