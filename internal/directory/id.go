package directory

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

// identifier is an immutable id: where it stands and how it is spelt.
type identifier struct {
	attribute string
	decode    func(raw []byte) (string, error) // its canonical text
	value     func(id string) string           // what a filter compares with, escaped
	synced    func(id uuid.UUID) string        // the text of the id by which RFC 4533 names the entry
}

var (
	objectGUID = identifier{attribute: "objectguid", decode: decodeGUID, value: guidValue}
	entryUUID  = identifier{attribute: "entryuuid", decode: decodeTextID, value: ldap.EscapeFilter, synced: uuid.UUID.String}
	nsUniqueID = identifier{attribute: "nsuniqueid", decode: decodeTextID, value: ldap.EscapeFilter, synced: nsUniqueIDText}
)

// filter finds the entries with these ids among those that another filter finds.
func (i identifier) filter(among string, ids []string) string {
	var b strings.Builder
	b.WriteString("(&" + among + "(|")
	for _, id := range ids {
		b.WriteString("(" + i.attribute + "=" + i.value(id) + ")")
	}
	return b.String() + "))"
}

// decodeGUID writes an objectGUID in its canonical text: the first three fields
// are stored little-endian ([MS-DTYP] 2.3.4.2).
func decodeGUID(b []byte) (string, error) {
	if len(b) != 16 {
		return "", fmt.Errorf("objectGUID has %d bytes, want 16", len(b))
	}
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x",
		binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]),
		b[8:10], b[10:]), nil
}

// guidValue is the octets of a GUID as a filter has them. A text that is no GUID, in
// a ledger say, finds nothing.
func guidValue(id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return ldap.EscapeFilter(id)
	}
	binary.LittleEndian.PutUint32(u[:], binary.BigEndian.Uint32(u[:]))
	binary.LittleEndian.PutUint16(u[4:], binary.BigEndian.Uint16(u[4:]))
	binary.LittleEndian.PutUint16(u[6:], binary.BigEndian.Uint16(u[6:]))
	return octets(string(u[:]))
}

// octets is binary data as a filter has it (RFC 4515).
func octets(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		b.WriteString(`\` + hex.EncodeToString([]byte{raw[i]}))
	}
	return b.String()
}

// decodeTextID is for entryUUID and nsUniqueId, which are compared without regard to case.
func decodeTextID(b []byte) (string, error) { return strings.ToLower(string(b)), nil }

// nsUniqueIDText writes the id of an entry of 389-DS as its nsUniqueId does: the
// octets are the same, the hyphens stand elsewhere.
func nsUniqueIDText(id uuid.UUID) string {
	return fmt.Sprintf("%x-%x-%x-%x", id[:4], id[4:8], id[8:12], id[12:])
}

// primaryGroupSID is the binary SID of the group that primaryGroupID (a decimal
// RID) names in the domain of the person's own SID: its last sub-authority is
// replaced ([MS-DTYP] 2.4.2.2). It is "" if there is no such SID.
func primaryGroupSID(person []byte, rid string) string {
	const header = 8 // revision, count, authority
	number, err := strconv.ParseUint(rid, 10, 32)
	if err != nil || len(person) < header+4 {
		return ""
	}
	return string(binary.LittleEndian.AppendUint32(person[:len(person)-4:len(person)-4], uint32(number)))
}

// sidText is a binary SID as text ([MS-DTYP] 2.4.2.1).
func sidText(sid string) string {
	const header = 8 // revision, count, authority
	if len(sid) < header {
		return ""
	}
	authority := binary.BigEndian.Uint64([]byte(sid[:header])) & (1<<48 - 1)
	text := fmt.Sprintf("S-%d-%d", sid[0], authority)
	for rest := []byte(sid[header:]); len(rest) >= 4; rest = rest[4:] {
		text += fmt.Sprintf("-%d", binary.LittleEndian.Uint32(rest))
	}
	return text
}

// foreignSID is the binary SID that the normal DN of a foreign security principal
// bears as its name: somebody of another domain ([MS-ADTS] 3.1.1.1.6, 6.1.1.4.10).
func foreignSID(dn string) (sid string, ok bool) {
	name, parent, _ := strings.Cut(dn, ",")
	text, is := strings.CutPrefix(name, "cn=s-1-")
	if !is || !strings.HasPrefix(parent, "cn=foreignsecurityprincipals,") {
		return "", false
	}
	parts := strings.Split(text, "-")
	authority, err := strconv.ParseUint(parts[0], 10, 48)
	if err != nil || len(parts) > 16 {
		return "", false
	}
	b := binary.BigEndian.AppendUint64(nil, authority)
	b[0], b[1] = 1, byte(len(parts)-1) // revision and number of sub-authorities, before six octets of authority
	for _, part := range parts[1:] {
		sub, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return "", false
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(sub))
	}
	return string(b), true
}
