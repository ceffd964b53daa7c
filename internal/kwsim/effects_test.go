package kwsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// stage is a server set up so that every switch shows: a few users of each state and a folder with members.
type stage struct {
	*site
	top, sub, gone       string // folders
	ada, partner, former string // users; former is deleted
}

func newStage(t *testing.T, change ...func(*kwsim.Options)) *stage {
	t.Helper()
	x := &stage{site: start(t, change...)}
	x.ada = x.user(kwsim.User{Email: "Ada@acme.example"})
	x.partner = x.user(kwsim.User{Email: "partner@lex.example"})
	x.former = x.user(kwsim.User{Email: "former@acme.example"})
	if err := x.World().DeleteUser(x.former); err != nil {
		t.Fatal(err)
	}
	x.user(kwsim.User{Email: "recipient@lex.example", Recipient: true})
	x.user(kwsim.User{Email: "pending@acme.example", Unverified: true})
	x.user(kwsim.User{Email: "blocked@acme.example", Deactivated: true})
	x.top = x.folder("", "Departments", true)
	x.sub = x.folder(x.top, "Finance", true)
	x.gone = x.folder(x.top, "Old", true)
	if err := x.World().DeleteFolder(x.gone); err != nil {
		t.Fatal(err)
	}
	x.member(x.top, x.ada, 3)
	x.tokenOf(admin)
	x.tokenOf(owner)
	return x
}

// create asks for an account.
func (x *stage) create(email string) reply {
	return x.ask(admin, http.MethodPost, "/rest/admin/users?returnEntity=true", map[string]any{"email": email, "verified": true})
}

// grant adds members of the weakest role to the folder of the top level.
func (x *stage) grant(field string, ids ...string) reply {
	path := "/rest/folders/" + x.top + "/members?partialSuccess=true"
	return x.ask(owner, http.MethodPost, path, map[string]any{"roleId": 6, field: ids})
}

// said returns what the answer about added members holds under the field of errors or at the top.
func (r reply) said(field string) string {
	var a struct {
		SuccessIDs []string `json:"successIds"`
		Errors     []struct {
			FailedIDs []string `json:"failedIds"`
		} `json:"errors"`
	}
	if json.Unmarshal([]byte(r.Body), &a) != nil {
		return r.Body
	}
	if field == "successIds" {
		return strings.Join(a.SuccessIDs, ",")
	}
	var failed []string
	for _, e := range a.Errors {
		failed = append(failed, e.FailedIDs...)
	}
	return strings.Join(failed, ",")
}

func (r reply) summary() string { return fmt.Sprint(r.Status, " ", r.code()) }

// emails returns the addresses of a list of users, by their local parts.
func (r reply) locals() string {
	var out []string
	for _, row := range r.rows() {
		local, _, _ := strings.Cut(fmt.Sprint(row["email"]), "@")
		out = append(out, local)
	}
	return strings.Join(out, " ")
}

func (x *stage) users(query string) reply {
	return x.ask(admin, http.MethodGet, "/rest/admin/users?orderBy=email:asc&"+query, nil)
}

func (x *stage) row(r reply, field string) string {
	x.t.Helper()
	rows := r.rows()
	if len(rows) == 0 {
		x.t.Fatalf("no rows in %d %s", r.Status, r.Body)
	}
	encoded, err := json.Marshal(rows[0][field])
	if err != nil {
		x.t.Fatal(err)
	}
	return string(encoded)
}

// effect is what a switch changes: something to look at, and how it looks in each position. %-words stand for ids.
type effect struct {
	look func(*stage) string
	want map[kwsim.Setting]string
}

// want pairs settings with looks.
func want(pairs ...string) map[kwsim.Setting]string {
	out := map[kwsim.Setting]string{}
	for i := 0; i < len(pairs); i += 2 {
		out[kwsim.Setting(pairs[i])] = pairs[i+1]
	}
	return out
}

func effects() map[string]effect {
	all := map[string]effect{}
	for _, group := range []map[string]effect{listEffects(), answerEffects(), userEffects(), memberEffects(), tokenEffects()} {
		for name, e := range group {
			all[name] = e
		}
	}
	return all
}

