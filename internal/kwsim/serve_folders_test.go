package kwsim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

const nobody = "11111111-2222-4333-8444-555555555555"

func TestPostFolder(t *testing.T) {
	t.Parallel()
	x := start(t)
	viewer := x.user(kwsim.User{Email: "viewer@acme.example"})
	manager := x.user(kwsim.User{Email: "manager@acme.example"})
	x.user(kwsim.User{Email: "restricted@acme.example", ProfileID: 4})
	top := x.folder("", "Departments", true)
	x.member(top, viewer, 6)
	x.member(top, manager, 4)
	x.folder(top, "Finance", true)
	gone := x.folder("", "Old", true)
	below := x.folder(gone, "Below", true)
	if err := x.World().DeleteFolder(gone); err != nil {
		t.Fatal(err)
	}
	chief, _ := x.World().UserByEmail(owner)
	cases := []struct {
		name, as, parent string
		body             map[string]any
		want             string
	}{
		{"top level", owner, "0", map[string]any{"name": "Clients"}, "Created"},
		{"top level by its id", owner, chief.BaseDirID, map[string]any{"name": "Legal"}, "Created"},
		{"top level with its own settings", owner, "0", map[string]any{"name": "Sec", "secure": true, "syncable": false}, "Created"},
		{"below", owner, top, map[string]any{"name": "Sales", "inheritanceEnabled": false, "description": "x"}, "Created"},
		{"by a manager", "manager@acme.example", top, map[string]any{"name": "IT"}, "Created"},
		{"name of a deleted folder", owner, "0", map[string]any{"name": "Old"}, "Created"},
		{"longest name", owner, top, map[string]any{"name": strings.Repeat("ü", 255)}, "Created"},
		{"renamed", owner, top, map[string]any{"name": "finance", "rename": true}, "Created"},
		{"duplicate", owner, top, map[string]any{"name": "FINANCE"}, "ERR_ENTITY_EXISTS"},
		{"by a viewer", "viewer@acme.example", top, map[string]any{"name": "X"}, "ERR_ACCESS_USER"},
		{"by a stranger", admin, top, map[string]any{"name": "X"}, "ERR_ACCESS_USER"},
		{"top level with the Restricted profile", "restricted@acme.example", "0", map[string]any{"name": "X"}, "ERR_ACCESS_USER"},
		{"unknown parent", owner, nobody, map[string]any{"name": "X"}, "ERR_ACCESS_USER"},
		{"deleted parent", owner, gone, map[string]any{"name": "X"}, "ERR_ENTITY_DELETED"},
		{"parent below a deleted folder", owner, below, map[string]any{"name": "X"}, "ERR_ENTITY_DELETED"},
		{"in the tray", owner, chief.MyDirID, map[string]any{"name": "X"}, "ERR_ENTITY_IS_MY_DIR"},
		{"secure below the top", owner, top, map[string]any{"name": "X", "secure": true}, "ERR_INPUT_NOT_ALLOWED"},
		{"no name", owner, top, map[string]any{}, "ERR_INPUT_REQUIRED"},
		{"leading space", owner, top, map[string]any{"name": " X"}, "ERR_INPUT_FOLDER_NAME_INVALID_START_END_FORMAT"},
		{"trailing dot", owner, top, map[string]any{"name": "X."}, "ERR_INPUT_FOLDER_NAME_INVALID_START_END_FORMAT"},
		{"too long", owner, top, map[string]any{"name": strings.Repeat("x", 256)}, "ERR_INPUT_INVALID"},
		{"slash", owner, top, map[string]any{"name": "a/b"}, "ERR_INPUT_INVALID"},
		{"control character", owner, top, map[string]any{"name": "a\tb"}, "ERR_INPUT_INVALID"},
		{"unknown field", owner, top, map[string]any{"name": "X", "owner": "me"}, "ERR_INVALID_PARAMETER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.do(c.as, http.MethodPost, "/rest/folders/"+c.parent+"/folders", c.body)
			if got := r.code(); got != c.want {
				t.Errorf("create = %d %s, want %s", r.Status, r.Body, c.want)
			}
			if created := r.Status == http.StatusCreated; created != (r.Header.Get("X-Accellion-Location") != "") {
				t.Errorf("location = %q at %d", r.Header.Get("X-Accellion-Location"), r.Status)
			}
		})
	}
	if _, ok := x.World().FolderByPath(chief.ID, "/departments/finance (1)"); !ok {
		t.Error("renamed folder is not at /departments/finance (1)")
	}
}

