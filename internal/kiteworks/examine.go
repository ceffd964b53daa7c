package kiteworks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// What a doctor asks, beyond what a run does: each question is one read.

// SignIn gets a token for an identity. scope is what the server says the token is good
// for; "": it does not say.
func (r *Reader) SignIn(ctx context.Context, as access.Email) (scope string, err error) {
	if _, err := r.client.tokens.get(ctx, as); err != nil {
		return "", err
	}
	return r.client.tokens.scope(as), nil
}

// Probe tries whether an identity may use a list that takes no id, such as /rest/roles or
// /rest/folders/top. The error says what to do about a refusal.
func (r *Reader) Probe(ctx context.Context, as access.Email, path string) error {
	query := url.Values{}
	if path != "/rest/roles" { // which is not paged
		query.Set("limit", "1")
	}
	_, err := r.client.send(ctx, get(as, path, query), nil)
	return advise(err, as)
}

// Self is an identity as it sees itself (GET /rest/users/me).
type Self struct {
	Administers bool // has an administrator's role
	OfAll       bool // of the whole system, the highest there is
}

// systemAdmin is the id of that role (PUT /rest/adminRoles/{id}/users/{user_id}).
const systemAdmin = "1"

// Self asks an identity about itself.
func (r *Reader) Self(ctx context.Context, as access.Email) (Self, error) {
	var u wireUser
	_, err := r.client.send(ctx, get(as, "/rest/users/me", nil), &u)
	return Self{Administers: u.AdminRoleID.set(), OfAll: u.AdminRoleID == systemAdmin}, err
}

// Application is our registration (GET /rest/clients/me).
type Application struct {
	Scope    string // "": not told
	Disabled bool
}

// disabledClient is the bit of Client.flag that marks one which is switched off.
const disabledClient = 2

// Application asks how the custom application is registered.
func (r *Reader) Application(ctx context.Context, as access.Email) (Application, error) {
	var wire struct {
		Scope string `json:"scope"`
		Flag  int    `json:"flag"`
	}
	_, err := r.client.send(ctx, get(as, "/rest/clients/me", nil), &wire)
	return Application{Scope: wire.Scope, Disabled: wire.Flag&disabledClient != 0}, err
}

// Registered is an identity in the list of users.
type Registered struct {
	access.Account
	LastActive      time.Time // zero: not told
	PasswordExpires time.Time // zero: not told, or never
}

// Registered looks an identity up in the list of users; nil: it is not there.
func (r *Reader) Registered(ctx context.Context, identity access.Email) (*Registered, error) {
	as := r.client.options.Identities.Users
	var found page[struct {
		wireUser
		LastActive      string `json:"lastActivityDateTime"`
		PasswordExpires string `json:"passwordExpirationDateTime"`
	}]
	if _, err := r.client.send(ctx, get(as, "/rest/admin/users", url.Values{"email": {string(identity)}, "limit": {"10"}}), &found); err != nil {
		return nil, advise(err, as)
	}
	for _, row := range found.Data {
		if a := account(row.wireUser, &names{}); a.Email == identity && a.Status != access.Deleted {
			return &Registered{a, parseTime(row.LastActive), parseTime(row.PasswordExpires)}, nil
		}
	}
	return nil, nil
}

// RoleOn is the role that an identity has on a root, by its name. why says that the
// root cannot be used; it is "" where role is known.
func (r *Reader) RoleOn(ctx context.Context, as access.Email, root Root) (role, why string, err error) {
	w := &walker{client: r.client, as: as, roots: []Root{root}}
	if err := w.walk(ctx, nil); err != nil {
		return "", "", err
	}
	answer, err := w.root(ctx, root)
	if err != nil || answer.why != "" {
		return "", answer.why, advise(err, as)
	}
	var f struct {
		Role *wireRole `json:"currentUserRole"`
	}
	_, err = r.client.send(ctx, get(as, "/rest/folders/{id}", url.Values{"with": {"(currentUserRole)"}}, answer.folder.ID), &f)
	var api *APIError
	switch {
	case errors.As(err, &api) && api.Status == http.StatusNotFound:
		return "", fmt.Sprintf("root %s is not visible to %s", root.Path, as), nil
	case err != nil:
		return "", "", advise(err, as)
	case f.Role == nil:
		return "", "", nil
	}
	return f.Role.Name, "", nil
}

// Covers says whether a role, by the ranks of the server, is at least as much as another;
// false as well if the server does not know one of them.
func (r *Reader) Covers(ctx context.Context, held, wanted string) (bool, error) {
	n, err := r.current(ctx)
	if err != nil {
		return false, err
	}
	return n.covers(held, wanted), nil
}
