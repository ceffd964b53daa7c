package ldapsim

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

// The scopes of a search (RFC 4511, section 4.5.1.2).
const (
	scopeBase = 0
	scopeOne  = 1
	scopeSub  = 2
)

// searchRequest is a search as the client asks for it.
type searchRequest struct {
	base      dn
	scope     int64
	sizeLimit int // 0: none
	typesOnly bool
	filter    *filter.Filter
	selection []string // lower case; as the client lists them
	trouble   *Trouble
}

func parseSearch(op *ber.Packet) (searchRequest, result) {
	if len(op.Children) != 8 {
		return searchRequest{}, malformed("search")
	}
	scope, scopeOK := op.Children[1].Value.(int64)
	limit, limitOK := op.Children[3].Value.(int64)
	typesOnly, typesOK := op.Children[5].Value.(bool)
	if !scopeOK || !limitOK || !typesOK || scope < scopeBase || scope > scopeSub || limit < 0 || limit > 1<<31-1 {
		return searchRequest{}, malformed("search")
	}
	base, err := parseDN(text(op.Children[0]))
	if err != nil {
		return searchRequest{}, result{code: invalidDNSyntax, text: "invalid DN"}
	}
	compiled, err := filter.FromPacket(op.Children[6])
	if err != nil {
		return searchRequest{}, result{code: inappropriateMatching, text: err.Error()}
	}
	req := searchRequest{base: base, scope: scope, sizeLimit: int(limit), typesOnly: typesOnly, filter: compiled}
	for _, child := range op.Children[7].Children {
		req.selection = append(req.selection, strings.ToLower(text(child)))
	}
	return req, result{}
}

// search answers one search request: the whole of it, or a page.
func (s *session) search(m message) {
	req, r := parseSearch(m.op)
	req.trouble = s.server.trouble.Load()
	var page *paging
	if r.ok() {
		page, r = findPaging(m.controls)
	}
	var c *cursor
	if r.ok() {
		c, r = s.openCursor(m.op, req, page)
	}
	if !r.ok() {
		s.send(m.id, answer(opSearchDone, r))
		return
	}
	before := c.sent
	batch, r := c.take(page)
	for i, record := range batch {
		if s.cut = req.trouble.cuts(before + i); s.cut {
			return
		}
		s.send(m.id, req.describe(record))
	}
	if page == nil {
		s.send(m.id, answer(opSearchDone, r))
		return
	}
	cookie := ""
	if page.size > 0 && r.ok() && len(c.remaining) > 0 {
		cookie = s.cursors.keep(c)
	}
	s.send(m.id, answer(opSearchDone, r), pagingControl(c.total, cookie))
}

// openCursor continues the search that a cookie names, or begins a new one.
func (s *session) openCursor(op *ber.Packet, req searchRequest, page *paging) (*cursor, result) {
	if page != nil && page.cookie != "" {
		return s.cursors.resume(page.cookie, text(op))
	}
	found, r := s.find(req)
	if page != nil && r.ok() && s.cursors.full() {
		r = result{code: adminLimitExceeded, text: "too many paged searches are open on this connection"}
	}
	return &cursor{request: text(op), remaining: found, total: len(found), limit: req.trouble.limit(req.sizeLimit)}, r
}

// find is the entries that a search is about, in the order of the tree. The root
// DSE and the schema are for everybody; the rest does not exist for strangers,
// as in OpenLDAP with an access list.
func (s *session) find(req searchRequest) ([]*record, result) {
	if special := s.server.special(req.base); special != nil && req.scope == scopeBase {
		return req.among([]*record{special}), result{}
	}
	if !s.bound {
		return nil, result{code: noSuchObject}
	}
	t := s.server.tree.Load()
	if t.byDN[req.base.key()] == nil {
		missing := result{code: noSuchObject}
		if above := t.nearest(req.base); above != nil {
			missing.matched = above.name
		}
		return nil, missing
	}
	return req.trouble.shown(req.among(t.records), req.aimed()), result{}
}

func (req searchRequest) among(records []*record) []*record {
	var found []*record
	for _, r := range records {
		if req.covers(r.dn) && req.filter.Match(func(attr string) []string { return r.values[attr] }, matchOf) {
			found = append(found, r)
		}
	}
	return found
}

func (req searchRequest) covers(name dn) bool {
	switch req.scope {
	case scopeBase:
		return slices.Equal(name, req.base)
	case scopeOne:
		return len(name) == len(req.base)+1 && name.under(req.base)
	}
	return name.under(req.base)
}

// describe is the answer that carries one entry.
func (req searchRequest) describe(r *record) *ber.Packet {
	attributes := ber.NewSequence("attributes")
	for _, a := range r.attributes {
		shown := req.trouble.values(r, a, req.aimed())
		if !req.selects(a) || len(shown) == 0 {
			continue
		}
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "vals")
		if !req.typesOnly {
			for _, value := range shown {
				values.AppendChild(octets(value))
			}
		}
		one := ber.NewSequence("attribute")
		one.AppendChild(octets(a.name))
		one.AppendChild(values)
		attributes.AppendChild(one)
	}
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opSearchEntry, nil, "SearchResultEntry")
	p.AppendChild(octets(r.name))
	p.AppendChild(attributes)
	return p
}

// selects reads the list of RFC 4511, section 4.5.1.8 ("*", "1.1") and RFC 3673
// ("+"); no list is all user attributes.
func (req searchRequest) selects(a attribute) bool {
	if slices.Contains(req.selection, strings.ToLower(a.name)) {
		return true
	}
	if a.operational {
		return slices.Contains(req.selection, "+")
	}
	return len(req.selection) == 0 || slices.Contains(req.selection, "*")
}
