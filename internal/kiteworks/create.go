package kiteworks

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// withEntity asks for the created thing in the answer.
var withEntity = url.Values{"returnEntity": {"true"}}

// newUser is the body of POST /rest/admin/users. Without userTypeId the
// appliance chooses the profile by its own rules. Nobody is sent a mail whose rule
// does not say so.
type newUser struct {
	Email            access.Email `json:"email"`
	Name             string       `json:"name,omitempty"`
	UserTypeID       json.Number  `json:"userTypeId,omitempty"`
	Verified         bool         `json:"verified"`
	SendNotification bool         `json:"sendNotification"`
}

// createAccount creates an account (POST /rest/admin/users).
func (t *Tenant) createAccount(ctx context.Context, n *names, c plan.Change) plan.Outcome {
	body := newUser{Email: c.Email, Name: c.Name, Verified: true, SendNotification: c.Notify}
	if c.Profile != "" {
		id, err := n.profileID(c.Profile)
		if err != nil {
			return outcome(c, plan.Refused, err.Error())
		}
		body.UserTypeID = id
	}
	var user wireUser
	header, err := t.client.send(ctx, post(t.client.options.Identities.Users, "/rest/admin/users", withEntity, body), &user)
	out := outcome(c, plan.Done, "")
	if out.Account = created(string(user.ID), header); err == nil && out.Account != "" {
		return t.mend(ctx, n, c, user, out)
	}
	if err != nil && refused(err) && codeOf(err) != "ERR_ENTITY_EXISTS" {
		return denied(c, err)
	}
	return t.readAccount(ctx, n, c, err)
}

// readAccount finds out what a doubtful creation came to. err is its answer;
// nil means that the answer named no id.
func (t *Tenant) readAccount(ctx context.Context, n *names, c plan.Change, err error) plan.Outcome {
	query := url.Values{"email": {string(c.Email)}, "orderBy": {"id:asc"}}
	rows, readErr := list(ctx, t.client, get(t.client.options.Identities.Users, "/rest/admin/users", query),
		func(u wireUser) string { return string(u.ID) })
	if readErr != nil {
		return outcome(c, plan.Unknown, doubt(err, readErr))
	}
	for _, row := range rows {
		if a := account(row, n); a.Email == c.Email && a.Kind == access.User && a.Status != access.Deleted {
			out := outcome(c, plan.Done, "")
			out.Account = a.ID
			if err != nil && refused(err) { // somebody else was first
				out.Result = plan.Already
				return out
			}
			return t.mend(ctx, n, c, row, out)
		}
	}
	if err != nil && refused(err) {
		return outcome(c, plan.Refused, err.Error()+": an account that is deleted or no person's has this address")
	}
	return outcome(c, plan.Unknown, doubt(err, nil))
}

// newFolder is the body of POST /rest/folders/{id}/folders. Without inherited
// members, so that making a folder gives nobody anything; never with rename,
// which would make a second folder beside the first.
type newFolder struct {
	Name               string `json:"name"`
	InheritanceEnabled bool   `json:"inheritanceEnabled"`
}

// createFolder creates a folder (POST /rest/folders/{id}/folders).
func (t *Tenant) createFolder(ctx context.Context, c plan.Change) plan.Outcome {
	var f wireFolder
	as := access.Email(c.As)
	header, err := t.client.send(ctx, post(as, "/rest/folders/{id}/folders", withEntity, newFolder{Name: c.Path.Name()}, c.Parent), &f)
	out := outcome(c, plan.Done, "")
	if out.Folder = created(string(f.ID), header); err == nil && out.Folder != "" {
		return out
	}
	if err != nil && refused(err) && codeOf(err) != "ERR_ENTITY_EXISTS" {
		return denied(c, err)
	}
	w := &walker{client: t.client, as: as, levels: map[string][]wireFolder{}}
	level, readErr := w.children(ctx, c.Parent)
	if readErr != nil {
		return outcome(c, plan.Unknown, doubt(err, readErr))
	}
	one, matches := pick(level, c.Path.Name())
	switch {
	case matches == 1:
		out.Folder = string(one.ID)
		if err != nil && refused(err) {
			out.Result = plan.Already
		}
		return out
	case err != nil && refused(err):
		return outcome(c, plan.Refused, err.Error()+": a folder that is deleted or hidden has this name")
	}
	return outcome(c, plan.Unknown, doubt(err, nil))
}

// created is the id of a new thing: in the body, or at the end of the Location
// header, under either of the names that sources show.
func created(id string, header http.Header) string {
	if id != "" {
		return id
	}
	for _, name := range []string{"X-Accellion-Location", "X-Kiteworks-Location", "Location"} {
		if at := header.Get(name); at != "" {
			return idOf(at)
		}
	}
	return ""
}

// doubt words why an outcome is unknown.
func doubt(err, readErr error) string {
	why := "the answer named no id"
	if err != nil {
		why = err.Error()
	}
	if readErr != nil {
		return why + "; and reading it back: " + readErr.Error()
	}
	return why + "; it was not found by reading either, and may still come"
}
