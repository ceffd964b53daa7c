package snapshot_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

var update = flag.Bool("update", false, "write the golden file")

func TestTheFormStays(t *testing.T) {
	t.Parallel()
	const golden = "testdata/town.json"
	got := unpack(t, write(t, town()))
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the form has changed (-want +got): whoever holds a file needs another Format:\n%s", diff)
	}
	f, err := snapshot.Read(bytes.NewReader(pack(t, want)))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if diff := differ(town(), f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRoundTripProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawFile(t)
		packed := write(t, want)
		got, err := snapshot.Read(bytes.NewReader(packed))
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		if diff := differ(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if !bytes.Equal(packed, write(t, got)) {
			t.Fatal("written again, the file has other bytes")
		}
		if !snapshot.Recognise(bytes.NewReader(packed)) {
			t.Fatal("it is not recognised")
		}
	})
}

// drawFile is any file that is sound.
func drawFile(t *rapid.T) snapshot.File {
	text := rapid.String()
	f := snapshot.File{
		Made: drawTime(t, "made"), Redacted: rapid.Bool().Draw(t, "redacted"), Tenant: text.Draw(t, "tenant"),
		Directories: rapid.SliceOf(text).Draw(t, "directories"), Attributes: rapid.SliceOf(text).Draw(t, "attributes"),
		Snapshot: drawSnapshot(t), Catalog: drawCatalog(t),
		Pins: snapshot.Pins{Groups: map[string]access.GroupID{}, Folders: map[access.Place]string{}},
	}
	if rapid.Bool().Draw(t, "unknown") {
		f.Snapshot.Unknown = []string{text.Draw(t, "misspelt")}
	}
	for range rapid.IntRange(0, 3).Draw(t, "pins") {
		f.Pins.Groups[text.Draw(t, "name")] = access.GroupID{Source: text.Draw(t, "source"), ID: text.Draw(t, "id")}
		f.Pins.Folders[access.Place{As: text.Draw(t, "as"), Path: access.Path(text.Draw(t, "path"))}] = text.Draw(t, "folder")
	}
	return f
}

func drawSnapshot(t *rapid.T) *access.Snapshot {
	text, attribute := rapid.String(), rapid.StringMatching(`[a-z][a-z0-9-]{0,6}`)
	value := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "bytes")) })
	sn := &access.Snapshot{Taken: drawTime(t, "taken"), Match: map[string]access.Match{}}
	for range rapid.IntRange(0, 3).Draw(t, "match") {
		sn.Match[attribute.Draw(t, "attribute")] = access.Match(rapid.IntRange(1, 4).Draw(t, "how"))
	}
	groups := rapid.IntRange(0, 4).Draw(t, "groups")
	for i := range groups {
		id := access.GroupID{Source: "a", ID: fmt.Sprintf("g%d", i)}
		g := access.Group{ID: id, DN: text.Draw(t, "dn"), Name: text.Draw(t, "name"), Hidden: rapid.Bool().Draw(t, "hidden")}
		if rapid.Bool().Draw(t, "has attributes") {
			g.Attrs = map[string][]string{"description": {text.Draw(t, "description")}, "binary": {"\xff" + text.Draw(t, "binary")}}
		}
		for above := range groups {
			if rapid.Bool().Draw(t, "within") {
				g.Within = append(g.Within, int32(above))
			}
		}
		sn.Groups = append(sn.Groups, g)
	}
	if rapid.Bool().Draw(t, "units") {
		sn.Units = []access.Unit{}
		for i := range rapid.IntRange(0, 3).Draw(t, "how many") {
			sn.Units = append(sn.Units, access.Unit{ID: access.GroupID{Source: "a", ID: fmt.Sprintf("u%d", i)}, DN: text.Draw(t, "dn")})
		}
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "people") {
		p := access.Person{
			ID: access.PersonID{Source: fmt.Sprintf("s%d", i/2), ID: fmt.Sprintf("p%d", i)}, DN: text.Draw(t, "dn"), NoEmail: text.Draw(t, "why"),
			Name: text.Draw(t, "name"), Standing: access.Standing(rapid.IntRange(1, 6).Draw(t, "standing")), Changed: drawTime(t, "changed"),
			Attrs: rapid.MapOfN(attribute, rapid.SliceOfN(value, 1, 3), 0, 3).Draw(t, "attrs"),
		}
		if rapid.Bool().Draw(t, "has address") {
			p.Email = access.Email(rapid.StringMatching(`[a-zäß.+']{1,5}@[a-z.]{1,5}`).Draw(t, "email"))
		}
		for g := range groups {
			if rapid.Bool().Draw(t, "member") {
				p.Groups = append(p.Groups, int32(g))
			}
		}
		sn.People = append(sn.People, p)
	}
	return sn
}

func drawCatalog(t *rapid.T) *access.Catalog {
	text, c := rapid.String(), &access.Catalog{}
	for range rapid.IntRange(0, 2).Draw(t, "catalog") {
		c.Roles = append(c.Roles, access.Role{ID: text.Draw(t, "id"), Name: text.Draw(t, "name"), Rank: rapid.Int().Draw(t, "rank")})
		c.Profiles = append(c.Profiles, access.Profile{ID: text.Draw(t, "id"), Name: text.Draw(t, "name")})
		c.Folders = append(c.Folders, access.Folder{
			ID: text.Draw(t, "id"), Parent: text.Draw(t, "parent"), As: text.Draw(t, "as"), Path: access.Path(text.Draw(t, "path")),
			Inherits: rapid.Bool().Draw(t, "inherits"),
		})
	}
	if rapid.Bool().Draw(t, "bad place") {
		place := access.Place{As: text.Draw(t, "as"), Path: access.Path(text.Draw(t, "path")), FolderID: text.Draw(t, "id")}
		c.Unusable = []access.Unusable{{Place: place, Why: text.Draw(t, "why")}}
	}
	return c
}

func drawTime(t *rapid.T, label string) time.Time {
	return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, label), rapid.Int64Range(0, 999_999_999).Draw(t, label)).UTC()
}

func TestTheOrderOfUnusablePlacesDoesNotCount(t *testing.T) {
	t.Parallel()
	f := town()
	f.Catalog.Unusable = append(f.Catalog.Unusable, access.Unusable{Place: access.Place{As: folders, Path: "/Bad"}, Why: "ambiguous"})
	want := write(t, f)
	slices.Reverse(f.Catalog.Unusable)
	if !bytes.Equal(want, write(t, f)) {
		t.Error("in another order, the file has other bytes")
	}
}

func TestDirectoryAnswersFromTheFile(t *testing.T) {
	t.Parallel()
	sn, touched, err := snapshot.NewDirectory("town.snapshot", town()).Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(town().Snapshot, sn); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := access.Touched{Everyone: true, How: []string{"from town.snapshot, as of 2026-03-02T07:59:00Z"}}
	if diff := cmp.Diff(want, touched); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