func listEffects() map[string]effect {
	const seven = "Ada blocked folders former partner pending recipient users-admin"
	return map[string]effect{
		"folder_lists": {func(x *stage) string {
			return x.ask(owner, http.MethodGet, "/rest/folders/"+x.top+"/folders?mode=compact&deleted=false", nil).Body[:2]
		}, want("wrapped", `{"`, "bare", `[{`)},
		"default_limit": {func(x *stage) string {
			var p page
			x.users("").decode(x.t, &p)
			if p.Metadata.Limit == nil {
				return "none"
			}
			return fmt.Sprint(*p.Metadata.Limit)
		}, want("0", "none", "25", "25", "50", "50")},
		"page_cap": {func(x *stage) string { return x.users("limit=100").locals() }, want("0", seven, "3", "Ada blocked folders")},
		"repeated_rows": {func(x *stage) string {
			return x.users("limit=2").locals() + ", " + x.users("limit=2&offset=2").locals()
		}, want("off", "Ada blocked, folders former", "on", "Ada blocked, blocked folders")},
		"visible_after": {func(x *stage) string {
			x.create("zoe@acme.example")
			seen := ""
			for range 4 {
				seen += fmt.Sprint(len(x.users("email=zoe@acme.example").rows()))
			}
			return seen
		}, want("0", "1111", "3", "0001")},
		"email_filter": {func(x *stage) string {
			return x.users("email=ada@acme.example").locals() + x.users("email=Ada@acme.example").locals()
		}, want("folded", "AdaAda", "exact", "Ada")},
		"stored_email": {func(x *stage) string {
			x.create("Zoe@acme.example")
			return x.users("email=zoe@acme.example").locals()
		}, want("given", "Zoe", "lower", "zoe")},
		"integer_ids": {func(x *stage) string { return x.row(x.users(""), "userTypeId") }, want("number", "1", "string", `"1"`)},
		"dates": {
			func(x *stage) string { return x.row(x.users(""), "created") },
			want("offset", `"2026-03-02T09:00:00+0000"`, "zulu", `"2026-03-02T09:00:00Z"`),
		},
		"inherited_origin": {func(x *stage) string {
			got := x.row(x.ask(owner, http.MethodGet, "/rest/folders/"+x.sub+"/members?email=ada@acme.example", nil), "originFolder")
			return strings.ReplaceAll(got, x.top, "%top")
		}, want("object", `{"id":"%top","name":"Departments"}`, "id", `"%top"`, "absent", "null")},
	}
}

func answerEffects() map[string]effect {
	limited := func(x *stage) reply {
		for {
			if r := x.ask(owner, http.MethodGet, "/rest/users/me", nil); r.Status != http.StatusOK {
				return r
			}
		}
	}
	return map[string]effect{
		"error_envelope": {func(x *stage) string {
			return strings.TrimSpace(x.ask(admin, http.MethodGet, "/rest/admin/users/nobody", nil).Body)
		}, want(
			"array", `{"errors":[{"code":"ERR_ACCESS_USER","message":"Insufficient access permissions"}]}`,
			"object", `{"errors":{"code":"ERR_ACCESS_USER","message":"Insufficient access permissions"}}`,
			"error", `{"error":[{"code":"ERR_ACCESS_USER","message":"Insufficient access permissions"}]}`,
			"flat", `{"code":"ERR_ACCESS_USER","message":"Insufficient access permissions"}`,
			"empty", ``,
		)},
		"unknown_id": {func(x *stage) string {
			return x.ask(admin, http.MethodGet, "/rest/admin/users/nobody", nil).summary()
		}, want("403", "403 ERR_ACCESS_USER", "404", "404 ERR_ENTITY_NOT_FOUND")},
		"deleted_folder": {func(x *stage) string {
			return x.ask(owner, http.MethodGet, "/rest/folders/"+x.gone, nil).summary()
		}, want("403", "403 ERR_ENTITY_DELETED", "404", "404 ERR_ENTITY_NOT_FOUND")},
		"dead_token": {func(x *stage) string {
			x.RevokeTokens()
			return fmt.Sprint(x.ask(owner, http.MethodGet, "/rest/users/me", nil).Body != "")
		}, want("json", "true", "none", "false")},
		"rate_limit": {func(x *stage) string {
			r := limited(x)
			return fmt.Sprint(r.Status, " ", r.Header.Get("Retry-After"))
		}, want("429", "429 1", "429_date", "429 Mon, 02 Mar 2026 09:00:01 GMT", "403", "403 ")},
		"retry_after": {func(x *stage) string { return limited(x).Header.Get("Retry-After") }, want("0", "1", "2", "2")},
		"queue": {func(x *stage) string {
			x.clock.advance(1e9)
			x.ask(owner, http.MethodGet, "/rest/users/me", nil)
			return fmt.Sprint(x.ask(owner, http.MethodGet, "/rest/users/me", nil).Status)
		}, want("delay", "200", "drop", "429")},
	}
}

