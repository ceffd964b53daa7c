package directory

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// ds389Sync is RFC 4533 as 389-DS 2.3 has it, from its retro changelog. Of what a delta brings
// only the ids can be relied on: entries lack their operational attributes (id and lock among
// them), one that a filter finds no more is not told, and the end claims that all there is was
// told, which believed would drop everybody who has not changed. So everything in the naming
// context is asked for, and what is told is read again.
type ds389Sync struct{}

func (ds389Sync) String() string { return "RFC 4533" }

func (ds389Sync) begin(ctx context.Context, c *wire.Conn, _ *mirror, head string) ([]byte, error) {
	if c.Root().One("lastchangenumber") == "" {
		return nil, &cannotFollow{"the root DSE shows no lastChangeNumber: enable the Retro Changelog plugin, and let the bind account read it"}
	}
	synced, err := c.Sync(ctx, allOf(head), nil, func(wire.SyncEvent) error { return nil })
	return synced.Cookie, err
}

func allOf(head string) wire.Search {
	return wire.Search{Of: "people", Base: head, Filter: "(objectClass=*)", Attributes: []string{"1.1"}}
}

func (ds389Sync) since(ctx context.Context, c *wire.Conn, m *mirror, n *namingContext, tell func(touch)) ([]byte, error) {
	from := changeNumber(n.cookie)
	// The server goes on from a cookie whose successors were trimmed away, as if nothing were missing.
	if first, err := strconv.Atoi(c.Root().One("firstchangenumber")); err == nil && first > from+1 {
		return nil, fmt.Errorf("%w: its changelog begins with change %d, after the last one known, %d", wire.ErrReload, first, from)
	}
	told := 0
	synced, err := c.Sync(ctx, allOf(n.head), n.cookie, func(e wire.SyncEvent) error {
		told++
		t := touch{id: m.kind.id.synced(e.ID), gone: e.Gone, named: true}
		if e.Entry != nil {
			t.dn = e.Entry.DN
		}
		tell(t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if to := changeNumber(synced.Cookie); told == 0 && to != from {
		return nil, fmt.Errorf("%w: it has counted changes from %d to %d and tells of none; if this happens again and again, the plugin Retro Changelog "+
			"does not record nsuniqueid:targetUniqueId (nsslapd-attribute)", wire.ErrReload, from, to)
	}
	return synced.Cookie, nil
}

// changeNumber is the number of the last change that a cookie of 389-DS knows of: server#account and search#number.
func changeNumber(cookie []byte) int {
	text := string(cookie)
	number, err := strconv.Atoi(text[strings.LastIndexByte(text, '#')+1:])
	if err != nil {
		return -1
	}
	return number
}
