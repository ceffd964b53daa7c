package contract

import (
	"net/http"
	"slices"
	"strings"
)

// exception is a deviation from the document that is right all the same.
type exception struct {
	op     string // "" means every operation
	status int    // of the answer; 0 means every one
	side   side
	where  string // the finding's place, or how it ends; "" means every place
	rule   rule
	fact   string // what a server does instead
	source string // who says so
}

// String returns what deviates and who says so.
func (e exception) String() string {
	op := e.op
	if op == "" {
		op = "every operation"
	}
	return op + ": " + e.fact + " (" + e.source + ")"
}

// exceptions is the whole table. A test of this package fails if one of them is never needed.
func exceptions() []exception {
	return slices.Concat(refusalExceptions(), bodyExceptions(), assumptions(), statusExceptions())
}

// refusalExceptions are for the bodies of refusals.
func refusalExceptions() []exception {
	return []exception{
		{
			side: response, rule: asArray, fact: "refusals are an array under errors; schema Errors says error",
			source: "observed: the decoder of cmcoffee/kitebroker takes nothing else; the document's own newer examples",
		},
		{
			side: response, rule: asObject, fact: "refusals may be one object under errors",
			source: "documented: the older examples of the document, against its own schema",
		},
		{
			side: response, rule: flat, fact: "refusals may have code, message and field without an envelope",
			source: "documented: developer.kiteworks.com, status and error codes",
		},
		{
			side: response, rule: known, where: "error/*/field", fact: "refusals name the offending input",
			source: "documented: developer.kiteworks.com, status and error codes; schema ErrorStringSchemaAccessVerifications has it",
		},
		{
			side: response, status: http.StatusUnauthorized, rule: unsaid, fact: "a dead token may get a bare 401",
			source: "observed: a comment in cmcoffee/kitebroker about older appliances",
		},
		{
			side: response, status: http.StatusForbidden, where: "body", rule: mediaType, fact: "403 from the web server throttles",
			source: "documented: developer.kiteworks.com, rate limiting; the page as its body is assumed",
		},
		{
			side: response, status: http.StatusUnauthorized, where: "code ERR_AUTH_PROFILE_CHANGED", rule: known,
			fact:   "a change of profile ends the user's tokens",
			source: "observed: cmcoffee/kitebroker gets a new token on this code; the status is assumed",
		},
		{
			side: response, status: http.StatusUnprocessableEntity, rule: known,
			where: "code ERR_INPUT_FOLDER_NAME_INVALID_START_END_FORMAT",
			fact:  "names of folders have rules", source: "observed: cmcoffee/kitebroker; the status is assumed",
		},
	}
}

// bodyExceptions are for requests and successes.
func bodyExceptions() []exception {
	return []exception{
		{
			side: response, rule: withheld, fact: "a write without returnEntity=true answers without the entity",
			source: "observed: header captures of the vendor's API guide of 2020; cmcoffee/kitebroker",
		},
		{
			side: response, rule: timeOfDay, fact: "what the document calls a date carries a time",
			source: "observed: responses captured by qld-gov-au/kiteworks-integration and in the vendor's API guide of 2020",
		},
		{
			side: response, where: "metadata/limit", rule: nullable, fact: "limit is null if none was asked for",
			source: "observed: a response captured in the vendor's API guide of 2020",
		},
		{
			op: "GET /rest/admin/profiles", side: response, where: "data/*/prototype", rule: nullable,
			fact: "built-in profiles have no prototype", source: "documented: the operation's own example",
		},
		{
			op: "GET /rest/folders/{id}/children", side: response, rule: wrapped, fact: "children come in an envelope",
			source: "observed: cmcoffee/kitebroker, the Kiteworks backend of rclone and the test helper of the ownCloud client decode it",
		},
		{
			op: "PUT /rest/admin/users/{id}", side: response, rule: empty, fact: "some changes answer with no body",
			source: "observed: cmcoffee/kitebroker, of changes of profile",
		},
		{
			op: "PUT /rest/admin/profiles/{id}/users", side: response, rule: empty, fact: "some changes answer with no body",
			source: "observed: cmcoffee/kitebroker",
		},
		{
			op: "POST /rest/folders/{id}/folders", side: request, where: "path id", rule: topLevel,
			fact: "the id 0 is the top level of the acting user", source: "observed: the vendor's create_folder.py; cmcoffee/kitebroker",
		},
	}
}

// assumptions have no source. They stand for open questions, on which the simulator can take either side.
func assumptions() []exception {
	all := []exception{
		{
			side: response, rule: unsaid, fact: "a refusal may have no body", source: "assumed: no refusal was captured",
		},
		{
			side: response, rule: asText, fact: "integer ids may come as texts", source: "assumed: ids changed their type between versions",
		},
		{
			op: "PUT /rest/admin/users/{id}", side: request, where: "body/name", rule: nullable,
			fact: "null keeps the name, as leaving it out does", source: "assumed: the simulator's opinion",
		},
		{
			status: http.StatusUnprocessableEntity, side: response, rule: known, where: "code ERR_LICENSE_MAX_USERS_COUNT_REACHED",
			fact: "a used-up licence may be a wrong input", source: "assumed: its status on creating users is unknown",
		},
	}
	for _, op := range []string{"GET /rest/folders/{id}/folders", "PUT /rest/folders/{id}/members/{member_user_id}"} {
		all = append(all, exception{
			op: op, side: response, rule: bare, fact: "short lists may come without their envelope",
			source: "assumed: the document declares other short lists so",
		})
	}
	for _, op := range []string{"POST /rest/admin/users", "POST /rest/folders/{id}/folders"} {
		all = append(all, exception{
			op: op, side: response, rule: empty, fact: "returnEntity=true may go unheeded",
			source: "assumed: only answers to creations without it were captured",
		})
	}
	return all
}

// statusExceptions are for answers that most operations can give and few declare.
func statusExceptions() []exception {
	const source = "documented: developer.kiteworks.com, status and error codes and rate limiting"
	all := []exception{
		{
			op: "POST /rest/admin/users", status: http.StatusCreated, side: response, where: "status", rule: known,
			fact: "creating a user answers 201", source: source + "; observed: the vendor's create_user.py",
		},
		{
			op: "POST " + tokenEndpoint, status: 490, side: response, where: "status", rule: known,
			fact: "the firewall guards tokens as everything else", source: "documented: every operation of the document answers 490",
		},
	}
	for _, status := range []int{400, 401, 403, 404, 409, 422, 429, 500, 503} {
		all = append(all, exception{
			status: status, side: response, where: "status", rule: known,
			fact: "every operation may answer " + http.StatusText(status), source: source,
		})
	}
	return all
}

// excuses reports whether the finding is the exception's.
func (e exception) excuses(f finding) bool {
	return e.side == f.side && e.rule == f.rule &&
		(e.op == "" || e.op == f.op) && (e.status == 0 || e.status == f.status) &&
		(e.where == "" || e.where == f.where || strings.HasSuffix(f.where, "/"+e.where))
}

// Unused lists the exceptions that no exchange of the checker has needed.
func (c *Checker) Unused() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var unused []string
	for _, e := range c.exceptions {
		if !c.used[e] {
			unused = append(unused, e.String())
		}
	}
	return unused
}
