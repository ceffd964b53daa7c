package kiteworks

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// activation is the body of PUT /rest/admin/users/{id} that makes an account usable.
type activation struct {
	Suspended   bool `json:"suspended"`
	Deactivated bool `json:"deactivated"`
	Verified    bool `json:"verified"`
}

// mend makes an account that was created what was asked for. A new one is; where the address
// had an account that was deleted, a server may bring that one back as it was: suspended,
// with another profile. What cannot be mended the outcome says: the account is there.
func (t *Tenant) mend(ctx context.Context, n *names, c plan.Change, u wireUser, out plan.Outcome) plan.Outcome {
	if u.ID == "" { // the answer shows no account: that of a deletion is found suspended by the next reading
		return out
	}
	c.Account = string(u.ID)
	if u.Suspended || u.Deactivated {
		usable := func(u wireUser) bool { return !u.Suspended && !u.Deactivated }
		if err := t.mended(ctx, c, t.putUser(c, activation{Verified: true}), usable); err != nil {
			note(&out, fmt.Sprintf("the account came back %s, as it was before its deletion: %s", u.status(), err))
		}
	}
	if c.Profile == "" || !u.UserTypeID.set() {
		return out
	}
	id, err := n.profileID(c.Profile)
	if err != nil || has(id)(u) {
		return out
	}
	if !n.full[id.String()] {
		note(&out, fmt.Sprintf("the account came back with the profile %s, and stays there: to move it to %s may destroy data", n.profile(string(u.UserTypeID)), c.Profile))
		return out
	}
	query := url.Values{"id:in": {c.Account}}
	move := put(t.client.options.Identities.Users, "/rest/admin/profiles/{id}/users", query, nil, id.String())
	if err := t.mended(ctx, c, move, has(id)); err != nil {
		note(&out, fmt.Sprintf("the account came back with the profile %s: %s", n.profile(string(u.UserTypeID)), err))
	}
	return out
}

// mended sends a request and reads that the account is as wanted, whatever was answered.
func (t *Tenant) mended(ctx context.Context, c plan.Change, r request, as func(wireUser) bool) error {
	_, err := t.client.send(ctx, r, nil)
	if err != nil && refused(err) {
		return err
	}
	if out := t.verify(ctx, c, err, as); out.Result != plan.Done {
		return errors.New(out.Why)
	}
	return nil
}

// note adds to the reason of an outcome.
func note(out *plan.Outcome, why string) {
	if out.Why != "" {
		why = out.Why + "; " + why
	}
	out.Why = why
}
