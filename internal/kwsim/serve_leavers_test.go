package kwsim_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// estate is a tenant in which somebody owns a private and a shared folder and collaborates on a third.
type estate struct {
	*site
	leaver, heir, unverified, boss    string
	private, shared, foreign          string
	collaborator, ownerRole, standard int
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	x := &estate{site: start(t), collaborator: 3, ownerRole: 5, standard: 1}
	x.leaver = x.user(kwsim.User{Email: "leaver@acme.example"})
	x.heir = x.user(kwsim.User{Email: "heir@acme.example"})
	x.unverified = x.user(kwsim.User{Email: "new@acme.example", Unverified: true})
	x.boss = x.user(kwsim.User{Email: "boss@acme.example", AdminRoleID: 1})
	for name, id := range map[string]*string{"Private": &x.private, "Shared": &x.shared} {
		var err error
		if *id, err = x.World().AddFolder(x.leaver, "", name, true); err != nil {
			t.Fatal(err)
		}
	}
	x.foreign = x.folder("", "Foreign", true)
	x.member(x.shared, x.heir, x.collaborator)
	x.member(x.foreign, x.leaver, x.collaborator)
	return x
}

func (x *estate) roleOf(folderID, userID string) int {
	m, _ := x.World().Member(folderID, userID)
	return m.RoleID
}

func (x *estate) folderNow(id string) kwsim.Folder {
	for _, f := range x.World().Folders() {
		if f.ID == id {
			return f
		}
	}
	return kwsim.Folder{}
}

func TestDeleteUserRefused(t *testing.T) {
	t.Parallel()
	x := newEstate(t)
	cases := []struct{ name, id, query, want string }{
		{"no word about data", x.leaver, "", "ERR_INPUT_REQUIRED"},
		{"both", x.leaver, "?retainData=true&deleteUnsharedData=true&retainToUser=" + x.heir, "ERR_INPUT_ATTRIBUTE_FORBIDDEN"},
		{"neither", x.leaver, "?retainData=false&deleteUnsharedData=false", "ERR_INPUT_REQUIRED"},
		{"no heir", x.leaver, "?retainData=true", "ERR_INPUT_REQUIRED"},
		{"no heir for permissions", x.leaver, "?deleteUnsharedData=true&retainPermissionToSharedData=true", "ERR_INPUT_REQUIRED"},
		{"own heir", x.leaver, "?retainData=true&retainToUser=" + x.leaver, "ERR_CANNOT_RETAIN_DATA_TO_THE_SAME_USER"},
		{"unverified heir", x.leaver, "?retainData=true&retainToUser=" + x.unverified, "ERR_CANNOT_RETAIN_DATA_TO_UNVERIFIED_USER"},
		{"unknown heir", x.leaver, "?retainData=true&retainToUser=nobody", "ERR_ACCESS_USER"},
		{"no boolean", x.leaver, "?deleteUnsharedData=yes", "ERR_INVALID_PARAMETER"},
		{"unknown user", "nobody", "?deleteUnsharedData=true", "ERR_ACCESS_USER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.do(admin, http.MethodDelete, "/rest/admin/users/"+c.id+c.query, nil)
			if r.code() != c.want {
				t.Errorf("DELETE %s = %d %s, want %s", c.query, r.Status, r.Body, c.want)
			}
		})
	}
	if u, _ := x.World().UserByEmail("leaver@acme.example"); u.Deleted {
		t.Error("a refused request has deleted the user")
	}
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	t.Run("data deleted", func(t *testing.T) {
		t.Parallel()
		x := newEstate(t)
		if r := x.do(admin, http.MethodDelete, "/rest/admin/users/"+x.leaver+"?retainData=false&deleteUnsharedData=true", nil); r.Status != http.StatusNoContent {
			t.Fatal(r.Status, r.Body)
		}
		got := []any{
			x.folderNow(x.private).Deleted, x.folderNow(x.shared).Deleted,
			x.roleOf(x.shared, x.heir), x.roleOf(x.foreign, x.leaver),
		}
		if diff := cmp.Diff([]any{true, false, x.collaborator, 0}, got); diff != "" {
			t.Errorf("private gone, shared gone, heir's role, leaver's role (-want +got):\n%s", diff)
		}
		if r := x.do(admin, http.MethodDelete, "/rest/admin/users/"+x.leaver+"?deleteUnsharedData=true", nil); r.code() != "ERR_ENTITY_DELETED" {
			t.Errorf("second deletion = %d %s", r.Status, r.Body)
		}
	})
	t.Run("data retained", func(t *testing.T) {
		t.Parallel()
		x := newEstate(t)
		query := "?retainData=true&retainPermissionToSharedData=true&retainToUser=" + x.heir
		if r := x.do(admin, http.MethodDelete, "/rest/admin/users/"+x.leaver+query, nil); r.Status != http.StatusNoContent {
			t.Fatal(r.Status, r.Body)
		}
		got := []int{
			x.roleOf(x.private, x.heir), x.roleOf(x.shared, x.heir), x.roleOf(x.foreign, x.heir),
			x.roleOf(x.private, x.leaver), x.roleOf(x.foreign, x.leaver),
		}
		if diff := cmp.Diff([]int{x.ownerRole, x.ownerRole, x.collaborator, 0, 0}, got); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if f, ok := x.World().FolderByPath(x.heir, "/Private"); !ok || f.ID != x.private {
			t.Errorf("/Private of the heir is %v", f)
		}
	})
}

