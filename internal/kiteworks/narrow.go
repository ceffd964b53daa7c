package kiteworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// onlyHere leaves what a member holds in folders below as it is.
var onlyHere = url.Values{"downgradeNested": {"false"}}

// newRole is the body of PUT /rest/folders/{id}/members/{member_user_id}.
type newRole struct {
	RoleID          json.Number `json:"roleId"`
	Notify          bool        `json:"notify"`
	NotifyFileAdded bool        `json:"notifyFileAdded"`
}

// narrow lowers or revokes one member's role. The member is read before: what is
// not as the plan saw it is left alone, and what is inherited is changed at its
// origin only. It is read again where the answer leaves a doubt.
func (t *Tenant) narrow(ctx context.Context, n *names, c plan.Change) plan.Outcome {
	before, err := t.member(ctx, n, c)
	if err != nil {
		return outcome(c, plan.Refused, "not narrowed, because the member could not be read before: "+err.Error())
	}
	if why, already := standing(before, c); why != "" {
		if already {
			return outcome(c, plan.Already, why)
		}
		return outcome(c, plan.Refused, why)
	}
	r, err := t.narrowing(n, c)
	if err != nil {
		return outcome(c, plan.Refused, err.Error())
	}
	_, err = t.client.send(ctx, r, nil)
	if err == nil {
		return outcome(c, plan.Done, "")
	}
	if refused(err) {
		return denied(c, err)
	}
	after, readErr := t.member(ctx, n, c)
	switch {
	case readErr != nil:
		return outcome(c, plan.Unknown, doubt(err, readErr))
	case after.Role == c.To:
		return outcome(c, plan.Done, "")
	}
	return outcome(c, plan.Unknown, doubt(err, nil))
}

// member reads what one account holds on the folder; the zero Grant if nothing.
func (t *Tenant) member(ctx context.Context, n *names, c plan.Change) (access.Grant, error) {
	grants, err := t.members(ctx, n, folderOf(c), []string{c.Account})
	for _, g := range grants {
		if g.Account == c.Account {
			return g, err
		}
	}
	return access.Grant{}, err
}

// standing says why a member must be left alone, or already is as wanted.
func standing(g access.Grant, c plan.Change) (why string, already bool) {
	switch {
	case g.Role == c.To:
		return "it was so already", true
	case g.Role != c.From:
		return fmt.Sprintf("holds %q now, not %q: somebody else has changed it", g.Role, c.From), false
	case g.Origin != "":
		return fmt.Sprintf("the role is inherited from folder %s: it ends there", g.Origin), false
	}
	return "", false
}

// narrowing is the request that lowers or revokes.
func (t *Tenant) narrowing(n *names, c plan.Change) (request, error) {
	const template = "/rest/folders/{id}/members/{member_user_id}"
	if c.Op == plan.Revoke {
		return newRequest(http.MethodDelete, access.Email(c.As), template, onlyHere, nil, []string{c.Folder, c.Account}), nil
	}
	role, err := n.roleID(c.To)
	if err != nil {
		return request{}, err
	}
	return put(access.Email(c.As), template, onlyHere, newRole{RoleID: role}, c.Folder, c.Account), nil
}
