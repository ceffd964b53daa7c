package kiteworks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// oneMember is the path of one member.
const oneMember = "/rest/folders/{id}/members/{member_user_id}"

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
	before, err := t.sight(ctx, n, c)
	if err != nil {
		return unread(c, "the member", err)
	}
	if result, why := before.standing(c); result != 0 {
		return outcome(c, result, why)
	}
	r, err := t.narrowing(n, c)
	if err != nil {
		return outcome(c, plan.Refused, err.Error())
	}
	_, err = t.client.send(ctx, r, nil)
	switch {
	case err == nil:
		return outcome(c, plan.Done, "")
	case errors.Is(err, errUnsent):
		return denied(c, err)
	}
	return t.narrowed(ctx, n, c, before.hidden, err)
}

// narrowed finds out what a narrowing came to that was refused, because somebody else was
// quicker say, or of which no answer came. A member who was shown before would be shown
// still; of one who was hidden, only the refusal tells that there is none. err is the answer.
func (t *Tenant) narrowed(ctx context.Context, n *names, c plan.Change, hidden bool, err error) plan.Outcome {
	after, readErr := t.sight(ctx, n, c)
	over := readErr == nil && after.over(n, c) && (!hidden || !after.hidden)
	switch {
	case over && refused(err):
		return outcome(c, plan.Already, "somebody else has done it")
	case over:
		return outcome(c, plan.Done, "")
	case hidden && unknownMember(err):
		return outcome(c, plan.Already, "the server shows no such member, and knows none to be taken away")
	case refused(err):
		return denied(c, err)
	}
	return outcome(c, plan.Unknown, doubt(err, readErr))
}

// sighting is what one account holds on a folder, as far as the server shows it.
type sighting struct {
	access.Grant      // the zero one if nothing is shown
	hidden       bool // that nothing is shown proves nothing
}

// sight reads what one account holds on the folder of a change. Lists may leave out members
// who are suspended: then the member is asked for singly, and what is not shown even so is hidden.
func (t *Tenant) sight(ctx context.Context, n *names, c plan.Change) (sighting, error) {
	grants, err := t.members(ctx, n, folderOf(c), []string{c.Account})
	for _, g := range grants {
		if g.Account == c.Account {
			return sighting{Grant: g}, err
		}
	}
	if err != nil {
		return sighting{}, err
	}
	switch u, err := t.user(ctx, c.Account); {
	case missing(err), err == nil && u.status() != access.Suspended && u.status() != access.Deactivated:
		return sighting{}, nil
	case err != nil:
		return sighting{}, err
	}
	var m wireMember
	_, err = t.client.send(ctx, get(access.Email(c.As), oneMember, url.Values{"with": {"(user,role)"}}, c.Folder, c.Account), &m)
	switch {
	case err == nil && m.user() == c.Account:
		return sighting{Grant: grant(m, c.Folder, n)}, nil
	case err == nil, missing(err):
		return sighting{hidden: true}, nil
	}
	return sighting{}, err
}

// missing says whether an error is how servers speak of what is not there, or not to be seen.
func missing(err error) bool {
	var api *APIError
	return errors.As(err, &api) && (api.Status == http.StatusNotFound || api.Status == http.StatusForbidden && api.Code != "")
}

// unknownMember says whether a refusal is that of a member who is none.
func unknownMember(err error) bool {
	return missing(err) && slices.Contains([]string{"ERR_ACCESS_USER", "ERR_ENTITY_NOT_FOUND", ""}, codeOf(err))
}

// standing says that a member is as wanted already, or must be left alone, and why. The
// result is 0 if the change is to be sent.
func (s sighting) standing(c plan.Change) (result plan.Result, why string) {
	switch {
	case s.hidden && c.Op == plan.Revoke:
		return 0, "" // what is ours is taken away, whether it is shown or not
	case s.hidden:
		return plan.Refused, "the server does not show what a suspended member holds: it is lowered when the account is used again"
	case access.FoldName(s.Role) == access.FoldName(c.To):
		return plan.Already, "it was so already"
	case s.Origin != "":
		return plan.Refused, fmt.Sprintf("holds %q, which is inherited from folder %s: it ends there", s.Role, s.Origin)
	case access.FoldName(s.Role) != access.FoldName(c.From):
		return plan.Refused, differs("holds", s.Role, c.From, true)
	case s.SharedBy != "" && c.SharedBy != "" && s.SharedBy != c.SharedBy:
		return plan.Refused, fmt.Sprintf("holds %q, which somebody else has given anew: it is theirs", s.Role)
	}
	return 0, ""
}

// over says whether what was given on the folder itself is gone, or lowered: also where a
// weaker role shows that is inherited and was hidden by it.
func (s sighting) over(n *names, c plan.Change) bool {
	return access.FoldName(s.Role) == access.FoldName(c.To) || s.Origin != "" && !n.covers(s.Role, c.From)
}

// narrowing is the request that lowers or revokes.
func (t *Tenant) narrowing(n *names, c plan.Change) (request, error) {
	if c.Op == plan.Revoke {
		return newRequest(http.MethodDelete, access.Email(c.As), oneMember, onlyHere, nil, []string{c.Folder, c.Account}), nil
	}
	role, err := n.roleID(c.To)
	if err != nil {
		return request{}, err
	}
	return put(access.Email(c.As), oneMember, onlyHere, newRole{RoleID: role}, c.Folder, c.Account), nil
}