func TestPutProfileUsers(t *testing.T) {
	t.Parallel()
	const restricted, partner = "4", "11"
	path := func(profile, ids string) string { return "/rest/admin/profiles/" + profile + "/users?id:in=" + ids }
	cases := []struct {
		name, profile string
		ids           func(*estate) string
		body          any
		want          string
		private       bool // whether the private folder lives on
		profileAfter  int
	}{
		{"sideways, no body", partner, func(x *estate) string { return x.leaver }, nil, "OK", true, 11},
		{"sideways ignores the retention", partner, func(x *estate) string { return x.leaver }, map[string]any{"deleteUnsharedData": true}, "OK", true, 11},
		{"down, no body", restricted, func(x *estate) string { return x.leaver }, nil, "ERR_INPUT_REQUIRED", true, 1},
		{"down, data deleted", restricted, func(x *estate) string { return x.leaver + "," + x.unverified }, map[string]any{"retainData": false, "deleteUnsharedData": true}, "OK", false, 4},
		{"down, no heir", restricted, func(x *estate) string { return x.leaver }, map[string]any{"retainData": true}, "ERR_INPUT_REQUIRED", true, 1},
		{"down, heir goes down too", restricted, func(x *estate) string { return x.leaver + "," + x.heir }, nil, "ERR_INPUT_REQUIRED", true, 1},
		{"one unknown", partner, func(x *estate) string { return x.leaver + ",nobody" }, nil, "ERR_ACCESS_USER", true, 1},
		{"unknown profile", "77", func(x *estate) string { return x.leaver }, nil, "ERR_ACCESS_USER", true, 1},
		{"nobody named", partner, func(*estate) string { return "" }, nil, "ERR_INPUT_REQUIRED", true, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newEstate(t)
			r := x.do(admin, http.MethodPut, path(c.profile, c.ids(x)), c.body)
			u, _ := x.World().UserByEmail("leaver@acme.example")
			got := []any{r.code(), !x.folderNow(x.private).Deleted, u.ProfileID}
			if diff := cmp.Diff([]any{c.want, c.private, c.profileAfter}, got); diff != "" {
				t.Errorf("answer, private folder, profile (-want +got):\n%s\n%s", diff, r.Body)
			}
		})
	}
}

func TestPutProfileUsersEndsTokens(t *testing.T) {
	t.Parallel()
	x := newEstate(t)
	x.tokenOf("leaver@acme.example")
	x.do(admin, http.MethodPut, "/rest/admin/profiles/11/users?id:in="+x.leaver, nil)
	if r := x.do("leaver@acme.example", http.MethodGet, "/rest/users/me", nil); r.code() != "ERR_AUTH_PROFILE_CHANGED" {
		t.Errorf("users/me after the move = %d %s", r.Status, r.Body)
	}
}

