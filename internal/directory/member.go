package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Member says whether a person is in a group now, directly or through other groups. It walks upwards
// from the person and asks the server which groups list what it has found so far.
func (p *Prover) Member(ctx context.Context, person access.PersonID, group access.GroupID) (bool, error) {
	member, err := p.member(ctx, person, group)
	if err != nil {
		return false, fmt.Errorf("prove whether %s is in group %s: %w", person, group, err)
	}
	return member, nil
}

func (p *Prover) member(ctx context.Context, person access.PersonID, group access.GroupID) (bool, error) {
	groups, proof, err := p.group(ctx, group)
	switch {
	case err != nil:
		return false, err
	case proof.Standing != access.Active:
		return false, fmt.Errorf("the group is %s: %s", proof.Standing, proof.Why)
	}
	if err := groups.m.canAsk(ctx, groups.c); err != nil {
		return false, err
	}
	people, err := p.at(ctx, person.Source, false)
	if err != nil {
		return false, err
	}
	proof, found, err := people.find(ctx, person.ID)
	switch {
	case err != nil:
		return false, err
	case found == nil:
		return false, fmt.Errorf("the person is %s: %s", proof.Standing, proof.Why)
	}
	first, err := groups.first(ctx, found, person.Source == group.Source)
	if err != nil {
		return false, err
	}
	return groups.reach(ctx, first, group.ID)
}

// first is a filter for the groups that list a person themselves.
func (l *lookup) first(ctx context.Context, r *record, sameDirectory bool) (string, error) {
	if !sameDirectory {
		dn, err := l.foreignDN(r.person.sid)
		return listing(l.m.kind.members, []string{dn}), err
	}
	filters := []string{listing(l.m.kind.members, []string{r.dn})}
	for _, uid := range r.person.uids {
		filters = append(filters, "(memberUid="+ldap.EscapeFilter(uid)+")")
	}
	if r.person.primary != "" {
		filters = append(filters, "(objectSid="+octets(r.person.primary)+")")
	}
	return "(|" + strings.Join(filters, "") + ")", nil
}

// foreignDN is the name under which Active Directory lists somebody of another domain.
func (l *lookup) foreignDN(sid string) (string, error) {
	head := l.c.Root().One("defaultnamingcontext")
	if sid == "" || head == "" {
		return "", errors.New("person and group are of different directories, which are not both Active Directory")
	}
	return "CN=" + sidText(sid) + ",CN=ForeignSecurityPrincipals," + head, nil
}

// reach walks upwards until it meets the group, or nothing more.
func (l *lookup) reach(ctx context.Context, filter, group string) (bool, error) {
	met := map[string]bool{}
	for filter != "" {
		var above []string
		for _, s := range l.m.scopes {
			find := s.Search
			find.Filter, find.Attributes = "(&"+s.Filter+filter+")", []string{l.m.kind.id.attribute}
			err := l.c.Each(ctx, find, func(e *ldap.Entry) error {
				l.m.entry.Fill(e)
				id, err := l.m.idOf(l.m.entry)
				if err == nil && !met[id] {
					met[id] = true
					above = append(above, e.DN)
				}
				return err
			})
			if err != nil {
				return false, err
			}
		}
		if met[group] {
			return true, nil
		}
		filter = ""
		if len(above) > 0 {
			slices.Sort(above)
			filter = listing(l.m.kind.members, above)
		}
	}
	return false, nil
}
