package ldapsim

import (
	"slices"
	"strings"
)

// Trouble is what goes wrong with connections and searches. The zero value is none.
type Trouble struct {
	Down      bool // connections end at once, those that are open too
	SizeLimit int  // entries after which a search ends with sizeLimitExceeded, paged or not; 0: none
	Cut       int  // entries of one search after which the connection ends; 0: none

	// Hides says of entries, and Withholds of members of a group, that they are not shown,
	// without any sign of it: as by an access list, or, if only of searches that are not aimed, as by
	// a server that lags behind. A search is aimed if its filter asks for ids or members. nil: nothing.
	Hides     func(dn string, aimed bool) bool
	Withholds func(group, member string, aimed bool) bool
}

// SetTrouble says what goes wrong from now on. Searches that have begun, pages to come
// included, show the entries that they began with.
func (s *Server) SetTrouble(t Trouble) {
	s.trouble.Store(&t)
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		if t.Down {
			_ = conn.Close() // the session notices, and ends
		}
	}
}

// aimed says whether the search asks for certain entries, and not for all of a kind.
func (req searchRequest) aimed() bool {
	return slices.ContainsFunc(req.filter.Attributes(), func(name string) bool {
		return strings.EqualFold(name, "entryUUID") || isMember(name)
	})
}

func isMember(attribute string) bool { return strings.EqualFold(attribute, "member") }

// shown are the entries that the search finds and that are not hidden.
func (t *Trouble) shown(found []*record, aimed bool) []*record {
	if t.Hides == nil {
		return found
	}
	return slices.DeleteFunc(found, func(r *record) bool { return t.Hides(r.name, aimed) })
}

// values are those of an entry's attribute that are not withheld.
func (t *Trouble) values(r *record, a attribute, aimed bool) []string {
	if t.Withholds == nil || !isMember(a.name) {
		return a.values
	}
	return slices.DeleteFunc(slices.Clone(a.values), func(member string) bool { return t.Withholds(r.name, member, aimed) })
}

// limit is the lower of two limits, of which 0 is none.
func (t *Trouble) limit(asked int) int {
	if t.SizeLimit > 0 && (asked == 0 || t.SizeLimit < asked) {
		return t.SizeLimit
	}
	return asked
}

// cuts says whether the connection ends behind so many entries of a search.
func (t *Trouble) cuts(sent int) bool { return t.Cut > 0 && sent >= t.Cut }
