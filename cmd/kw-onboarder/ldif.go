package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// ldif writes entries in the form that slapadd and ldapadd read (RFC 2849).
func ldif(entries []ldapsim.Entry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		ldifLine(&b, "dn", e.DN)
		for _, name := range slices.Sorted(maps.Keys(e.Attrs)) {
			for _, value := range e.Attrs[name] {
				ldifLine(&b, name, value)
			}
		}
		if slices.Contains(e.Attrs["objectClass"], "groupOfNames") && len(e.Attrs["member"]) == 0 {
			ldifLine(&b, "member", "") // OpenLDAP's schema wants one: the empty DN is the usual placeholder
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// ldifLine writes a value that is not a SAFE-STRING in base64.
func ldifLine(b *bytes.Buffer, name, value string) {
	unsafe := func(r rune) bool { return r > 126 || r < 32 }
	if strings.ContainsFunc(value, unsafe) || strings.HasPrefix(value, " ") || strings.HasPrefix(value, ":") ||
		strings.HasPrefix(value, "<") || strings.HasSuffix(value, " ") {
		fmt.Fprintf(b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
		return
	}
	fmt.Fprintf(b, "%s: %s\n", name, value)
}
