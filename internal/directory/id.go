package directory

import (
	"encoding/binary"
	"fmt"
	"strings"
)

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

// decodeTextID is for entryUUID and nsUniqueId, which are compared without regard to case.
func decodeTextID(b []byte) (string, error) { return strings.ToLower(string(b)), nil }

// primaryGroupSID is the binary SID of the group that primaryGroupID (a decimal
// RID) names in the domain of the person's own SID: its last sub-authority is
// replaced ([MS-DTYP] 2.4.2.2). It is "" if there is no such SID.
func primaryGroupSID(person []byte, rid uint32) string {
	const header = 8 // revision, count, authority
	if len(person) < header+4 {
		return ""
	}
	return string(binary.LittleEndian.AppendUint32(person[:len(person)-4:len(person)-4], rid))
}
