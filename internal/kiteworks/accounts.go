package kiteworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// suspension is the body of PUT /rest/admin/users/{id} that switches an account
// off or on. What it leaves out keeps its value.
type suspension struct {
	Suspended bool `json:"suspended"`
}

// suspend switches an account off or on again, and reads that it is so.
func (t *Tenant) suspend(ctx context.Context, c plan.Change, off bool) plan.Outcome {
	as := t.client.options.Identities.Users
	_, err := t.client.send(ctx, put(as, "/rest/admin/users/{id}", nil, suspension{Suspended: off}, c.Account), nil)
	if err != nil && refused(err) {
		return denied(c, err)
	}
	return t.verify(ctx, c, err, func(u wireUser) bool { return u.Suspended == off })
}

// verify decides a change of an account by reading it (GET
// /rest/admin/users/{id}): a 200 may have ignored a field, and a lost answer
// says nothing. err is the answer of the change.
func (t *Tenant) verify(ctx context.Context, c plan.Change, err error, as func(wireUser) bool) plan.Outcome {
	var u wireUser
	_, readErr := t.client.send(ctx, get(t.client.options.Identities.Users, "/rest/admin/users/{id}", nil, c.Account), &u)
	switch {
	case readErr != nil:
		return outcome(c, plan.Unknown, doubt(err, readErr))
	case as(u):
		return outcome(c, plan.Done, "")
	case err == nil:
		return outcome(c, plan.Refused, "the server said yes and changed nothing")
	}
	return outcome(c, plan.Unknown, doubt(err, nil))
}

// migration is the body of POST /rest/admin/users/migrateEmails, the only way
// to rename. An account that has the new address already is never deleted.
type migration struct {
	Users          []renaming `json:"users"`
	DeleteIfExists bool       `json:"deleteIfExists"`
}

type renaming struct {
	OldEmail string `json:"oldEmail"`
	NewEmail string `json:"newEmail"`
}

// rename gives an account another address, and reads that it has it.
func (t *Tenant) rename(ctx context.Context, c plan.Change) plan.Outcome {
	body := migration{Users: []renaming{{OldEmail: c.From, NewEmail: c.To}}}
	_, err := t.client.send(ctx, post(t.client.options.Identities.Users, "/rest/admin/users/migrateEmails", nil, body), nil)
	if err != nil && refused(err) {
		return denied(c, err)
	}
	return t.verify(ctx, c, err, func(u wireUser) bool {
		email, _ := access.ParseEmail(u.Email)
		return string(email) == c.To
	})
}

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

// remove deletes an account softly, and reads that it is deleted.
func (t *Tenant) remove(ctx context.Context, c plan.Change) plan.Outcome {
	flags, err := newRetention(c.Retain)
	if err != nil {
		return outcome(c, plan.Refused, "delete: "+err.Error())
	}
	as := t.client.options.Identities.Users
	_, err = t.client.send(ctx, newRequest(http.MethodDelete, as, "/rest/admin/users/{id}", flags.query(), nil, []string{c.Account}), nil)
	if err != nil && refused(err) {
		return denied(c, err)
	}
	return t.verify(ctx, c, err, func(u wireUser) bool { return u.Deleted })
}

// setProfile moves accounts to a profile, up to 100 in one request (PUT
// /rest/admin/profiles/{id}/users). A profile that is not known to be a full one
// takes data away, so it needs a retention policy.
func (t *Tenant) setProfile(ctx context.Context, n *names, s plan.Step) []plan.Outcome {
	id, err := n.profileID(s.Role)
	if err != nil {
		return each(s, plan.Outcome{Result: plan.Refused, Why: err.Error()})
	}
	var body any // a full profile keeps what there is: no flags are needed
	flags, err := newRetention(s.Changes[0].Retain)
	switch {
	case err == nil:
		body = flags
	case s.Changes[0].Retain != nil || !n.full[id.String()]:
		return each(s, plan.Outcome{Result: plan.Refused, Why: fmt.Sprintf("set profile %s: %s", s.Role, err)})
	}
	accounts := make([]string, len(s.Changes))
	for i, c := range s.Changes {
		accounts[i] = c.Account
	}
	query := url.Values{"id:in": {strings.Join(accounts, ",")}}
	_, err = t.client.send(ctx, put(t.client.options.Identities.Users, "/rest/admin/profiles/{id}/users", query, body, id.String()), nil)
	if err != nil && refused(err) {
		return each(s, denied(s.Changes[0], err))
	}
	out := make([]plan.Outcome, 0, len(s.Changes))
	for _, c := range s.Changes {
		out = append(out, t.verify(ctx, c, err, func(u wireUser) bool { return string(u.UserTypeID) == id.String() }))
	}
	return out
}
