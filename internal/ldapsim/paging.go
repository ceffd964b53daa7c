package ldapsim

import (
	"strconv"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// maxCursors bounds the paged searches that one connection leaves unfinished.
const maxCursors = 16

// paging is the client's half of the paged results control (RFC 2696).
type paging struct {
	size   int
	cookie string
}

// findPaging is the control of a request, nil if there is none.
func findPaging(controls []control) (*paging, result) {
	for _, c := range controls {
		if c.oid != oidPaging {
			continue
		}
		value, err := ber.DecodePacketErr([]byte(c.value))
		if err != nil || len(value.Children) != 2 {
			return nil, malformed("paged results control")
		}
		size, ok := value.Children[0].Value.(int64)
		if !ok || size < 0 || size > 1<<31-1 {
			return nil, malformed("paged results control")
		}
		return &paging{size: int(size), cookie: text(value.Children[1])}, result{}
	}
	return nil, result{}
}

// pagingControl is the server's half: how many entries there are in all, and the
// cookie of the next page, "" behind the last.
func pagingControl(total int, cookie string) *ber.Packet {
	value := ber.NewSequence("realSearchControlValue")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, total, "size"))
	value.AppendChild(octets(cookie))
	p := ber.NewSequence("control")
	p.AppendChild(octets(oidPaging))
	p.AppendChild(octets(string(value.Bytes())))
	return p
}

// cursor is a search and what of it has not been sent yet.
type cursor struct {
	request   string // the encoded request, which must not change between pages
	remaining []*record
	total     int
	limit     int // of the client, for all pages together; 0: none
	sent      int
}

// take removes the next entries to send: a page, or all if page is nil.
func (c *cursor) take(page *paging) ([]*record, result) {
	n := len(c.remaining)
	if page != nil {
		n = min(n, page.size)
	}
	if c.limit > 0 {
		n = min(n, c.limit-c.sent)
	}
	batch := c.remaining[:n]
	c.remaining = c.remaining[n:]
	c.sent += n
	if c.limit > 0 && c.sent == c.limit && len(c.remaining) > 0 {
		return batch, result{code: sizeLimitExceeded}
	}
	return batch, result{}
}

// cursors is the unfinished paged searches of a connection. Each page has a
// cookie of its own, good for one use.
type cursors struct {
	byCookie map[string]*cursor
	issued   int
}

func newCursors() cursors { return cursors{byCookie: map[string]*cursor{}} }

func (c *cursors) full() bool { return len(c.byCookie) >= maxCursors }

func (c *cursors) keep(one *cursor) (cookie string) {
	c.issued++
	cookie = "page-" + strconv.Itoa(c.issued)
	c.byCookie[cookie] = one
	return cookie
}

func (c *cursors) resume(cookie, request string) (*cursor, result) {
	one := c.byCookie[cookie]
	if one == nil {
		return nil, result{code: protocolError, text: "paged results cookie is invalid or old"}
	}
	delete(c.byCookie, cookie)
	if one.request != request {
		return nil, result{code: unwillingToPerform, text: "the search changed between two pages"}
	}
	return one, result{}
}
