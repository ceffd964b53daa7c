package kwsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestPostMembersEntries(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		folder func(*team) string
		role   int
		who    string // local part; an address if it contains @
		update bool
		want   string // code; "" if granted
		status int    // without partialSuccess
	}{
		{name: "new member", role: viewer, who: "free"},
		{name: "new member by address", role: viewer, who: "FREE@acme.example"},
		{name: "address without account", role: viewer, who: "guest@partner.example"},
		{name: "address of a recipient", role: viewer, who: "mail@acme.example"},
		{name: "address of a deleted user", role: viewer, who: "gone@acme.example"},
		{name: "stronger than inherited", folder: subOf, role: collaborator, who: "d"},
		{name: "raise", role: collaborator, who: "d", update: true},
		{name: "lower", role: viewer, who: "d", update: true},
		{name: "same role", role: downloader, who: "d", want: "ERR_ENTITY_ROLE_IS_ASSIGNED", status: 409},
		{name: "same role with update", role: downloader, who: "d", update: true, want: "ERR_ENTITY_ROLE_IS_ASSIGNED", status: 409},
		{name: "other role", role: collaborator, who: "d", want: "ERR_ENTITY_EXISTS", status: 409},
		{name: "as inherited", folder: subOf, role: downloader, who: "d", want: "ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS", status: 409},
		{name: "weaker than inherited", folder: subOf, role: viewer, who: "d", update: true, want: "ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS", status: 409},
		{name: "owner", role: viewer, who: "folders", update: true, want: "ERR_ENTITY_IS_OWNER", status: 403},
		{name: "distribution list", role: viewer, who: "list", want: "ERR_INPUT_EMAIL_IS_DISTRIBUTION_LIST", status: 403},
		{name: "recipient by id", role: viewer, who: "mail", want: "ERR_USER_TYPE_NO_ACCESS", status: 403},
		{name: "deleted user by id", role: viewer, who: "gone", want: "ERR_ACCESS_USER", status: 403},
		{name: "unknown id", role: viewer, who: nobody, want: "ERR_ACCESS_USER", status: 403},
		{name: "bad address", role: viewer, who: "@acme.example", want: "ERR_INPUT_INVALID_EMAIL", status: 422},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newTeam(t)
			folder := x.dept
			if c.folder != nil {
				folder = c.folder(x)
			}
			id, body := x.memberBody(c.role, c.who)
			path := fmt.Sprintf("/rest/folders/%s/members?updateIfExists=%v", folder, c.update)
			before, want := x.roles(folder), http.StatusCreated
			if c.want != "" {
				want = c.status
				if r := x.do(owner, http.MethodPost, path, body); r.Status != want || r.code() != c.want {
					t.Errorf("whole = %d %s, want %d %s", r.Status, r.Body, want, c.want)
				}
				want = http.StatusMultiStatus
			}
			r := x.do(owner, http.MethodPost, path+"&partialSuccess=true", body)
			checkEntry(t, r, want, c.want, id)
			if granted := c.want == ""; granted != (cmp.Diff(before, x.roles(folder)) != "") {
				t.Errorf("members went from %v to %v", before, x.roles(folder))
			}
		})
	}
}

func subOf(x *team) string { return x.sub }

// memberBody returns the body that adds one user, and how the body names the user.
func (x *team) memberBody(role int, who string) (string, map[string]any) {
	id, field := who, "userIds"
	switch {
	case strings.Contains(who, "@"):
		field = "emails"
	case x.id[who] != "":
		id = x.id[who]
	}
	return id, map[string]any{"roleId": role, field: []string{id}, "notify": false, "notifyFileAdded": false}
}

type added struct {
	Errors []struct {
		Code, Message string
		FailedIDs     []string
	}
	SuccessIDs []string
	Data       []map[string]any
}

// checkEntry checks the answer about a single entry with partialSuccess.
func checkEntry(t *testing.T, r reply, status int, code, id string) {
	t.Helper()
	var got added
	r.decode(t, &got)
	failed := code != ""
	if r.Status != status || len(got.SuccessIDs) == 1 == failed || len(got.Errors) == 1 != failed {
		t.Fatalf("partial = %d %s, want %d and one entry", r.Status, r.Body, status)
	}
	if failed && (got.Errors[0].Code != code || got.Errors[0].Message == "" || !slices.Equal(got.Errors[0].FailedIDs, []string{id})) {
		t.Errorf("partial = %s, want %s for %s", r.Body, code, id)
	}
}

func TestPostMembersMixed(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	body := map[string]any{"roleId": downloader, "userIds": []string{
		x.id["d"], x.id["free"], nobody, x.id["users-admin"], x.id["gone"], x.id["free"],
	}, "emails": []string{"free@acme.example", "new@partner.example", "NEW@partner.example"}}
	before, err := x.World().Dump()
	if err != nil {
		t.Fatal(err)
	}
	if r := x.do(owner, http.MethodPost, "/rest/folders/"+x.dept+"/members", body); r.code() != "ERR_ENTITY_ROLE_IS_ASSIGNED" {
		t.Errorf("whole = %d %s, want ERR_ENTITY_ROLE_IS_ASSIGNED", r.Status, r.Body)
	}
	after, err := x.World().Dump()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("refused request changed the tenant (-before +after):\n%s", diff)
	}
	r := x.do(owner, http.MethodPost, "/rest/folders/"+x.dept+"/members?partialSuccess=true&returnEntity=true", body)
	var got added
	r.decode(t, &got)
	fresh, _ := x.World().UserByEmail("new@partner.example")
	if want := []string{x.id["free"], x.id["users-admin"], fresh.ID}; r.Status != 207 || !slices.Equal(got.SuccessIDs, want) {
		t.Errorf("successIds = %d %v, want 207 %v", r.Status, got.SuccessIDs, want)
	}
	failed := map[string][]string{}
	for _, e := range got.Errors {
		failed[e.Code] = e.FailedIDs
	}
	want := map[string][]string{"ERR_ENTITY_ROLE_IS_ASSIGNED": {x.id["d"]}, "ERR_ACCESS_USER": {nobody, x.id["gone"]}}
	if diff := cmp.Diff(want, failed); diff != "" || len(got.Data) != 3 {
		t.Errorf("%d rows of data, failures (-want +got):\n%s", len(got.Data), diff)
	}
	if fresh.ProfileID != 4 || !fresh.Unverified {
		t.Errorf("account of a new address = %+v, want Restricted and unverified", fresh)
	}
}

