package snapshot_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

func units(dns ...string) []access.Unit {
	all := []access.Unit{}
	for i, dn := range dns {
		all = append(all, access.Unit{ID: access.GroupID{Source: "corp", ID: string(rune('a' + i))}, DN: dn})
	}
	return all
}

// TestUnitsThatWereNotReadAreNotNone: a file of before has no list, and one of a directory without units an empty one.
func TestUnitsThatWereNotReadAreNotNone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]access.Unit{"not read": nil, "none": {}, "two": units("ou=A", "ou=B")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := town()
			f.Snapshot.Units = want
			packed := write(t, f)
			got, err := snapshot.Read(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(want, got.Snapshot.Units); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if has := strings.Contains(string(unpack(t, packed)), `"units"`); has != (want != nil) {
				t.Errorf("the file has a list of units: %v", has)
			}
		})
	}
}

func TestUnitsOutOfOrderAreRefused(t *testing.T) {
	t.Parallel()
	f := town()
	f.Snapshot.Units = append(units("ou=A"), units("ou=A")...)
	if err := snapshot.Write(io.Discard, f); err == nil || !strings.Contains(err.Error(), `unit "corp:a": is there twice`) {
		t.Errorf("got %v, want it refused", err)
	}
}

// TestRedactUnits keeps their names and ids, but for people above them.
func TestRedactUnits(t *testing.T) {
	t.Parallel()
	f := someone(nil)
	f.Snapshot.Units = units("dc=corp", `ou=Sales\, East,ou=Staff,dc=corp`, "ou=devices,uid=cleo,ou=Staff,dc=corp", "ou=old,ou=devices,UID=Cleo,ou=Staff,dc=corp")
	var dns []string
	for i, u := range redact(t, f, key).Snapshot.Units {
		if u.ID != f.Snapshot.Units[i].ID {
			t.Errorf("unit %d has the id %v, want it kept", i, u.ID)
		}
		dns = append(dns, u.DN)
	}
	want := []string{"dc=corp", `ou=Sales\, East,ou=Staff,dc=corp`, "ou=devices,uid=<A>,ou=Staff,dc=corp", "ou=old,ou=devices,UID=<A>,ou=Staff,dc=corp"}
	if diff := gocmp.Diff(want, shape(dns...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.Snapshot.Units[2].DN != "ou=devices,uid=cleo,ou=Staff,dc=corp" {
		t.Error("the file that was given is changed")
	}
}