func userEffects() map[string]effect {
	put := func(x *stage) reply {
		return x.ask(admin, http.MethodPut, "/rest/admin/users/"+x.ada, map[string]any{"suspended": true})
	}
	location := func(x *stage, header string) string {
		r := x.create("zoe@acme.example")
		u, _ := x.World().UserByEmail("zoe@acme.example")
		return strings.NewReplacer(x.URL(), "%url", u.ID, "%id").Replace(r.Header.Get(header))
	}
	return map[string]effect{
		"create_status": {func(x *stage) string { return fmt.Sprint(x.create("zoe@acme.example").Status) }, want("201", "201", "200", "200")},
		"create_body":   {func(x *stage) string { return fmt.Sprint(x.create("zoe@acme.example").Body != "") }, want("asked", "true", "never", "false")},
		"update_body":   {func(x *stage) string { return fmt.Sprint(put(x).Body != "") }, want("entity", "true", "empty", "false")},
		"location_form": {
			func(x *stage) string { return location(x, "X-Accellion-Location") },
			want("url", "%url/rest/admin/users/%id", "path", "/rest/admin/users/%id"),
		},
		"location_header": {func(x *stage) string {
			r := x.create("zoe@acme.example")
			for _, name := range []string{"X-Accellion-Location", "X-Kiteworks-Location", "Location"} {
				if r.Header.Get(name) != "" {
					return name
				}
			}
			return ""
		}, want("X-Accellion-Location", "X-Accellion-Location", "X-Kiteworks-Location", "X-Kiteworks-Location", "Location", "Location")},
		"duplicate_email": {
			func(x *stage) string { return x.create("ADA@acme.example").summary() },
			want("409", "409 ERR_ENTITY_EXISTS", "422", "422 ERR_ENTITY_EXISTS"),
		},
		"deleted_email": {func(x *stage) string {
			r := x.create("former@acme.example")
			u, _ := x.World().UserByEmail("former@acme.example")
			x.user(kwsim.User{Email: "left@acme.example", Deleted: true})
			pair := map[string]any{"oldEmail": "Ada@acme.example", "newEmail": "left@acme.example"}
			rename := x.ask(admin, http.MethodPost, "/rest/admin/users/migrateEmails", map[string]any{"users": []any{pair}})
			return fmt.Sprint(r.Status, " ", u.ID == x.former, u.Deleted, len(x.users("email=former@acme.example").rows()), rename.Status)
		}, want("revive", "201 true false 1 200", "refuse", "409 true true 1 409", "new_id", "201 false false 2 200")},
		"revived_user": {func(x *stage) string {
			x.user(kwsim.User{Email: "left@acme.example", Deleted: true, Suspended: true, Deactivated: true})
			r := x.create("left@acme.example")
			var u map[string]any
			r.decode(x.t, &u)
			return fmt.Sprint(r.Status, u["deleted"], u["suspended"], u["deactivated"])
		}, want("live", "201 false false false", "blocked", "201 false true true")},
		"revived_profile": {func(x *stage) string {
			x.user(kwsim.User{Email: "left@acme.example", Deleted: true, ProfileID: 4})
			r := x.ask(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "left@acme.example", "userTypeId": 11})
			u, _ := x.World().UserByEmail("left@acme.example")
			return fmt.Sprint(r.Status, u.ProfileID)
		}, want("asked", "201 11", "kept", "201 4")},
		"recipient_email": {func(x *stage) string { return fmt.Sprint(x.create("recipient@lex.example").Status) }, want("promote", "201", "refuse", "409")},
		"seats": {
			func(x *stage) string {
				return fmt.Sprint(x.create("a@acme.example").Status, x.create("b@acme.example").Status)
			},
			want("0", "201 201", "7", "201 403", "1000", "201 201"),
		},
		"license_full": {func(x *stage) string {
			var r reply
			for n := 0; r.Status < 300; n++ {
				r = x.create(fmt.Sprintf("seat%d@acme.example", n))
			}
			return r.summary()
		}, want("403", "403 ERR_LICENSE_MAX_USERS_COUNT_REACHED", "422", "422 ERR_LICENSE_MAX_USERS_COUNT_REACHED")},
	}
}

