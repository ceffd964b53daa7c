package kiteworks

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

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

// rename gives an account another address (promise P10). The request names it by the old
// one, so that the account is read by its id before, and is asked for by it in the answer.
func (t *Tenant) rename(ctx context.Context, c plan.Change) plan.Outcome {
	return t.alter(ctx, c, alteration{
		as:  func(u wireUser) bool { return address(u) == access.Email(c.To) },
		bar: func(u wireUser) string { return moved(u, c.From) },
		call: func(u wireUser) request {
			body := migration{Users: []renaming{{OldEmail: u.Email, NewEmail: c.To}}}
			return post(t.client.options.Identities.Users, "/rest/admin/users/migrateEmails", withEntity, body)
		},
		hints: map[string]string{"ERR_ENTITY_EXISTS": ": another account, or a deleted one, has this address"},
	})
}

// moved says that an account has not the address any more that the plan saw.
func moved(u wireUser, then string) string {
	return differs("has the address", u.Email, then, address(u) != access.Email(then))
}

// address is an account's address as the house compares it; "" if it is none.
func address(u wireUser) access.Email {
	email, _ := access.ParseEmail(u.Email)
	return email
}