// TestAGrantBelowComesAfterTheRevokeAbove moves a role from a folder to one below it: while it is inherited it cannot be
// given there.
func TestAGrantBelowComesAfterTheRevokeAbove(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	give := func() string {
		return x.do(owner, http.MethodPost, "/rest/folders/"+x.sub+"/members", map[string]any{"roleId": downloader, "userIds": []string{x.id["d"]}}).summary()
	}
	if got, want := give(), "409 ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS"; got != want {
		t.Errorf("while the role is inherited = %s, want %s", got, want)
	}
	if r := x.do(owner, http.MethodDelete, "/rest/folders/"+x.dept+"/members/"+x.id["d"], nil); r.Status != http.StatusNoContent {
		t.Fatal(r.Status, r.Body)
	}
	if got, want := give(), "201 Created"; got != want {
		t.Errorf("afterwards = %s, want %s", got, want)
	}
	if got := []int{x.roles(x.dept)["d"], x.roles(x.sub)["d"]}; !slices.Equal(got, []int{0, downloader}) {
		t.Errorf("roles on the two folders = %v, want [0 %d]", got, downloader)
	}
}

func TestPostMembersSeats(t *testing.T) {
	t.Parallel()
	x := newTeam(t, func(o *kwsim.Options) { o.Seats = 9 }) // eight accounts exist
	body := map[string]any{"roleId": viewer, "emails": []string{"a@p.example", "free@acme.example", "b@p.example"}}
	path := "/rest/folders/" + x.dept + "/members"
	if got := x.do(owner, http.MethodPost, path, body).code(); got != "ERR_LICENSE_MAX_USERS_COUNT_REACHED" {
		t.Errorf("whole = %s, want ERR_LICENSE_MAX_USERS_COUNT_REACHED", got)
	}
	if _, opened := x.World().UserByEmail("a@p.example"); opened {
		t.Error("refused request opened an account")
	}
	var got added
	x.do(owner, http.MethodPost, path+"?partialSuccess=true", body).decode(t, &got)
	if len(got.SuccessIDs) != 2 || len(got.Errors) != 1 || !slices.Equal(got.Errors[0].FailedIDs, []string{"b@p.example"}) {
		t.Errorf("partial = %+v, want two successes and b@p.example without a seat", got)
	}
}

func TestPostMembersRefused(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("u%d@partner.example", i)
	}
	gone := x.folder("", "Gone", true)
	if err := x.World().DeleteFolder(gone); err != nil {
		t.Fatal(err)
	}
	chief, _ := x.World().UserByEmail(owner)
	free := []string{x.id["free"]}
	good := map[string]any{"roleId": viewer, "userIds": free}
	cases := []struct {
		name, as, folder string
		body             map[string]any
		want             string
	}{
		{"by a manager", "m@acme.example", x.dept, good, "Created"},
		{"by an inherited manager", "m@acme.example", x.sub, map[string]any{"roleId": collaborator, "userIds": free}, "Created"},
		{"by a downloader", "d@acme.example", x.dept, good, "ERR_ACCESS_USER"},
		{"by a stranger", admin, x.dept, good, "ERR_ACCESS_USER"},
		{"no role", owner, x.dept, map[string]any{"userIds": free}, "ERR_INPUT_REQUIRED"},
		{"unknown role", owner, x.dept, map[string]any{"roleId": 99, "userIds": free}, "ERR_INPUT_NOT_IN_LIST"},
		{"role of the owner", owner, x.dept, map[string]any{"roleId": ownerRole, "userIds": free}, "ERR_INPUT_IS_OWNER"},
		{"nobody named", owner, x.dept, map[string]any{"roleId": viewer, "userIds": []string{}}, "ERR_INPUT_REQUIRED"},
		{"too many", owner, x.dept, map[string]any{"roleId": viewer, "emails": many}, "ERR_INPUT_MAX_VALUE"},
		{"LDAP group", owner, x.dept, map[string]any{"roleId": viewer, "ldapGroupIds": []int{1}}, "ERR_INPUT_NOT_ALLOWED"},
		{"deleted folder", owner, gone, good, "ERR_ENTITY_DELETED"},
		{"base directory", owner, chief.BaseDirID, good, "ERR_ENTITY_IS_BASE_DIR"},
		{"my directory", owner, chief.MyDirID, good, "ERR_ENTITY_IS_MY_DIR"},
		{"sync directory", owner, chief.SyncDirID, good, "ERR_ENTITY_IS_SYNC_DIR"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.do(c.as, http.MethodPost, "/rest/folders/"+c.folder+"/members", c.body)
			if got := r.code(); got != c.want {
				t.Errorf("add = %d %s, want %s", r.Status, r.Body, c.want)
			}
		})
	}
}
