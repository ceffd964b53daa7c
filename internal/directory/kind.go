package directory

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
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
	name            string
	id              string                       // the attribute that never changes
	decodeID        func([]byte) (string, error) // its canonical text
	groupFilter     string
	members         []string // attributes of a group that hold DNs of members
	memberUIDs      bool     // groups may name their members by uid (RFC 2307)
	primaryGroup    bool     // people name one group by its RID, the group does not list them
	changed         string   // the time of an entry's last change
	standing        func(e *entry, now time.Time) access.Standing
	standingFrom    []string // the attributes that standing looks at
	ignoreReferrals bool     // the server adds some to every search of a domain
	is              func(root *entry) bool
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
			name: "active-directory",
			id:   "objectguid", decodeID: decodeGUID,
			groupFilter: "(objectClass=group)", members: []string{"member"}, primaryGroup: true,
			changed:  "whenchanged",
			standing: activeDirectoryStanding, standingFrom: []string{"useraccountcontrol", "accountexpires"},
			ignoreReferrals: true,
			is: func(root *entry) bool {
				// LDAP_CAP_ACTIVE_DIRECTORY_OID, [MS-ADTS] 3.1.1.3.4.3.
				return root.has("supportedcapabilities", "1.2.840.113556.1.4.800")
			},
		}
	case OpenLDAP:
		t := standardTraits("openldap", "entryuuid")
		t.standing, t.standingFrom = openLDAPStanding, []string{"pwdaccountlockedtime"}
		t.is = func(root *entry) bool { return root.has("objectclass", "OpenLDAProotDSE") }
		return t
	case DS389:
		t := standardTraits("389ds", "nsuniqueid")
		t.standing, t.standingFrom = ds389Standing, []string{"nsaccountlock"}
		t.is = func(root *entry) bool { return strings.Contains(root.one("vendorname"), "389") }
		return t
	case Generic:
		return standardTraits("generic", "entryuuid")
	default:
		return traits{name: "invalid"}
	}
}

func standardTraits(name, id string) traits {
	return traits{
		name: name,
		id:   id, decodeID: decodeTextID,
		groupFilter: standardGroups, members: []string{"member", "uniquemember"}, memberUIDs: true,
		changed:  modifyTimestamp,
		standing: func(*entry, time.Time) access.Standing { return access.Active },
		is:       func(*entry) bool { return true },
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
func (k Kind) check(root *entry) error {
	if k.traits().is(root) {
		return nil
	}
	for _, other := range kinds() {
		if other.traits().is(root) && other != Generic {
			return fmt.Errorf("the server looks like %s, not %s: write directory.kind: %[1]s", other, k)
		}
	}
	return fmt.Errorf("the server shows no sign of being %s: write directory.kind: %s, or let the bind account read the root DSE",
		k, Generic)
}