func TestPostMigrateEmails(t *testing.T) {
	t.Parallel()
	pair := func(old, to string) map[string]any { return map[string]any{"oldEmail": old, "newEmail": to} }
	cases := []struct {
		name string
		body map[string]any
		want string
		now  string // the leaver's address
	}{
		{"free address", map[string]any{"users": []any{pair("Leaver@acme.example", "gone@acme.example")}}, "OK", "gone@acme.example"},
		{"other case", map[string]any{"users": []any{pair("leaver@acme.example", "Leaver@acme.example")}}, "OK", "Leaver@acme.example"},
		{"taken", map[string]any{"users": []any{pair("leaver@acme.example", "heir@acme.example")}}, "ERR_ENTITY_EXISTS", "leaver@acme.example"},
		{"taken over", map[string]any{"users": []any{pair("leaver@acme.example", "heir@acme.example")}, "deleteIfExists": true}, "OK", "heir@acme.example"},
		{"all or none", map[string]any{"users": []any{pair("leaver@acme.example", "a@acme.example"), pair("nobody@acme.example", "b@acme.example")}}, "ERR_ACCESS_USER", "leaver@acme.example"},
		{"two to one", map[string]any{"users": []any{pair("leaver@acme.example", "a@acme.example"), pair("heir@acme.example", "A@acme.example")}}, "ERR_ENTITY_EXISTS", "leaver@acme.example"},
		{"bad address", map[string]any{"users": []any{pair("leaver@acme.example", "gone")}}, "ERR_INPUT_INVALID_EMAIL", "leaver@acme.example"},
		{"nobody", map[string]any{"users": []any{}}, "ERR_INPUT_REQUIRED", "leaver@acme.example"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newEstate(t)
			r := x.do(admin, http.MethodPost, "/rest/admin/users/migrateEmails", c.body)
			u, _ := x.World().UserByEmail(c.now)
			if r.code() != c.want || u.ID != x.leaver {
				t.Errorf("migration = %d %s, want %s; %s belongs to %s, want %s", r.Status, r.Body, c.want, c.now, u.ID, x.leaver)
			}
		})
	}
}

func TestNewUserAfterMigration(t *testing.T) {
	t.Parallel()
	x := newEstate(t)
	x.do(admin, http.MethodPost, "/rest/admin/users/migrateEmails", map[string]any{
		"users": []any{map[string]any{"oldEmail": "leaver@acme.example", "newEmail": "gone@acme.example"}},
	})
	r := x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "leaver@acme.example"})
	u, _ := x.World().UserByEmail("leaver@acme.example")
	if r.Status != http.StatusCreated || u.ID == x.leaver || u.ID == "" {
		t.Errorf("creating the old address = %d, id %q, want a new id", r.Status, u.ID)
	}
}

func TestFolderTreeRenameDelete(t *testing.T) {
	t.Parallel()
	x := start(t)
	top := x.folder("", "Departments", true)
	sub := x.folder(top, "Finance", true)
	x.folder(top, "Sales", true)
	if diff := cmp.Diff([]any{"Departments", "Finance"}, x.list(owner, "/rest/folders/"+sub+"/tree").column("name")); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"basedir", "Departments"}, x.list(owner, "/rest/folders/"+top+"/tree?includeOwner=true").column("name")); diff != "" {
		t.Errorf("tree with the owner (-want +got):\n%s", diff)
	}
	cases := []struct {
		name, as, method, path string
		body                   any
		want                   string
	}{
		{"name taken", owner, http.MethodPut, sub, map[string]any{"name": "sales"}, "ERR_ENTITY_EXISTS"},
		{"bad name", owner, http.MethodPut, sub, map[string]any{"name": " x"}, "ERR_INPUT_FOLDER_NAME_INVALID_START_END_FORMAT"},
		{"other field", owner, http.MethodPut, sub, map[string]any{"secure": true}, "ERR_INVALID_PARAMETER"},
		{"stranger renames", admin, http.MethodPut, sub, map[string]any{"name": "X"}, "ERR_ACCESS_USER"},
		{"rename", owner, http.MethodPut, sub, map[string]any{"name": "Controlling"}, "OK"},
		{"stranger deletes", admin, http.MethodDelete, sub, nil, "ERR_ACCESS_USER"},
		{"delete", owner, http.MethodDelete, sub, nil, "No Content"},
		{"delete again", owner, http.MethodDelete, sub, nil, "ERR_ENTITY_DELETED"},
	}
	for _, c := range cases {
		path := "/rest/folders/" + c.path

		if r := x.do(c.as, c.method, path, c.body); r.code() != c.want {
			t.Errorf("%s: %s %s = %d %s, want %s", c.name, c.method, path, r.Status, r.Body, c.want)
		}
	}
	if r := x.do(owner, http.MethodGet, "/rest/clients/me", nil); r.Status != http.StatusOK {
		t.Errorf("clients/me = %d %s", r.Status, r.Body)
	}
	children := page{Data: x.ask(owner, http.MethodGet, "/rest/folders/"+top+"/children?deleted=false", nil).rows()}
	if diff := cmp.Diff([]any{"Sales"}, children.column("name")); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
}