func memberEffects() map[string]effect {
	ids := func(x *stage, s string) string {
		return strings.NewReplacer(x.ada, "%ada", x.partner, "%partner", x.former, "%former").Replace(s)
	}
	newcomer := func(x *stage) string {
		x.grant("emails", "zoe@acme.example")
		u, _ := x.World().UserByEmail("zoe@acme.example")
		return fmt.Sprint(u.ProfileID)
	}
	return map[string]effect{
		"partial_failure": {func(x *stage) string {
			return fmt.Sprint(x.grant("emails", "partner@lex.example", "nonsense").Status)
		}, want("207", "207", "201", "201")},
		"failed_ids": {func(x *stage) string {
			return ids(x, x.grant("emails", "ADA@acme.example", "nonsense").said("failedIds"))
		}, want("named", "ADA@acme.example,nonsense", "ids", "%ada,nonsense", "emails", "Ada@acme.example,nonsense")},
		"success_ids": {
			func(x *stage) string { return ids(x, x.grant("userIds", x.partner).said("successIds")) },
			want("ids", "%partner", "emails", "partner@lex.example"),
		},
		"unknown_member": {newcomer, want("created", "4", "refused", "0")},
		"member_profile": {newcomer, want("restricted", "4", "standard", "1")},
		"role_ids": {func(x *stage) string {
			viewer := x.row(x.ask(owner, http.MethodGet, "/rest/roles?name=Viewer", nil), "id")
			if r := x.grant("emails", "partner@lex.example"); r.Status == http.StatusCreated {
				return viewer + " " + r.summary()
			}
			members := "/rest/folders/" + x.sub + "/members"
			x.ask(owner, http.MethodPost, members, map[string]any{"roleId": 14, "userIds": []string{x.ada}})
			x.ask(owner, http.MethodPut, members+"/"+x.ada, map[string]any{"roleId": 14})
			r := x.ask(owner, http.MethodGet, members+"?roleId=14", nil)
			return viewer + " " + x.row(r, "roleId") + " " + x.row(r, "inheritRoleId")
		}, want("usual", "6 201 Created", "other", "16 14 13")},
		"blocked_member": {func(x *stage) string {
			if err := x.World().SuspendUser(x.ada, true); err != nil {
				x.t.Fatal(err)
			}
			members := "/rest/folders/" + x.sub + "/members?userId:in=" + x.ada
			one := len(x.ask(owner, http.MethodGet, members, nil).rows())
			all := len(x.ask(owner, http.MethodGet, "/rest/folders/"+x.sub+"/members", nil).rows())
			itself := x.ask(owner, http.MethodGet, "/rest/folders/"+x.sub+"/members/"+x.ada, nil)
			m, still := x.World().Member(x.sub, x.ada)
			return fmt.Sprint(one, all, itself.Status, still, m.RoleID)
		}, want("listed", "1 2 200 true 3", "hidden", "0 1 200 true 3", "unseen", "0 1 403 true 3")},
		"member_fields": {
			func(x *stage) string { return x.grant("userIds", x.partner).summary() },
			want("both", "201 Created", "emails", "422 ERR_INVALID_PARAMETER"),
		},
	}
}

