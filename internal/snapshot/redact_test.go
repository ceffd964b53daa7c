package snapshot_test

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

var key = []byte("a key for tests, 32 bytes of it.")

func redact(t rapid.TB, f snapshot.File, key []byte) snapshot.File {
	t.Helper()
	out, err := snapshot.Redact(f, key)
	if err != nil {
		t.Fatalf("Redact: %v", err)
	}
	return out
}

// someone is a town with one more person and these attributes.
func someone(attrs map[string][]string) snapshot.File {
	f := town()
	f.Snapshot.People = append(f.Snapshot.People, access.Person{
		ID: access.PersonID{Source: "corp", ID: "p9"}, DN: "uid=cleo,ou=Staff,dc=corp", Email: "cleo@corp.example", Name: "Cleo",
		Standing: access.Active, Attrs: attrs,
	})
	return f
}

// is finds the redacted person by what is kept: the third has neither group nor reason.
func cleo(f snapshot.File) access.Person {
	i := slices.IndexFunc(f.Snapshot.People, func(p access.Person) bool { return len(p.Groups) == 0 && p.NoEmail == "" })
	return f.Snapshot.People[i]
}

// shape replaces pseudonyms by letters, in the order in which they come.
func shape(texts ...string) []string {
	var out, seen []string
	for _, text := range texts {
		for i := strings.Index(text, "redacted-"); i >= 0; i = strings.Index(text, "redacted-") {
			name := text[i : i+len("redacted-")+12]
			if !slices.Contains(seen, name) {
				seen = append(seen, name)
			}
			text = strings.ReplaceAll(text, name, "<"+string(rune('A'+slices.Index(seen, name)))+">")
		}
		out = append(out, text)
	}
	return out
}

func TestRedactPerson(t *testing.T) {
	t.Parallel()
	f := town()
	f.Snapshot.People[0].DN = `cn=Lang\, Anna+uid=p1,ou=Staff,dc=corp`
	var got access.Person
	for _, p := range redact(t, f, key).Snapshot.People {
		if p.Standing == access.Active {
			got = p
		}
	}
	fields := shape(got.ID.ID, got.DN, string(got.Email), got.Name)
	want := []string{"<A>", "cn=<B>+uid=<A>,ou=Staff,dc=corp", "<C>@corp.example", "<D>"}
	if diff := gocmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC); !got.Changed.Equal(want) || !slices.Equal(got.Groups, []int32{0, 1}) || got.ID.Source != "corp" {
		t.Errorf("changed %s, groups %v, source %s: want the day, and the others as they were", got.Changed, got.Groups, got.ID.Source)
	}
}

func TestRedactValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, attribute, value string
		want                   string
	}{
		{"a department", "department", "Finance", "Finance"},
		{"a title that is the name of an attribute", "title", "mail", "mail"},
		{"the login", "uid", "cleo", "<A>"},
		{"a name in another case", "cn", "CLEO", "<A>"},
		{"a surname", "sn", "Lang", "<B>"},
		{"an address", "mail", "Cleo@corp.example", "<A>@corp.example"},
		{"an address of elsewhere", "mail", "cleo@home.example", "<A>@home.example"},
		{"an address with a scheme", "proxyaddresses", "SMTP:cleo@corp.example", "SMTP:<A>@corp.example"},
		{"an address of another kind", "proxyaddresses", "x500:/o=Corp/cn=cleo", "<B>"},
		{"two addresses in one value", "mail", "cleo@corp.example, c@corp.example", "<B>"},
		{"an address where none belongs", "department", "cleo@corp.example", "<A>@corp.example"},
		{"a manager who is here", "manager", `cn=Lang\2C Anna,ou=Staff,dc=corp`, "cn=<B>,ou=Staff,dc=corp"},
		{"a manager in another spelling", "manager", `CN=lang\, anna,OU=Staff,DC=corp`, "CN=<B>,OU=Staff,DC=corp"},
		{"a manager who is not here", "manager", "cn=Zoe,ou=Board,dc=corp", "cn=<B>,ou=Board,dc=corp"},
		{"a manager who is no DN", "manager", "Zoe", "<B>"},
		{"somebody where nobody belongs", "department", "cn=bo,ou=staff,dc=corp", "cn=<B>,ou=staff,dc=corp"},
		{"a DN below a person", "owner", "cn=phone,cn=Bo,ou=Staff,dc=corp", "cn=<B>,cn=<C>,ou=Staff,dc=corp"},
		{"the DN of a group", "memberof", "cn=staff,ou=Groups,dc=corp", "cn=staff,ou=Groups,dc=corp"},
		{"somebody's id", "department", "p9", "<B>"},
		{"a text with a DN's look", "description", "cn=Anna Lang, ou=her room", "<B>"},
		{"bytes", "jpegphoto", "\xff\xd8", "<B>"},
		{"nothing", "uid", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := cleo(redact(t, someone(map[string][]string{tt.attribute: {tt.value}}), key))
			got := shape(p.Name, p.Attrs[tt.attribute][0])
			if got[1] != tt.want {
				t.Errorf("got %q (%q), want %q", got[1], p.Attrs[tt.attribute][0], tt.want)
			}
		})
	}
}

