package directory

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Kind is a make of directory server.
type Kind int

// The kinds. Generic is the way out for a server that is none of the others: it
// knows entryUUID and the standard group classes, and nobody there is ever disabled.
const (
	ActiveDirectory Kind = iota + 1
	OpenLDAP
	DS389
	Generic
)

// traits are all that differs between kinds.
type traits struct {
	name         string
	id           identifier
	groupFilter  string
	unitClasses  []string // of the entries that people lie below
	members      []string // attributes of a group that hold DNs of members
	memberUIDs   bool     // groups may name their members by uid (RFC 2307)
	primaryGroup bool     // people name one group by its RID, the group does not list them
	changed      string   // the time of an entry's last change
	stamps       []string // of these the first that an entry has differs after any change of it
	standing     func(e *wire.Entry) standing
	standingFrom []string // the attributes that standing looks at
	is           func(root *wire.Entry) bool
}

const (
	standardGroups  = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))"
	modifyTimestamp = "modifytimestamp"
)

// traits returns the row of the table; k is valid.
func (k Kind) traits() traits {
	switch k {
	case ActiveDirectory:
		return traits{
			name: "active-directory", id: objectGUID,
			groupFilter: "(objectClass=group)", members: []string{"member"}, primaryGroup: true,
			unitClasses: []string{"organizationalUnit", "container", "domainDNS"},
			changed:     "whenchanged", stamps: []string{"usnchanged"},
			standing: activeDirectoryStanding, standingFrom: []string{"useraccountcontrol", "accountexpires"},
			is: func(root *wire.Entry) bool {
				// LDAP_CAP_ACTIVE_DIRECTORY_OID, [MS-ADTS] 3.1.1.3.4.3.
				return root.Has("supportedcapabilities", "1.2.840.113556.1.4.800")
			},
		}
	case OpenLDAP:
		t := standardTraits("openldap", entryUUID)
		t.standing, t.standingFrom = openLDAPStanding, []string{"pwdaccountlockedtime", "pwdstarttime", "pwdendtime"}
		t.is = func(root *wire.Entry) bool { return root.Has("objectclass", "OpenLDAProotDSE") }
		return t
	case DS389:
		t := standardTraits("389ds", nsUniqueID)
		t.standing, t.standingFrom = ds389Standing, []string{"nsaccountlock"}
		t.is = func(root *wire.Entry) bool { return strings.Contains(root.One("vendorname"), "389") }
		return t
	case Generic:
		return standardTraits("generic", entryUUID)
	default:
		return traits{name: "invalid"}
	}
}

func standardTraits(name string, id identifier) traits {
	return traits{
		name: name, id: id,
		groupFilter: standardGroups, members: []string{"member", "uniquemember"}, memberUIDs: true,
		unitClasses: []string{"organizationalUnit", "organization", "locality", "country", "dcObject", "nsContainer"},
		changed:     modifyTimestamp, stamps: []string{"entrycsn", modifyTimestamp},
		standing: func(*wire.Entry) standing { return standing{is: access.Active} },
		is:       func(*wire.Entry) bool { return true },
	}
}

func kinds() []Kind { return []Kind{ActiveDirectory, OpenLDAP, DS389, Generic} }

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.String())
	}
	return names
}

// String is the kind as the configuration writes it.
func (k Kind) String() string { return k.traits().name }

// ParseKind reads a kind as the configuration writes it.
func ParseKind(s string) (Kind, error) {
	for _, k := range kinds() {
		if k.String() == s {
			return k, nil
		}
	}
	return 0, fmt.Errorf("unknown kind of directory %q: write one of %s", s, strings.Join(kindNames(), ", "))
}

// check compares the configured kind with what the server says of itself.
func (k Kind) check(root *wire.Entry) error {
	for _, other := range kinds() {
		if other != k && other != Generic && other.traits().is(root) {
			return fmt.Errorf("the server looks like %s, not %s, which says otherwise who is disabled: write directory.kind: %[1]s", other, k)
		}
	}
	if k.traits().is(root) {
		return nil
	}
	return fmt.Errorf("the server shows no sign of being %s: write directory.kind: %s, or let the bind account read the root DSE",
		k, Generic)
}