func TestGetFolder(t *testing.T) {
	t.Parallel()
	x := start(t)
	viewer := x.user(kwsim.User{Email: "viewer@acme.example"})
	top := x.folder("", "Departments", true)
	open := x.folder(top, "Finance", true)
	closed := x.folder(top, "Board", false)
	x.member(top, viewer, 6)
	chief, _ := x.World().UserByEmail(owner)
	cases := []struct {
		name, as, id, with string
		want               []any // id, parentId, path, id of currentUserRole
	}{
		{"own", owner, top, "", []any{top, chief.BaseDirID, nil, nil}},
		{"extras", owner, open, "?with=(path,currentUserRole)", []any{open, top, "/Departments/Finance", 5.0}},
		{"inherited", "viewer@acme.example", open, "?with=(path,currentUserRole)", []any{open, top, "/Departments/Finance", 6.0}},
		{"one extra", "viewer@acme.example", top, "?with=(path)&mode=compact", []any{top, chief.BaseDirID, "/Departments", nil}},
		{"base directory", owner, chief.BaseDirID, "?with=(path)", []any{chief.BaseDirID, nil, "basedir", nil}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var f map[string]any
			x.do(c.as, http.MethodGet, "/rest/folders/"+c.id+c.with, nil).decode(t, &f)
			role, _ := f["currentUserRole"].(map[string]any)
			if diff := cmp.Diff(c.want, []any{f["id"], f["parentId"], f["path"], role["id"]}); diff != "" {
				t.Errorf("folder (-want +got):\n%s", diff)
			}
		})
	}
	for name, c := range map[string]struct{ as, id, want string }{
		"inheritance off": {"viewer@acme.example", closed, "ERR_ACCESS_USER"},
		"no member":       {admin, top, "ERR_ACCESS_USER"},
		"unknown":         {owner, nobody, "ERR_ACCESS_USER"},
		"no id at all":    {owner, "0", "ERR_ACCESS_USER"},
		"foreign base":    {admin, chief.BaseDirID, "ERR_ACCESS_USER"},
		"sync directory":  {owner, chief.SyncDirID, "ERR_ENTITY_IS_SYNC_DIR"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := x.do(c.as, http.MethodGet, "/rest/folders/"+c.id, nil).code(); got != c.want {
				t.Errorf("folder = %s, want %s", got, c.want)
			}
		})
	}
}

func TestListFolders(t *testing.T) {
	t.Parallel()
	x := start(t)
	guest := x.user(kwsim.User{Email: "guest@acme.example"})
	top := x.folder("", "Departments", true)
	x.folder("", "projects", true)
	old := x.folder("", "Archive", true)
	audit := x.folder(x.folder(top, "Finance", true), "Audit", true)
	x.folder(audit, "2026", true)
	x.folder(top, "Human Resources", false)
	x.folder(top, "IT", true)
	x.member(audit, guest, 3)
	x.clock.advance(1)
	if err := x.World().DeleteFolder(old); err != nil {
		t.Fatal(err)
	}
	chief, _ := x.World().UserByEmail(owner)
	cases := []struct {
		name, as, path string
		want           []any
	}{
		{"own top level", owner, "top", []any{"Archive", "Departments", "projects"}},
		{"live top level", owner, "top?deleted=false&orderBy=name:desc", []any{"projects", "Departments"}},
		{"last changed", owner, "top?orderBy=modified:desc&limit=1", []any{"Archive"}},
		{"top level by its id", owner, chief.BaseDirID + "/folders?deleted=false", []any{"Departments", "projects"}},
		{"shared from deep inside", "guest@acme.example", "top", []any{"Audit"}},
		{"children of what is shared", "guest@acme.example", audit + "/folders", []any{"2026"}},
		{"nothing shared", admin, "top", []any{}},
		{"children", owner, top + "/folders", []any{"Finance", "Human Resources", "IT"}},
		{"exact name in another case", owner, top + "/folders?name=it", []any{"IT"}},
		{"part of a name", owner, top + "/folders?name:contains=N", []any{"Finance", "Human Resources"}},
		{"page", owner, top + "/folders?limit=1&offset=1", []any{"Human Resources"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, x.list(c.as, "/rest/folders/"+c.path).column("name")); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
	if got := x.do("guest@acme.example", http.MethodGet, "/rest/folders/"+top+"/folders", nil).code(); got != "ERR_ACCESS_USER" {
		t.Errorf("children of a folder out of sight = %s, want ERR_ACCESS_USER", got)
	}
	x.member(top, guest, 6)
	want := []any{"Finance", "IT"}
	if diff := cmp.Diff(want, x.list("guest@acme.example", "/rest/folders/"+top+"/folders").column("name")); diff != "" {
		t.Errorf("children that a viewer sees (-want +got):\n%s", diff)
	}
}
