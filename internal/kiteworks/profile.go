package kiteworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// setProfile moves accounts to a profile, up to 100 in one request (PUT
// /rest/admin/profiles/{id}/users). Each is read before, and left alone if somebody has
// moved it meanwhile. A profile that is not known to be a full one takes data away, so it
// needs a retention policy.
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
	if why, err := t.unfit(ctx, flags.RetainToUser); why != "" || err != nil {
		return each(s, barred(plan.Change{}, why, err))
	}
	outcomes, still := t.movable(ctx, n, s, id, flags.RetainToUser)
	if len(still) > 0 {
		t.moveTo(ctx, s, id, body, outcomes, still)
	}
	return outcomes
}

// movable reads the accounts of a step and decides those that need not or must not be moved.
// The indices are those of the others.
func (t *Tenant) movable(ctx context.Context, n *names, s plan.Step, id json.Number, heir string) (outcomes []plan.Outcome, still []int) {
	outcomes = make([]plan.Outcome, len(s.Changes))
	for i, c := range s.Changes {
		a := alteration{as: has(id), bar: func(u wireUser) string {
			if c.Account == heir {
				return "the account cannot inherit its own data"
			}
			now := n.profile(string(u.UserTypeID))
			return differs("has the profile", now, c.From, access.FoldName(now) != access.FoldName(c.From))
		}}
		var settled bool
		if _, outcomes[i], settled = t.before(ctx, c, a); !settled {
			still = append(still, i)
		}
	}
	return outcomes, still
}

// has says whether an account has a profile.
func has(id json.Number) func(wireUser) bool {
	return func(u wireUser) bool { return string(u.UserTypeID) == id.String() && !u.Deleted }
}

// moveTo sends the request for the changes at the indices, and decides them by the answer, or
// where that does not show them, by reading them again.
func (t *Tenant) moveTo(ctx context.Context, s plan.Step, id json.Number, body any, outcomes []plan.Outcome, still []int) {
	accounts := make([]string, len(still))
	for k, i := range still {
		accounts[k] = s.Changes[i].Account
	}
	query := url.Values{"id:in": {strings.Join(accounts, ",")}}
	var answer changedUsers
	_, err := t.client.send(ctx, put(t.client.options.Identities.Users, "/rest/admin/profiles/{id}/users", query, body, id.String()), &answer)
	for _, i := range still {
		c := s.Changes[i]
		u, shown := answer.of(c.Account)
		switch {
		case err != nil && refused(err):
			outcomes[i] = denied(c, err)
		case err == nil && shown && has(id)(u):
			outcomes[i] = outcome(c, plan.Done, "")
		default:
			outcomes[i] = t.verify(ctx, c, err, has(id))
		}
	}
}