func tokenEffects() map[string]effect {
	grant := func(x *stage, claims jwt.MapClaims) string {
		r := x.askToken(claims)
		var refused struct {
			Description string `json:"error_description"`
		}
		if r.decode(x.t, &refused); refused.Description != "" {
			return refused.Description
		}
		return "granted"
	}
	expiresIn := func(x *stage) string {
		var granted map[string]json.RawMessage
		x.askToken(x.claims(admin)).decode(x.t, &granted)
		return string(granted["expires_in"])
	}
	return map[string]effect{
		"token_lifetime": {expiresIn, want("0", "3600", "60", "60")},
		"expires_in":     {expiresIn, want("number", "3600", "string", `"3600"`)},
		"assertion_lifetime": {func(x *stage) string {
			now := x.clock.now().Unix()
			return grant(x, with(x.claims(admin), "exp", now+60)) + ", " + grant(x, with(x.claims(admin), "exp", now+500))
		}, want(
			"0", "granted, assertion is good for more than 300 seconds", "600", "granted, granted",
			"30", "assertion is good for more than 30 seconds, assertion is good for more than 30 seconds",
		)},
		"assertion_leeway": {func(x *stage) string {
			return grant(x, with(x.claims(admin), "exp", x.clock.now().Unix()-30))
		}, want("0", "assertion is expired", "60", "granted")},
		"assertion_replay": {func(x *stage) string {
			claims := x.claims(admin)
			return grant(x, claims) + ", " + grant(x, claims)
		}, want("refused", "granted, assertion was used before", "accepted", "granted, granted")},
		"assertion_audience": {func(x *stage) string {
			const refusal = "assertion audience has a form that is not accepted"
			got := grant(x, x.claims(admin)) + ", " + grant(x, with(x.claims(admin), "aud", []string{"https://kw.example"}))
			return strings.ReplaceAll(got, refusal, "refused")
		}, want("either", "granted, granted", "string", "granted, refused", "array", "refused, granted")},
		"unverified_subject": {
			func(x *stage) string { return grant(x, x.claims("pending@acme.example")) },
			want("refused", "user is not verified", "accepted", "granted"),
		},
		"blocked_subject": {func(x *stage) string { return grant(x, x.claims("blocked@acme.example")) }, want(
			"reason", "user is deactivated", "suspended", "User account is suspended",
			"generic", "The provided authorization grant is invalid",
		)},
		"api_license": {func(x *stage) string {
			token := x.askToken(x.claims(admin))
			return fmt.Sprint(token.Status, " ", x.ask(admin, http.MethodGet, "/rest/admin/profiles", nil).Status)
		}, want("on", "200 200", "token", "400 200", "calls", "200 403")},
		"user_management": {func(x *stage) string {
			return fmt.Sprint(x.ask(admin, http.MethodGet, "/rest/admin/users", nil).Status)
		}, want("on", "200", "off", "403")},
		"outside_scope": {func(x *stage) string {
			if err := x.SetScopes("GET/users/*"); err != nil {
				return err.Error()
			}
			x.token[owner] = x.freshToken(owner)
			return x.ask(owner, http.MethodGet, "/rest/roles", nil).code()
		}, want("ERR_ACCESS_USER", "ERR_ACCESS_USER", "insufficient_scope", "insufficient_scope")},
		"scope_answer": {func(x *stage) string {
			return fmt.Sprint(strings.Contains(x.ask(admin, http.MethodGet, "/rest/clients/me", nil).Body, "*/*/*"))
		}, want("told", "true", "untold", "false")},
		"wrong_secret": {func(x *stage) string {
			f := x.tokenForm(x.claims(admin))
			f.Set("client_secret", "wrong")
			return fmt.Sprint(x.askForm(f.Encode()).Status)
		}, want("400", "400", "401", "401")},
	}
}
