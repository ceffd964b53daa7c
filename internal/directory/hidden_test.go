package directory_test

import (
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP01_ASlapdThatHidesMembersHidesGroups: «leads» is in «managers», which is in «company».
func TestP01_ASlapdThatHidesMembersHidesGroups(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(30, 1).LDIF()})
	o := options(s.URL())
	o.Follow = true
	d := newClient(t, o)
	if got := hiddenGroups(refreshed(t, d)); len(got) != 0 {
		t.Fatalf("got %q hidden, want none", got)
	}
	s.Restrict(t, `dn.base="cn=leads,`+slapdtest.GroupsBase+`" attrs=member`)
	want := []string{"company", "leads", "managers"}
	if got := hiddenGroups(refresh(t, o)); !slices.Equal(got, want) {
		t.Errorf("read afresh: got %q hidden, want %q", got, want)
	}
	s.Set(t, "cn=leads,"+slapdtest.GroupsBase, "description", "changed")
	if got := hiddenGroups(refreshed(t, d)); !slices.Equal(got, want) {
		t.Errorf("by what changed: got %q hidden, want %q", got, want)
	}
}

func hiddenGroups(sn *access.Snapshot) (names []string) {
	for _, g := range sn.Groups {
		if g.Hidden {
			names = append(names, g.Name)
		}
	}
	slices.Sort(names)
	return names
}