// What relates people to each other, and to folders, survives.
func TestRedactKeepsRelations(t *testing.T) {
	t.Parallel()
	f := someone(map[string][]string{"manager": {`CN=lang\, anna,ou=Staff,dc=corp`}, "uid": {"cleo"}, "department": {"Bo"}})
	f.Snapshot.People[0].Email = "cleo@corp.example"
	f.Catalog.Folders = append(
		f.Catalog.Folders, access.Folder{ID: "f4", As: folders, Path: "/Home/CLEO"}, access.Folder{ID: "f5", As: folders, Path: "/Dep/Bo"},
		access.Folder{ID: "f6", As: folders, Path: "/Mail/cleo@corp.example/In"},
	)
	f.Pins.Folders[access.Place{As: folders, Path: "/Home/cleo/Private"}] = "f7"
	out := redact(t, f, key)
	her, boss := cleo(out), access.Person{}
	for _, p := range out.Snapshot.People {
		if len(p.Groups) > 0 {
			boss = p
		}
	}
	if her.Email != boss.Email {
		t.Errorf("one address became %s and %s", her.Email, boss.Email)
	}
	if !strings.EqualFold(her.Attrs["manager"][0], boss.DN) {
		t.Errorf("the manager is %s, want %s", her.Attrs["manager"][0], boss.DN)
	}
	uid := her.Attrs["uid"][0]
	var paths []access.Path
	for _, folder := range out.Catalog.Folders {
		paths = append(paths, folder.Path)
	}
	home := access.Path("/Home/" + uid)
	if want := []access.Path{"/Dep", "/Dep/Finance", home, "/Dep/Bo", access.Path("/Mail/" + string(her.Email) + "/In")}; !slices.Equal(paths, want) {
		t.Errorf("folders %q, want %q", paths, want)
	}
	if got := out.Pins.Folders[access.Place{As: folders, Path: home + "/Private"}]; got != "f7" {
		t.Errorf("the pins are %v, want one of %s/Private", out.Pins.Folders, home)
	}
}

// Groups stay what they are, but for what they say of people; that a folder is
// called as a group is no reason to hide it.
func TestRedactGroups(t *testing.T) {
	t.Parallel()
	f := someone(map[string][]string{"uid": {"cleo"}})
	f.Snapshot.Groups[0].Attrs = map[string][]string{
		"managedby": {f.Snapshot.People[0].DN}, "description": {"for Cleo"}, "displayname": {"Archive"}, "room": {"7"}, "seen": {"cleo@corp.example"},
	}
	f.Catalog.Folders = append(f.Catalog.Folders, access.Folder{ID: "f4", As: folders, Path: "/Dep/Archive"})
	out := redact(t, f, key)
	got := out.Snapshot.Groups[0]
	if got.Name != "staff" || got.DN != f.Snapshot.Groups[0].DN || got.Attrs["room"][0] != "7" {
		t.Errorf("got %+v, want the group as it is", got)
	}
	for name, was := range f.Snapshot.Groups[0].Attrs {
		if name != "room" && got.Attrs[name][0] == was[0] {
			t.Errorf("%s is still %q", name, was[0])
		}
	}
	if path := out.Catalog.Folders[2].Path; path != "/Dep/Archive" {
		t.Errorf("the folder is %s, want /Dep/Archive", path)
	}
}

func TestRedactChangesNothingOfWhatItWasGiven(t *testing.T) {
	t.Parallel()
	f := someone(map[string][]string{"uid": {"cleo"}})
	f.Catalog.Folders[0].Path = "/cleo"
	before := write(t, f)
	out := redact(t, f, key)
	if !out.Redacted || f.Redacted {
		t.Errorf("redacted: %v, and the given one %v", out.Redacted, f.Redacted)
	}
	if !bytes.Equal(before, write(t, f)) {
		t.Error("the given file has changed")
	}
}

func TestRedactNeedsAKey(t *testing.T) {
	t.Parallel()
	for _, short := range [][]byte{nil, []byte("secret")} {
		if _, err := snapshot.Redact(town(), short); err == nil {
			t.Errorf("the key %q was taken", short)
		}
	}
}

// Under one key the same, under another nothing in common.
func TestPseudonymsDependOnTheKeyAlone(t *testing.T) {
	t.Parallel()
	one, again := redact(t, town(), key), redact(t, town(), key)
	if !reflect.DeepEqual(one, again) {
		t.Error("one key gave two results")
	}
	other := redact(t, town(), bytes.Repeat([]byte("k"), 32))
	for i := range one.Snapshot.People {
		for j := range other.Snapshot.People {
			if one.Snapshot.People[i].ID == other.Snapshot.People[j].ID {
				t.Errorf("two keys gave one pseudonym: %s", one.Snapshot.People[i].ID)
			}
		}
	}
}

// Whatever is in a file, redacted it is sound, and as many people are in it.
func TestRedactProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFile(t)
		out := redact(t, f, key)
		read, err := snapshot.Read(bytes.NewReader(write(t, out)))
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		if len(read.Snapshot.People) != len(f.Snapshot.People) {
			t.Fatalf("%d people, want %d", len(read.Snapshot.People), len(f.Snapshot.People))
		}
		if got, want := kept(read), kept(f); !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("standings and groups are %v, want %v", got, want)
		}
	})
}

// kept is what of each person is not replaced, in an order of its own.
func kept(f snapshot.File) [][]int32 {
	var all [][]int32
	for _, p := range f.Snapshot.People {
		all = append(all, append([]int32{int32(p.Standing)}, p.Groups...))
	}
	slices.SortFunc(all, func(a, b []int32) int { return cmp.Or(slices.Compare(a, b)) })
	return all
}

func TestHidden(t *testing.T) {
	t.Parallel()
	got := snapshot.Hidden([]string{"uid", "department", "mail", "UID", "uid", "l"})
	if want := "UID mail uid"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
