package filter

import (
	"bytes"
	"strconv"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// truth is the three-valued logic of RFC 4511, section 4.5.1.7. The order makes
// "and" the minimum, "or" the maximum.
type truth int8

const (
	no truth = iota + 1
	undefined
	yes
)

func holds(b bool) truth {
	if b {
		return yes
	}
	return no
}

// entry is what a filter is evaluated on. It is passed by value: a pointer would
// be an allocation for each evaluation.
type entry struct {
	values func(attr string) []string
	rule   func(attr string) access.Match
}

// matcher is one node of a compiled filter.
type matcher interface {
	eval(e entry) truth
	appendTo(b []byte) []byte // the node in RFC 4515 form
}

// and is true without members (RFC 4526).
type and []matcher

func (m and) eval(e entry) truth {
	result := yes
	for _, member := range m {
		if result = min(result, member.eval(e)); result == no {
			break
		}
	}
	return result
}

func (m and) appendTo(b []byte) []byte { return appendSet(b, '&', m) }

// or is false without members (RFC 4526).
type or []matcher

func (m or) eval(e entry) truth {
	result := no
	for _, member := range m {
		if result = max(result, member.eval(e)); result == yes {
			break
		}
	}
	return result
}

func (m or) appendTo(b []byte) []byte { return appendSet(b, '|', m) }

type not struct{ matcher }

func (m not) eval(e entry) truth { return no + yes - m.matcher.eval(e) }

func (m not) appendTo(b []byte) []byte { return append(m.matcher.appendTo(append(b, "(!"...)), ')') }

type present struct{ attr string }

func (m present) eval(e entry) truth { return holds(len(e.values(m.attr)) > 0) }

func (m present) appendTo(b []byte) []byte { return append(appendItem(b, m.attr, "=*"), ')') }

// operator is how a comparison compares.
type operator int

const (
	equal operator = iota + 1
	atLeast
	atMost
)

func (o operator) String() string { return [...]string{"invalid", "=", ">=", "<="}[o] }

// comparison holds if it holds for any value of the attribute.
type comparison struct {
	attr     string
	operator operator
	value    assertion
}

func (m *comparison) eval(e entry) truth {
	rule := e.rule(m.attr)
	if !m.value.valid(rule) || m.operator != equal && (rule == access.Telephone || rule == access.DN) {
		return undefined // RFC 4517 has no order of telephone numbers and DNs
	}
	result := no
	if m.value.text == "" && rule != access.DN {
		if m.operator != equal {
			return undefined
		}
		result = undefined // no text is empty (RFC 4517, section 3.3.6), but some servers have such values
	}
	for _, value := range e.values(m.attr) {
		if result = max(result, m.one(value, rule)); result == yes {
			break
		}
	}
	return result
}

func (m *comparison) one(value string, rule access.Match) truth {
	order, ok := m.value.compare(value, rule)
	switch {
	case !ok:
		return undefined
	case m.operator == atLeast:
		return holds(order >= 0)
	case m.operator == atMost:
		return holds(order <= 0)
	}
	return holds(order == 0)
}

func (m *comparison) appendTo(b []byte) []byte {
	b = appendItem(b, m.attr, m.operator.String())
	return append(appendValue(b, m.value.text), ')')
}

// substrings holds if one value has all pieces, in order and without overlap.
type substrings struct {
	attr           string
	initial, final *piece // nil: that end is open
	any            []*piece
}

func (m *substrings) eval(e entry) truth {
	rule := e.rule(m.attr)
	if rule == access.Integer || rule == access.Time || rule == access.DN {
		return undefined // RFC 4517 has no substring rule for them
	}
	if ignoresSpace(rule) && !m.valid(rule) {
		return undefined
	}
	for _, value := range e.values(m.attr) {
		if m.one(value, rule) {
			return yes
		}
	}
	return no
}

// valid says whether each piece means something under a rule.
func (m *substrings) valid(rule access.Match) bool {
	for _, piece := range m.any {
		if !isNumberText(piece.text, rule) {
			return false
		}
	}
	return (m.initial == nil || isNumberText(m.initial.text, rule)) && (m.final == nil || isNumberText(m.final.text, rule))
}

func (m *substrings) one(value string, rule access.Match) bool {
	var buffer [prepareBuffer]byte
	rest := appendPrepared(buffer[:0], value, rule)
	if m.initial != nil {
		prefix := m.initial.prepared.by(rule)
		if !bytes.HasPrefix(rest, prefix) {
			return false
		}
		rest = rest[len(prefix):]
	}
	for _, piece := range m.any {
		part := piece.prepared.by(rule)
		at := bytes.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return m.final == nil || bytes.HasSuffix(rest, m.final.prepared.by(rule))
}

func (m *substrings) appendTo(b []byte) []byte {
	b = appendItem(b, m.attr, "=")
	if m.initial != nil {
		b = appendValue(b, m.initial.text)
	}
	for _, piece := range m.any {
		b = appendValue(append(b, '*'), piece.text)
	}
	b = append(b, '*')
	if m.final != nil {
		b = appendValue(b, m.final.text)
	}
	return append(b, ')')
}

// bits is one of Active Directory's bit rules. Numbers of 32 bits arrive with
// their sign and are extended by it, as the server does.
type bits struct {
	attr, rule string
	mask       int64
}

func (m *bits) eval(e entry) truth {
	result := no
	for _, value := range e.values(m.attr) {
		number, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
			result = max(result, undefined)
		case m.rule == ruleBitAnd && number&m.mask == m.mask, m.rule == ruleBitOr && number&m.mask != 0:
			return yes
		}
	}
	return result
}

func (m *bits) appendTo(b []byte) []byte {
	b = appendItem(b, m.attr, ":"+m.rule+":=")
	return append(strconv.AppendInt(b, m.mask, 10), ')')
}
