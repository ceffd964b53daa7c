package kwsim

import (
	"net/http"
	"strings"
)

// route is one operation of the REST API.
type route struct {
	method string
	path   string // template
	admin  bool   // whether the acting user needs an admin role
	query  params
	body   []string // names of the fields; nil if the operation takes no body
	handle func(*call) (answer, error)

	bodyOptional bool // whether a body that the operation takes may be missing
}

// The paths that are named in more than one place.
const (
	tokenPath   = "/oauth/token"
	usersPath   = "/rest/admin/users"
	membersPath = "/rest/folders/{id}/members"
)

// match returns the operation of the path and the ids in it, or nil.
func match(routes []route, method, path string) (*route, map[string]string) {
	for i := range routes {
		if ids, ok := matchTemplate(routes[i].path, path); ok && routes[i].method == method {
			return &routes[i], ids
		}
	}
	return nil, nil
}

func matchTemplate(template, path string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	ids := map[string]string{}
	for i, segment := range want {
		name, variable := strings.CutPrefix(segment, "{")
		switch {
		case variable && got[i] != "":
			ids[strings.TrimSuffix(name, "}")] = got[i]
		case variable || segment != got[i]:
			return nil, false
		}
	}
	return ids, true
}

// routes lists the operations; among those that fit a path the first one counts.
func routes() []route {
	return append(append(catalogRoutes(), userRoutes()...), append(folderRoutes(), memberRoutes()...)...)
}

// Operations returns every operation that is served, as method and template.
func Operations() []string {
	out := []string{http.MethodPost + " " + tokenPath}
	for _, rt := range routes() {
		out = append(out, rt.method+" "+rt.path)
	}
	return out
}

func catalogRoutes() []route {
	return []route{
		{
			method: http.MethodGet, path: "/rest/roles", handle: listRoles,
			query: params{
				"name": text, "name:contains": text, "disabled": boolean, "type": oneOf("d", "f"),
				"orderBy": sorting("id", "name", "rank"), "with": extras(), "mode": adminMode(),
			},
		},
		{
			method: http.MethodGet, path: "/rest/admin/profiles", admin: true, handle: listProfiles,
			query: params{
				"name": text, "name:contains": text, "orderBy": sorting("id", "name"), "with": extras(), "mode": adminMode(),
			}.with(paging()),
		},
		{
			method: http.MethodPut, path: "/rest/admin/profiles/{id}/users", admin: true, handle: putProfileUsers,
			query: params{"id:in": text, "mode": oneOf("full_with_links", "full")},
			body:  fieldsOf[retention](), bodyOptional: true,
		},
		{method: http.MethodGet, path: "/rest/clients/me", handle: getClient},
	}
}

func userRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/rest/users/me", handle: getMe},
		{
			method: http.MethodGet, path: usersPath, admin: true, handle: listUsers,
			query: params{
				"email": text, "email:contains": text, "name": text, "name:contains": text,
				"deleted": boolean, "active": boolean, "verified": boolean, "suspended": boolean, "isRecipient": boolean,
				"orderBy": sorting("id", "created", "email", "name"), "with": extras("metadata"), "mode": adminMode(),
			}.with(paging()),
		},
		{method: http.MethodGet, path: "/rest/admin/users/{id}", admin: true, handle: getUser},
		{
			method: http.MethodPost, path: usersPath, admin: true, handle: postUser,
			query: params{"returnEntity": boolean, "mode": oneOf("full_with_links", "full")},
			body:  fieldsOf[userPost](),
		},
		{
			method: http.MethodPut, path: "/rest/admin/users/{id}", admin: true, handle: putUser,
			body: fieldsOf[userPut](),
		},
		{
			method: http.MethodDelete, path: "/rest/admin/users/{id}", admin: true, handle: deleteUser,
			query: params{"partialSuccess": boolean, "mode": oneOf("full_with_links", "full")}.with(retentionParams()),
		},
		{
			method: http.MethodPost, path: "/rest/admin/users/migrateEmails", admin: true, handle: postMigrateEmails,
			query: params{"returnEntity": boolean, "mode": oneOf("full_with_links", "full")},
			body:  fieldsOf[migratePost](),
		},
	}
}

func folderRoutes() []route {
	shape := params{"with": folderExtras(), "mode": fullMode()}
	return []route{
		{
			method: http.MethodGet, path: "/rest/folders/top", handle: listTopFolders,
			query: params{"deleted": boolean, "orderBy": sorting("name", "created", "modified")}.with(paging(), shape),
		},
		{
			method: http.MethodGet, path: "/rest/folders/{id}", handle: getFolder,
			query: params{"returnEntity": boolean}.with(shape),
		},
		{
			method: http.MethodGet, path: "/rest/folders/{id}/folders", handle: listFolders,
			query: params{
				"name": text, "name:contains": text, "deleted": boolean,
				"orderBy": sorting("name", "created", "modified"), "with": folderExtras(), "mode": adminMode(),
			}.with(paging()),
		},
		{
			method: http.MethodGet, path: "/rest/folders/{id}/children", handle: listChildren,
			query: params{
				"name": text, "deleted": boolean, "type": oneOf("d", "f"),
				"orderBy": sorting("name", "created", "modified"),
			}.with(paging(), shape),
		},
		{
			method: http.MethodGet, path: "/rest/folders/{id}/tree", handle: getTree,
			query: params{"includeOwner": boolean, "mode": oneOf("full_with_links", "full")},
		},
		{
			method: http.MethodPut, path: "/rest/folders/{id}", handle: putFolder,
			query: params{"returnEntity": boolean}.with(shape), body: fieldsOf[folderPut](),
		},
		{method: http.MethodDelete, path: "/rest/folders/{id}", handle: deleteFolder},
		{
			method: http.MethodPost, path: "/rest/folders/{id}/folders", handle: postFolder,
			query: params{"returnEntity": boolean}.with(shape), body: fieldsOf[folderPost](),
		},
	}
}

func memberRoutes() []route {
	shape := params{"with": memberExtras(), "mode": fullMode()}
	const one = membersPath + "/{userId}"
	return []route{
		{
			method: http.MethodGet, path: membersPath, handle: listMembers,
			query: params{
				"email": text, "userId": text, "userId:in": text, "roleId": atLeast(1),
				"orderBy": sorting("id", "userId", "groupId", "roleId", "rank", "email"),
			}.with(paging(), shape),
		},
		{
			method: http.MethodPost, path: membersPath, handle: postMembers,
			query: params{
				"updateIfExists": boolean, "partialSuccess": boolean, "downgradeNested": boolean, "returnEntity": boolean,
			}.with(shape),
			body: fieldsOf[memberPost](),
		},
		{
			method: http.MethodGet, path: one, handle: getMember,
			query: params{"with": memberExtras(), "mode": adminMode()},
		},
		{
			method: http.MethodPut, path: one, handle: putMember,
			query: params{
				"returnEntity": boolean, "downgradeNested": boolean, "mode": oneOf("full_with_links", "full"),
			},
			body: fieldsOf[memberPut](),
		},
		{method: http.MethodDelete, path: one, handle: deleteMember, query: params{"downgradeNested": boolean}},
	}
}

// adminMode and fullMode accept the two sets of detail levels that the vendor's document knows for lists.
func adminMode() func(string) bool { return oneOf("full_with_links", "full", "compact") }

func fullMode() func(string) bool {
	return oneOf("compact", "full_no_links", "full_with_links", "full")
}

func folderExtras() func(string) bool { return extras("path", "currentUserRole") }

func memberExtras() func(string) bool { return extras("user", "role") }
