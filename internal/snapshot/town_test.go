package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

const folders = "svc-folders@corp.example"

var moment = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// town is a file with a case of everything.
func town() snapshot.File {
	return snapshot.File{
		Made: moment, Tenant: "https://files.corp.example", Directories: []string{"corp"},
		Attributes: []string{"department", "objectsid"},
		Snapshot: &access.Snapshot{
			Taken: moment.Add(-time.Minute),
			Groups: []access.Group{
				{ID: access.GroupID{Source: "corp", ID: "g1"}, DN: "cn=staff,ou=Groups,dc=corp", Name: "staff"},
				{ID: access.GroupID{Source: "corp", ID: "g2"}, DN: "cn=tax,ou=Groups,dc=corp", Name: "tax"},
			},
			People: []access.Person{
				{
					ID: access.PersonID{Source: "corp", ID: "p1"}, DN: `cn=Lang\, Anna,ou=Staff,dc=corp`, Email: "anna.lang@corp.example",
					Name: "Anna Lang <R&D>", Standing: access.Active, Changed: moment.Add(-90 * time.Minute), Groups: []int32{0, 1},
					Attrs: map[string][]string{"department": {"Finance", "Tax"}, "objectsid": {"\x01\xff", "text"}},
				},
				{
					ID: access.PersonID{Source: "corp", ID: "p2"}, DN: "cn=Bo,ou=Staff,dc=corp", NoEmail: "mail: bo@home.example is outside",
					Name: "Bo", Standing: access.Disabled,
				},
			},
			Match: map[string]access.Match{"department": access.CaseExact},
		},
		Catalog: &access.Catalog{
			Roles:    []access.Role{{ID: "3", Name: "Collaborator", Rank: 5}},
			Profiles: []access.Profile{{ID: "1", Name: "Standard"}},
			Folders:  []access.Folder{{ID: "f1", As: folders, Path: "/Dep"}, {ID: "f2", Parent: "f1", As: folders, Path: "/Dep/Finance", Inherits: true}},
			Unusable: []access.Unusable{{Place: access.Place{As: folders, Path: "/Old", FolderID: "f3"}, Why: "deleted"}},
		},
		Pins: snapshot.Pins{
			Groups:  map[string]access.GroupID{"staff": {Source: "corp", ID: "g1"}},
			Folders: map[access.Place]string{{As: folders, Path: "/Old"}: "f3"},
		},
	}
}

// write packs a file that must be sound.
func write(t rapid.TB, f snapshot.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := snapshot.Write(&b, f); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return b.Bytes()
}

// unpack is the JSON in a file.
func unpack(t testing.TB, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pack is a file with any JSON in it.
func pack(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// differ compares two files. Nothing and an empty list are the same.
func differ(want, got snapshot.File) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }
