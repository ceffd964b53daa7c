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

// Role ids of DefaultRoles.
const (
	downloader, collaborator, manager, ownerRole, viewer, uploader = 2, 3, 4, 5, 6, 7
)

// team is a site with /Dept (members m: Manager, d: Downloader, v: Viewer) and, below it, /Dept/Sub (member s:
// Collaborator).
type team struct {
	*site
	dept, sub string
	id        map[string]string // by local part
}

func newTeam(t *testing.T, change ...func(*kwsim.Options)) *team {
	t.Helper()
	x := &team{site: start(t, change...), id: map[string]string{}}
	x.dept = x.folder("", "Dept", true)
	x.sub = x.folder(x.dept, "Sub", true)
	for _, name := range []string{"m", "d", "v", "s", "free"} {
		x.id[name] = x.user(kwsim.User{Email: name + "@acme.example", Name: strings.ToUpper(name)})
	}
	x.id["list"] = x.user(kwsim.User{Email: "list@acme.example", DistributionList: true})
	x.id["gone"] = x.user(kwsim.User{Email: "gone@acme.example", Deleted: true})
	x.id["mail"] = x.user(kwsim.User{Email: "mail@acme.example", Recipient: true})
	for _, email := range []string{admin, owner} {
		u, _ := x.World().UserByEmail(email)
		x.id[strings.Split(email, "@")[0]] = u.ID
	}
	x.member(x.dept, x.id["m"], manager)
	x.member(x.dept, x.id["d"], downloader)
	x.member(x.dept, x.id["v"], viewer)
	x.member(x.sub, x.id["s"], collaborator)
	return x
}

// roles returns the effective roles on a folder by local part.
func (x *team) roles(folder string) map[string]int {
	out := map[string]int{}
	for _, m := range x.World().Members(folder) {
		local, _, _ := strings.Cut(m.Email, "@")
		out[local] = m.RoleID
	}
	return out
}

