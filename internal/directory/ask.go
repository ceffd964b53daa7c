package directory

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// canAsk finds out whether the server answers which groups list somebody. 389-DS lets an account read what it may not
// search by, and finds nothing then, without a word: who has come would be taken for nobody's member.
func (m *mirror) canAsk(ctx context.Context, c *wire.Conn) error {
	const enough = 3 // a group may have changed meanwhile
	tried := 0
	for _, s := range m.scopes {
		for id, r := range s.records {
			dn := m.someMember(r)
			if dn == "" {
				continue
			}
			found, err := m.which(ctx, c, s, listing(m.kind.members, []string{dn}))
			if err != nil || found[id] {
				return err
			}
			if tried++; tried == enough {
				break
			}
		}
	}
	if tried == 0 {
		return nil
	}
	return &cannotFollow{"the bind account may read the members of groups, and not search by them: let it search too"}
}

// someMember is a DN that a group lists, in plain letters; "": it is no group, or has none.
func (m *mirror) someMember(r *record) string {
	if r.group == nil || len(r.group.members) == 0 {
		return ""
	}
	for dn, node := range m.nodes {
		if node == r.group.members[0] && plainDN(dn) {
			return dn
		}
	}
	return ""
}
