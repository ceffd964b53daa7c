package kiteworks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// alteration is a change of one account, which is read before it and judged.
type alteration struct {
	as   func(wireUser) bool    // the account is as wanted
	bar  func(wireUser) string  // why it must be left alone; "": it need not
	call func(wireUser) request // the request, given what was read

	hints map[string]string // what is added to a refusal, by its code
}

// alter carries out an alteration. The account is read first: one that somebody has changed
// since the plan was made is left alone (promise P3). The answer counts where it shows the
// account as wanted; else it is read again.
func (t *Tenant) alter(ctx context.Context, c plan.Change, a alteration) plan.Outcome {
	before, out, settled := t.before(ctx, c, a)
	if settled {
		return out
	}
	var answer changedUsers
	_, err := t.client.send(ctx, a.call(before), &answer)
	if err != nil && refused(err) {
		out = denied(c, err)
		out.Why += a.hints[codeOf(err)]
		return out
	}
	if u, shown := answer.of(c.Account); shown && err == nil && a.as(u) {
		return outcome(c, plan.Done, "")
	}
	return t.verify(ctx, c, err, a.as)
}

// before reads the account of a change. It is settled if the account cannot be read, or by what
// stands there.
func (t *Tenant) before(ctx context.Context, c plan.Change, a alteration) (u wireUser, out plan.Outcome, settled bool) {
	u, err := t.user(ctx, c.Account)
	if err != nil {
		return u, unread(c, "the account", err), true
	}
	out, settled = a.judge(c, u)
	return u, out, settled
}

// judge says whether a change is settled by what stands there: it is as wanted, or it is not
// what the plan saw.
func (a alteration) judge(c plan.Change, before wireUser) (out plan.Outcome, settled bool) {
	if a.as(before) {
		return outcome(c, plan.Already, "it was so already"), true
	}
	why := untouchable(before)
	if why == "" && a.bar != nil {
		why = a.bar(before)
	}
	return outcome(c, plan.Refused, why), why != ""
}

// untouchable says why an account is left alone, whatever was planned for it.
func untouchable(u wireUser) string {
	switch {
	case u.Deleted:
		return "the account was deleted meanwhile: somebody else has changed it"
	case u.kind() != access.User:
		return fmt.Sprintf("the account is of the kind %s now, which is not touched: somebody else has changed it", u.kind())
	}
	return ""
}

// user reads one account.
func (t *Tenant) user(ctx context.Context, id string) (u wireUser, err error) {
	_, err = t.client.send(ctx, get(t.client.options.Identities.Users, "/rest/admin/users/{id}", nil, id), &u)
	return u, err
}

// verify decides a change of an account by reading it: a 200 may have ignored a
// field, and a lost answer says nothing. err is the answer of the change.
func (t *Tenant) verify(ctx context.Context, c plan.Change, err error, as func(wireUser) bool) plan.Outcome {
	u, readErr := t.user(ctx, c.Account)
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

// changedUsers are the accounts in an answer to a change of them: one, a list, or none.
type changedUsers []wireUser

// UnmarshalJSON reads an account, and a list in either envelope.
func (u *changedUsers) UnmarshalJSON(b []byte) error {
	var list page[wireUser]
	if err := json.Unmarshal(b, &list); err == nil {
		*u = list.Data
		return nil
	}
	var one wireUser
	if err := json.Unmarshal(b, &one); err != nil || bytes.Equal(b, []byte("null")) {
		return err
	}
	*u = changedUsers{one}
	return nil
}

func (u changedUsers) of(account string) (wireUser, bool) {
	for _, one := range u {
		if string(one.ID) == account {
			return one, true
		}
	}
	return wireUser{}, false
}

// switching is the body of PUT /rest/admin/users/{id} that switches an account off or on.
// What it leaves out keeps its value.
type switching struct {
	Suspended bool `json:"suspended"`
}

// suspend switches an account off, or on again. One that is deactivated is suspended too:
// its owner could reactivate it.
func (t *Tenant) suspend(ctx context.Context, c plan.Change, off bool) plan.Outcome {
	return t.alter(ctx, c, alteration{
		as:   func(u wireUser) bool { return u.Suspended == off && !u.Deleted },
		call: func(wireUser) request { return t.putUser(c, switching{Suspended: off}) },
	})
}

func (t *Tenant) putUser(c plan.Change, body any) request {
	return put(t.client.options.Identities.Users, "/rest/admin/users/{id}", nil, body, c.Account)
}

// naming is the body of PUT /rest/admin/users/{id} that changes the name.
type naming struct {
	Name string `json:"name"`
}

// setName gives an account another name, unless a human has given it one meanwhile.
func (t *Tenant) setName(ctx context.Context, c plan.Change) plan.Outcome {
	return t.alter(ctx, c, alteration{
		as: func(u wireUser) bool { return u.Name == c.To },
		bar: func(u wireUser) string {
			return differs("is called", u.Name, c.From, u.Name != c.From)
		},
		call: func(wireUser) request { return t.putUser(c, naming{Name: c.To}) },
	})
}

// differs words that something is not as the plan saw it, if it is not.
func differs(what, now, then string, changed bool) string {
	if !changed {
		return ""
	}
	return fmt.Sprintf("%s %q now, not %q: somebody else has changed it", what, now, then)
}
