package directory

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// spot is where a mirror stands, for those who watch for what comes after.
type spot struct {
	server string
	why    string   // why there is nothing below to listen to; "": nobody has said
	heads  []string // naming contexts in which Active Directory notifies
	synced []synced // searches of RFC 4533
}

// synced is a search and where to go on in it.
type synced struct {
	wire.Search
	cookie []byte
}

// spot says where the mirror stands.
func (m *mirror) spot() spot {
	at := spot{server: m.server, why: m.why}
	switch f := m.feed.(type) {
	case *syncRepl:
		for _, s := range slices.Concat(m.scopes, f.above) {
			if s.of == ofUnits { // those with somebody below them are among the others
				continue
			}
			at.synced = append(at.synced, synced{s.Search, s.cookie})
		}
	case *touches:
		for _, n := range f.contexts {
			if m.o.Kind == ActiveDirectory {
				at.heads = append(at.heads, n.head)
			} else {
				at.synced = append(at.synced, synced{allOf(n.head), n.cookie})
			}
		}
	}
	// Notification takes no right to replicate: it works where deltas compare stamps.
	if m.o.Kind == ActiveDirectory && len(at.heads) == 0 {
		at.heads = m.tops()
	}
	return at
}