func TestListMembers(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	x.member(x.sub, x.id["v"], uploader)
	cases := []struct {
		name, query string
		want        []string // email:roleId:inheritRoleId:originFolder
	}{
		{"by address", "orderBy=email:asc", []string{
			"d:2:2:Dept", "folders:5:5:-", "m:4:4:Dept", "s:3:0:-", "v:7:6:-",
		}},
		{"by rank", "orderBy=rank:desc&limit=2", []string{"folders:5:5:-", "m:4:4:Dept"}},
		{"one address", "email=D@acme.example", []string{"d:2:2:Dept"}},
		{"no such address", "email=x@acme.example", []string{}},
		{"one user", "userId=" + x.id["s"], []string{"s:3:0:-"}},
		{"no member", "userId=" + x.id["free"], []string{}},
		{"some users", "orderBy=email:asc&userId:in=" + x.id["s"] + "," + x.id["free"] + "&userId:in=" + x.id["d"] + "," + nobody, []string{
			"d:2:2:Dept", "s:3:0:-",
		}},
		{"two filters", "email=s@acme.example&userId:in=" + x.id["d"], []string{}},
		{"role", "roleId=7", []string{"v:7:6:-"}},
		{"page", "orderBy=email:desc&limit=1&offset=1", []string{"s:3:0:-"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := []string{}
			for _, row := range x.list(owner, "/rest/folders/"+x.sub+"/members?"+c.query).Data {
				local, _, _ := strings.Cut(row["email"].(string), "@")
				origin := any("-")
				if from, ok := row["originFolder"].(map[string]any); ok {
					origin = from["name"]
				}
				got = append(got, fmt.Sprintf("%s:%v:%v:%v", local, row["roleId"], row["inheritRoleId"], origin))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListMembersRow(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	p := x.list("m@acme.example", "/rest/folders/"+x.dept+"/members?with=(user,role)&email=d@acme.example")
	person := func(local, email, name string) map[string]any {
		return map[string]any{"id": x.id[local], "email": email, "name": name}
	}
	want := map[string]any{
		"objectId": x.dept, "userId": x.id["d"], "email": "d@acme.example",
		"roleId": 2.0, "inheritRoleId": 0.0, "rank": 3.0, "created": "2026-03-02T09:00:00+0000",
		"sharedBy": person("folders", owner, "Onboarding Folders"),
		"user":     person("d", "d@acme.example", "D"),
		"role":     map[string]any{"id": 2.0, "name": "Downloader", "rank": 3.0, "type": "d"},
	}
	if diff := cmp.Diff(want, p.Data[0]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	plain := x.list("m@acme.example", "/rest/folders/"+x.dept+"/members?mode=compact").Data[0]
	if len(plain) != 4 {
		t.Errorf("compact row = %v, want objectId, roleId, userId, email", plain)
	}
	if got := x.do(admin, http.MethodGet, "/rest/folders/"+x.dept+"/members", nil).code(); got != "ERR_ACCESS_USER" {
		t.Errorf("members for a stranger = %s, want ERR_ACCESS_USER", got)
	}
}

func TestListMembersFollowsChanges(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	path := "/rest/folders/" + x.sub + "/members"
	before := x.list(owner, path).Metadata.Total
	x.member(x.dept, x.id["free"], viewer) // above, so it reaches the listed folder
	if got := x.list(owner, path).Metadata.Total; got != before+1 {
		t.Errorf("members after a grant above = %d, want %d", got, before+1)
	}
	if err := x.World().RemoveMember(x.dept, x.id["free"]); err != nil {
		t.Fatal(err)
	}
	if err := x.World().DeleteUser(x.id["s"]); err != nil {
		t.Fatal(err)
	}
	if got := x.list(owner, path).Metadata.Total; got != before-1 {
		t.Errorf("members after removal and deletion = %d, want %d", got, before-1)
	}
}

func TestPutAndDeleteMember(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, method, as, who string
		onSub                 bool
		query                 string
		role                  int
		want                  string
		dept, sub             int // roles of who afterwards, 0 for none; checked if the call goes through
	}{
		{name: "raise", method: "PUT", who: "d", role: collaborator, want: "OK", dept: collaborator, sub: collaborator},
		{name: "same again", method: "PUT", who: "d", role: downloader, want: "OK", dept: downloader, sub: downloader},
		{name: "raise masks what is below", method: "PUT", who: "v", role: manager, want: "OK", dept: manager, sub: manager},
		{name: "lower", method: "PUT", who: "v", role: viewer, want: "OK", dept: viewer, sub: collaborator},
		{name: "lower below too", method: "PUT", who: "v", role: viewer, query: "?downgradeNested=true", want: "OK", dept: viewer, sub: viewer},
		{name: "by a manager", method: "PUT", as: "m@acme.example", who: "d", role: viewer, want: "OK", dept: viewer, sub: viewer},
		{name: "inherited", method: "PUT", who: "d", onSub: true, role: collaborator, want: "ERR_ENTITY_INHERITED_MEMBER_NOT_MODIFIABLE"},
		{name: "as inherited", method: "PUT", who: "v", onSub: true, role: viewer, want: "ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS"},
		{name: "owner", method: "PUT", who: "folders", role: viewer, want: "ERR_INPUT_IS_OWNER"},
		{name: "to owner", method: "PUT", who: "d", role: ownerRole, want: "ERR_INPUT_IS_OWNER"},
		{name: "unknown role", method: "PUT", who: "d", role: 99, want: "ERR_INPUT_NOT_IN_LIST"},
		{name: "no role", method: "PUT", who: "d", want: "ERR_INPUT_REQUIRED"},
		{name: "no member", method: "PUT", who: "free", role: viewer, want: "ERR_ACCESS_USER"},
		{name: "unknown user", method: "PUT", who: nobody, role: viewer, want: "ERR_ACCESS_USER"},
		{name: "by a downloader", method: "PUT", as: "d@acme.example", who: "v", role: downloader, want: "ERR_ACCESS_USER"},
		{name: "remove", method: "DELETE", who: "d", want: "No Content"},
		{name: "remove, not below", method: "DELETE", who: "v", want: "No Content", sub: collaborator},
		{name: "remove below too", method: "DELETE", who: "v", query: "?downgradeNested=true", want: "No Content"},
		{name: "remove below only", method: "DELETE", who: "v", onSub: true, want: "No Content", dept: viewer, sub: viewer},
		{name: "remove inherited", method: "DELETE", who: "d", onSub: true, want: "ERR_ENTITY_INHERITED_MEMBER_NOT_MODIFIABLE"},
		{name: "remove owner", method: "DELETE", who: "folders", want: "ERR_INPUT_IS_OWNER"},
		{name: "remove no member", method: "DELETE", who: "free", want: "ERR_ACCESS_USER"},
		{name: "remove by a downloader", method: "DELETE", as: "d@acme.example", who: "v", want: "ERR_ACCESS_USER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newTeam(t)
			x.member(x.sub, x.id["v"], collaborator)
			folder, as, id := x.dept, owner, c.who
			if c.onSub {
				folder = x.sub
			}
			if c.as != "" {
				as = c.as
			}
			if x.id[c.who] != "" {
				id = x.id[c.who]
			}
			r := x.do(as, c.method, "/rest/folders/"+folder+"/members/"+id+c.query, putBody(c.method, c.role))
			if got := r.code(); got != c.want {
				t.Fatalf("%s = %d %s, want %s", c.method, r.Status, r.Body, c.want)
			}
			if got := []int{x.roles(x.dept)[c.who], x.roles(x.sub)[c.who]}; r.Status < 300 && !slices.Equal(got, []int{c.dept, c.sub}) {
				t.Errorf("roles afterwards = %v, want [%d %d]", got, c.dept, c.sub)
			}
		})
	}
}

func putBody(method string, role int) any {
	switch {
	case method == http.MethodDelete:
		return nil
	case role == 0:
		return map[string]any{"notify": false}
	}
	return map[string]any{"roleId": role, "notify": false}
}

func TestPutMemberAnswer(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	path := "/rest/folders/" + x.dept + "/members/" + x.id["d"]
	if r := x.do(owner, http.MethodPut, path, map[string]any{"roleId": viewer}); r.Body != "" {
		t.Errorf("body = %s, want none", r.Body)
	}
	var got page
	x.do(owner, http.MethodPut, path+"?returnEntity=true", map[string]any{"roleId": uploader}).decode(t, &got)
	if len(got.Data) != 1 || got.Data[0]["roleId"] != float64(uploader) || got.Metadata.Total != 1 {
		t.Errorf("body = %+v, want the member as Uploader in a list", got)
	}
}

func TestGetMember(t *testing.T) {
	t.Parallel()
	x := newTeam(t)
	x.id["ghost"] = "ghost"
	cases := []struct{ name, as, folder, user, want string }{
		{"given here", owner, x.sub, "s", "200 3"},
		{"inherited", owner, x.sub, "v", "200 6"},
		{"no member", owner, x.sub, "free", "403 0"},
		{"nobody", owner, x.sub, "ghost", "403 0"},
		{"asked by a stranger", "free@acme.example", x.sub, "s", "403 0"},
	}
	for _, c := range cases {
		r := x.do(c.as, http.MethodGet, "/rest/folders/"+c.folder+"/members/"+x.id[c.user], nil)
		var row struct{ RoleID int }
		r.decode(t, &row)
		if got := fmt.Sprint(r.Status, " ", row.RoleID); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
