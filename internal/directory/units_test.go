package directory_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestP10_AUnitKeepsItsIDWhateverItIsCalled, and whoever is below it is where it is: by each way of following a real server.
func TestP10_AUnitKeepsItsIDWhateverItIsCalled(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T) *bed{
		"OpenLDAP":                   func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{}) },
		"OpenLDAP by stamps":         func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{NoSync: true}) },
		"389-DS":                     ds389Bed,
		"Active Directory":           func(t *testing.T) *bed { return sambaBed(t, sambatest.SyncUser) },
		"Active Directory by stamps": func(t *testing.T) *bed { return sambaBed(t, sambatest.ReaderUser) },
	}
	for name, start := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testUnits(t, start(t))
		})
	}
}

func testUnits(t *testing.T, b *bed) {
	b.options.Units = true
	b.addUnit("OU=Sales")
	b.addUnit("OU=East,OU=Sales")
	b.addUnit("OU=Empty")
	b.do(func(c *ldap.Conn) error { return c.Add(b.user(b.rdn+"=x1,OU=East,OU=Sales,"+b.staff, 1)) })
	d := newClient(t, b.options)
	first := b.units(t, d)
	sales, east, empty := first["ou=sales"], first["ou=east,ou=sales"], first["ou=empty"]
	type step struct {
		name string
		do   func()
		want map[string]string
	}
	steps := []step{
		{"nothing", func() {}, first},
		{
			"renamed, with people below", func() { b.rename("OU=Sales", "OU=Vertrieb", b.staff) },
			map[string]string{"ou=vertrieb": sales, "ou=east,ou=vertrieb": east, "ou=empty": empty},
		},
		{
			"renamed, with nobody below", func() { b.rename("OU=Empty", "OU=Leer", b.staff) },
			map[string]string{"ou=vertrieb": sales, "ou=east,ou=vertrieb": east, "ou=leer": empty},
		},
	}
	moves := []step{
		{
			"moved below another", func() { b.rename("OU=Vertrieb", "OU=Vertrieb", "OU=Leer,"+b.staff) },
			map[string]string{"ou=vertrieb,ou=leer": sales, "ou=east,ou=vertrieb,ou=leer": east, "ou=leer": empty},
		},
		{"moved away, and another made under the name", func() {
			b.rename("OU=Vertrieb,OU=Leer", "OU=Vertrieb", b.away)
			b.addUnit("OU=Vertrieb,OU=Leer")
		}, map[string]string{"ou=vertrieb,ou=leer": "another", "ou=leer": empty}},
		{"back again", func() {
			back := ldap.NewModifyDNRequest("OU=Vertrieb,"+b.away, "OU=Sales", true, b.staff)
			b.do(func(c *ldap.Conn) error { return c.ModifyDN(back) })
		}, map[string]string{"ou=sales": sales, "ou=east,ou=sales": east, "ou=vertrieb,ou=leer": "another", "ou=leer": empty}},
	}
	if b.options.Kind != directory.DS389 { // which goes on to show those below under the former DN
		steps = append(steps, moves...)
	}
	for _, step := range steps {
		step.do()
		got := b.units(t, d)
		for dn, id := range got {
			if id != sales && id != east && id != empty {
				got[dn] = "another"
			}
		}
		if difference := cmp.Diff(step.want, got); difference != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, difference)
		}
	}
}

func (b *bed) addUnit(dn string) {
	b.do(func(c *ldap.Conn) error {
		unit := ldap.NewAddRequest(dn+","+b.staff, nil)
		unit.Attribute("objectClass", []string{"organizationalUnit"})
		return c.Add(unit)
	})
}

// rename gives an entry below the staff's base another place.
func (b *bed) rename(dn, rdn, above string) {
	dn += "," + b.staff
	if above == parent(dn) {
		above = "" // it stays where it is
	}
	b.do(func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(dn, rdn, true, above)) })
}

// units refreshes, and are the ids of the units below the staff's base, by the part of the DN before it. What a delta
// sees is what somebody sees who comes fresh.
func (b *bed) units(t *testing.T, d *directory.Directory) map[string]string {
	t.Helper()
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	fresh := b.options
	fresh.Follow = false
	if difference := diff(refresh(t, fresh), sn); difference != "" {
		t.Errorf("read %s (-fresh +delta):\n%s", touched.How, difference)
	}
	found := map[string]string{}
	for _, u := range sn.Units {
		if name, below := strings.CutSuffix(strings.ToLower(u.DN), strings.ToLower(","+b.staff)); below {
			found[name] = u.ID.ID
		}
	}
	return found
}
