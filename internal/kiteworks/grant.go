package kiteworks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// addMembers is how POST /rest/folders/{id}/members is asked: each person
// judged by itself, nothing changed below. Only a raise changes the role of
// somebody who is a member already.
func addMembers(op plan.Op) url.Values {
	return url.Values{
		"partialSuccess": {"true"}, "downgradeNested": {"false"}, "returnEntity": {"true"},
		"updateIfExists": {strconv.FormatBool(op == plan.Raise)},
	}
}

// newMembers is its body. Nobody is sent a mail.
type newMembers struct {
	RoleID          json.Number `json:"roleId"`
	UserIDs         []string    `json:"userIds,omitempty"`
	Emails          []string    `json:"emails,omitempty"`
	Notify          bool        `json:"notify"`
	NotifyFileAdded bool        `json:"notifyFileAdded"`
}

// addedMembers is schema FolderFileAddMembers. Entries fail inside a 2xx too.
type addedMembers struct {
	Errors     []entryError `json:"errors"`
	SuccessIDs []text       `json:"successIds"`
	Data       []wireMember `json:"data"`
}

// entryError is one code and the entries that it concerns, by user id or by e-mail.
type entryError struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	FailedIDs []text `json:"failedIds"`
}

// grant gives up to 100 people one role on one folder, or raises them to it.
func (t *Tenant) grant(ctx context.Context, n *names, s plan.Step) []plan.Outcome {
	role, err := n.roleID(s.Role)
	if err != nil {
		return each(s, plan.Outcome{Result: plan.Refused, Why: err.Error()})
	}
	var added addedMembers
	_, err = t.client.send(ctx, post(access.Email(s.As), "/rest/folders/{id}/members", addMembers(s.Op), t.newMembers(s, role), s.Folder), &added)
	if err != nil && refused(err) && !exists(codeOf(err)) {
		return each(s, denied(s.Changes[0], err))
	}
	outcomes, doubtful := judge(s, added, err)
	if len(doubtful) > 0 {
		t.readBack(ctx, n, s, outcomes, doubtful, err)
	}
	return outcomes
}

// raise gives members a stronger role. The request would overwrite any role, so
// they are read before it: who no longer holds what the plan saw is left alone.
func (t *Tenant) raise(ctx context.Context, n *names, s plan.Step) []plan.Outcome {
	accounts := make([]string, len(s.Changes))
	for i, c := range s.Changes {
		accounts[i] = c.Account
	}
	held, err := t.members(ctx, n, folderOf(s.Changes[0]), accounts)
	if err != nil {
		return each(s, plan.Outcome{Result: plan.Refused, Why: "not raised, because the members could not be read before: " + err.Error()})
	}
	roles := map[string]string{}
	for _, g := range held {
		roles[g.Account] = g.Role
	}
	outcomes := each(s, plan.Outcome{})
	still := s
	still.Changes = nil
	var at []int
	for i, c := range s.Changes {
		if now := roles[c.Account]; now != c.From {
			outcomes[i].Result, outcomes[i].Why = plan.Refused, fmt.Sprintf("holds %q now, not %q: somebody else has changed it", now, c.From)
			continue
		}
		still.Changes, at = append(still.Changes, c), append(at, i)
	}
	if len(at) > 0 {
		for i, o := range t.grant(ctx, n, still) {
			outcomes[at[i]] = o
		}
	}
	return outcomes
}

// newMembers names the people by id, which no renaming changes, or by address
// for a server that takes nothing else.
func (t *Tenant) newMembers(s plan.Step, role json.Number) newMembers {
	body := newMembers{RoleID: role}
	for _, c := range s.Changes {
		if t.client.options.MembersByEmail {
			body.Emails = append(body.Emails, string(c.Email))
		} else {
			body.UserIDs = append(body.UserIDs, c.Account)
		}
	}
	return body
}

// exists says whether a code means that the person is a member already. With
// which role must be read.
func exists(code string) bool {
	return slices.Contains([]string{"ERR_ENTITY_EXISTS", "ERR_ENTITY_ROLE_IS_ASSIGNED", "ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS"}, code)
}

// judge decides each change by the answer alone, and lists the indices of those
// that it does not decide.
func judge(s plan.Step, added addedMembers, err error) (outcomes []plan.Outcome, doubtful []int) {
	outcomes = each(s, plan.Outcome{Result: plan.Unknown})
	for i, c := range s.Changes {
		e, failed := added.failure(c)
		m, listed := added.member(c)
		switch {
		case err == nil && !failed && (listed || added.silent()):
			outcomes[i].Result, outcomes[i].SharedBy, outcomes[i].Created = plan.Done, m.SharedBy.id(), parseTime(m.Created)
		case failed && !exists(e.Code):
			outcomes[i].Result, outcomes[i].Why = plan.Refused, shorten(e.Code+" "+e.Message)
			outcomes[i].NoSeat = e.Code == noSeat
		default:
			doubtful = append(doubtful, i)
		}
	}
	return outcomes, doubtful
}

// silent says that the answer speaks of nobody: a bare success.
func (a addedMembers) silent() bool {
	return len(a.Errors) == 0 && len(a.SuccessIDs) == 0 && len(a.Data) == 0
}

func (a addedMembers) failure(c plan.Change) (entryError, bool) {
	for _, e := range a.Errors {
		if slices.ContainsFunc(e.FailedIDs, means(c)) {
			return e, true
		}
	}
	return entryError{}, false
}

func (a addedMembers) member(c plan.Change) (wireMember, bool) {
	for _, m := range a.Data {
		if m.user() == c.Account {
			return m, true
		}
	}
	return wireMember{}, slices.ContainsFunc(a.SuccessIDs, means(c))
}

// means says whether an entry of a list means the change's person: no source
// tells whether it holds ids or addresses.
func means(c plan.Change) func(text) bool {
	return func(t text) bool {
		e, err := access.ParseEmail(string(t))
		return string(t) == c.Account || (err == nil && e == c.Email)
	}
}

// readBack decides the doubtful changes by the members as they are now.
func (t *Tenant) readBack(ctx context.Context, n *names, s plan.Step, outcomes []plan.Outcome, doubtful []int, err error) {
	var accounts []string
	for _, i := range doubtful {
		accounts = append(accounts, s.Changes[i].Account)
	}
	grants, readErr := t.members(ctx, n, folderOf(s.Changes[0]), accounts)
	sure := err == nil || refused(err)
	for _, i := range doubtful {
		c, out := s.Changes[i], &outcomes[i]
		at := slices.IndexFunc(grants, func(g access.Grant) bool { return g.Account == c.Account })
		switch {
		case readErr != nil:
			out.Why = doubt(err, readErr)
		case at >= 0 && access.FoldName(grants[at].Role) == access.FoldName(s.Role):
			out.Result, out.SharedBy, out.Created = plan.Done, grants[at].SharedBy, grants[at].Created
			if sure {
				out.Result = plan.Already
			}
		case at >= 0 && n.covers(grants[at].Role, s.Role):
			out.Result, out.Why = plan.Already, fmt.Sprintf("holds %s", grants[at].Role)
		case at >= 0 && !sure && c.Op == plan.Raise && access.FoldName(grants[at].Role) == access.FoldName(c.From):
			out.Why = doubt(err, nil) // it is as before, and the request may still come
		case at >= 0:
			out.Result, out.Why = plan.Refused, fmt.Sprintf("is already a member as %s", grants[at].Role)
		case sure:
			out.Result, out.Why = plan.Refused, "the answer did not confirm it, and it is not there"
		default:
			out.Why = doubt(err, nil)
		}
	}
}
