package kiteworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// retention are the flags that say what becomes of an account's data. All are
// said, so that no default decides; remoteWipe is never set.
type retention struct {
	RemoteWipe                   bool   `json:"remoteWipe"`
	RetainData                   bool   `json:"retainData"`
	DeleteUnsharedData           bool   `json:"deleteUnsharedData"`
	RetainPermissionToSharedData bool   `json:"retainPermissionToSharedData"`
	RetainToUser                 string `json:"retainToUser,omitempty"`
	WithdrawFileLinks            bool   `json:"withdrawFileLinks"`
	WithdrawRequestFiles         bool   `json:"withdrawRequestFiles"`
}

// newRetention insists on a decision.
func newRetention(r *plan.Retention) (retention, error) {
	switch {
	case r == nil:
		return retention{}, errors.New("it may destroy data, and nothing says what becomes of the data: name who gets it, or say that it is discarded")
	case (r.Heir == "") == !r.Discard:
		return retention{}, errors.New("the data must either go to an heir or be discarded")
	}
	heir := r.Heir != ""
	return retention{
		RetainData: heir, DeleteUnsharedData: r.Discard, RetainPermissionToSharedData: heir, RetainToUser: r.Heir,
	}, nil
}

// query is the flags as DELETE /rest/admin/users/{id} takes them.
func (r retention) query() url.Values {
	q := url.Values{}
	for name, on := range map[string]bool{
		"remoteWipe": r.RemoteWipe, "retainData": r.RetainData, "deleteUnsharedData": r.DeleteUnsharedData,
		"retainPermissionToSharedData": r.RetainPermissionToSharedData,
		"withdrawFileLinks":            r.WithdrawFileLinks, "withdrawRequestFiles": r.WithdrawRequestFiles,
	} {
		q.Set(name, fmt.Sprint(on))
	}
	if r.RetainToUser != "" {
		q.Set("retainToUser", r.RetainToUser)
	}
	return q
}

// remove deletes an account softly. It and the heir are read right before, and afterwards
// it is read that it is deleted, which may take the server a while.
func (t *Tenant) remove(ctx context.Context, c plan.Change) plan.Outcome {
	flags, err := newRetention(c.Retain)
	if err != nil {
		return outcome(c, plan.Refused, "delete: "+err.Error())
	}
	a := alteration{as: func(u wireUser) bool { return u.Deleted }, bar: func(u wireUser) string { return revived(u, c) }}
	if _, out, settled := t.before(ctx, c, a); settled {
		return out
	}
	if why, err := t.unfit(ctx, flags.RetainToUser); why != "" || err != nil {
		return barred(c, why, err)
	}
	as := t.client.options.Identities.Users
	_, err = t.client.send(ctx, newRequest(http.MethodDelete, as, "/rest/admin/users/{id}", flags.query(), nil, []string{c.Account}), nil)
	if err != nil && refused(err) {
		return denied(c, err)
	}
	out := t.verify(ctx, c, err, a.as)
	if err == nil && out.Result == plan.Refused {
		out.Result, out.Why = plan.Unknown, "the server has taken the deletion on, and has not deleted the account yet"
	}
	return out
}

// revived says why an account is not what the plan wanted to delete: it has another address
// by now, somebody has switched it on again, or it is the heir itself.
func revived(u wireUser, c plan.Change) string {
	status := u.status().String()
	switch {
	case c.Retain.Heir == c.Account:
		return "the account cannot inherit its own data"
	case c.Email != "" && address(u) != c.Email:
		return moved(u, string(c.Email))
	}
	return differs("is", status, c.From, c.From != "" && status != c.From)
}

// unfit says why an account cannot have the data of another; "" if it can, or if none is to.
func (t *Tenant) unfit(ctx context.Context, heir string) (why string, err error) {
	if heir == "" {
		return "", nil
	}
	u, err := t.user(ctx, heir)
	switch {
	case err != nil:
		return "", err
	case u.kind() != access.User && u.kind() != access.Admin:
		return fmt.Sprintf("the heir %s is a %s: it cannot have the data", u.Email, u.kind()), nil
	case u.status() != access.Live:
		return fmt.Sprintf("the heir %s is %s by now: it cannot have the data", u.Email, u.status()), nil
	}
	return "", nil
}

// barred is the outcome where an heir is unfit, or could not be read.
func barred(c plan.Change, why string, err error) plan.Outcome {
	if err != nil {
		return unread(c, "the heir", err)
	}
	return outcome(c, plan.Refused, why)
}
