package ldapsim

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// attributeType is one attribute of the published schema.
type attributeType struct {
	oid, name string
	kind      syntax
}

// syntax is how the values of an attribute look and compare (RFC 4517).
type syntax struct {
	rules string // EQUALITY, perhaps ORDERING, and SYNTAX, as a client reads them
	match access.Match
}

func directoryString() syntax {
	return syntax{"EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15", access.CaseIgnore}
}

func integer() syntax {
	return syntax{"EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27", access.Integer}
}

func generalTime() syntax {
	return syntax{"EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24", access.Time}
}

// schema is what a directory publishes of the attributes in use here (RFC 4519,
// RFC 2798, RFC 2307, RFC 4512, RFC 4530). One that is missing compares as text.
var schema = []attributeType{
	{"2.5.4.0", "objectClass", syntax{"EQUALITY objectIdentifierMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.38", access.CaseIgnore}},
	{"2.5.4.3", "cn", directoryString()},
	{"2.5.4.4", "sn", directoryString()},
	{"2.5.4.7", "l", directoryString()},
	{"2.5.4.12", "title", directoryString()},
	{"2.5.4.31", "member", syntax{"EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12", access.DN}},
	{"2.5.4.42", "givenName", directoryString()},
	{"0.9.2342.19200300.100.1.1", "uid", directoryString()},
	{"0.9.2342.19200300.100.1.3", "mail", syntax{"EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26", access.CaseIgnore}},
	{"0.9.2342.19200300.100.1.10", "manager", syntax{"EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12", access.DN}},
	{"2.16.840.1.113730.3.1.3", "employeeNumber", directoryString()},
	{"2.16.840.1.113730.3.1.4", "employeeType", directoryString()},
	{"2.16.840.1.113730.3.1.241", "displayName", directoryString()},
	{"2.16.840.1.113730.3.1.2", "departmentNumber", directoryString()},
	{"1.3.6.1.1.1.1.0", "uidNumber", integer()},
	{"1.3.6.1.1.1.1.1", "gidNumber", integer()},
	{"1.3.6.1.1.16.4", "entryUUID", syntax{"EQUALITY UUIDMatch SYNTAX 1.3.6.1.1.16.1", access.CaseIgnore}},
	{"2.5.18.1", "createTimestamp", generalTime()},
	{"2.5.18.2", "modifyTimestamp", generalTime()},
}

// matchOf is how the values of an attribute compare.
func matchOf(attr string) access.Match {
	for _, a := range schema {
		if strings.EqualFold(a.name, attr) {
			return a.kind.match
		}
	}
	return access.CaseIgnore
}

const subschemaDN = "cn=Subschema"

// special is the two entries that lie outside the tree: the root DSE (RFC 4512,
// section 5.1) under the empty name, and the schema. It is nil for other names.
func (s *Server) special(name dn) *record {
	r := &record{dn: name, values: map[string][]string{}}
	switch name.key() {
	case "":
		r.set("objectClass", false, s.sign...)
		r.set("namingContexts", true, s.baseName)
		r.set("subschemaSubentry", true, subschemaDN)
		r.set("supportedControl", true, oidPaging)
		r.set("supportedExtension", true, oidWhoAmI)
		r.set("supportedLDAPVersion", true, "3")
		r.set("vendorName", true, "kw-onboarder embedded directory")
	case "cn=subschema":
		r.name = subschemaDN
		r.set("cn", false, "Subschema")
		r.set("objectClass", false, "top", "subschema")
		var types []string
		for _, a := range schema {
			types = append(types, fmt.Sprintf("( %s NAME '%s' %s )", a.oid, a.name, a.kind.rules))
		}
		r.set("attributeTypes", true, types...)
	default:
		return nil
	}
	return r
}
