package filter

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// assertion is the value that a filter compares with, made ready for every rule
// when it is compiled: which one applies is known only when it is evaluated.
type assertion struct {
	text     string
	prepared prepared
	number   integer
	isNumber bool
	moment   time.Time
	isMoment bool
	isDN     bool
}

func newAssertion(text string) assertion {
	a := assertion{text: text, prepared: prepareFor(func(rule access.Match) []byte { return appendPrepared(nil, text, rule) })}
	a.number, a.isNumber = parseInteger(text)
	a.moment, a.isMoment = access.ParseTime(text)
	_, a.isDN = appendDN(nil, text)
	return a
}

// valid says whether the assertion means something under a rule.
func (a *assertion) valid(rule access.Match) bool {
	switch rule {
	case access.Integer:
		return a.isNumber
	case access.Time:
		return a.isMoment
	case access.NumericString, access.Telephone:
		return isNumberText(a.text, rule)
	case access.DN:
		return a.isDN
	}
	return true
}

// compare orders a value of the entry relative to the assertion: negative, zero
// or positive. It is not ok if the value does not mean anything under the rule.
func (a *assertion) compare(value string, rule access.Match) (order int, ok bool) {
	switch rule {
	case access.Integer:
		number, ok := parseInteger(value)
		return number.compare(a.number), ok
	case access.Time:
		moment, ok := access.ParseTime(value)
		return moment.Compare(a.moment), ok
	}
	var buffer [prepareBuffer]byte
	if rule == access.DN {
		dn, ok := appendDN(buffer[:0], value)
		return bytes.Compare(dn, a.prepared.by(rule)), ok
	}
	return bytes.Compare(appendPrepared(buffer[:0], value, rule), a.prepared.by(rule)), true
}

// piece is one part of a substring assertion, made ready for every text rule.
type piece struct {
	text     string
	prepared prepared
}

// newPiece prepares a part. At an end of the value spaces do not count, as they
// do not in the value; at an open end one that was written does. A part of
// nothing but spaces is empty at the end and in no value at the beginning, as in OpenLDAP.
func newPiece(text string, initial, final bool) *piece {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	isText := utf8.ValidString(text)
	before := isText && !initial && unicode.IsSpace(first)
	behind := isText && !final && unicode.IsSpace(last)
	return &piece{text, prepareFor(func(rule access.Match) []byte {
		if ignoresSpace(rule) || rule == access.DN {
			return orSpace(appendPrepared(nil, text, rule))
		}
		var b []byte
		if before {
			b = append(b, ' ')
		}
		start := len(b)
		b = appendPrepared(b, text, rule)
		switch {
		case len(b) == start && final:
			return nil
		case len(b) == start && initial && text != "":
			return []byte{' '} // with which no value begins
		case len(b) > start && behind:
			return append(b, ' ')
		}
		return b
	})}
}

// integer is a whole number of any length, as its canonical digits: no leading
// zeros, "" for zero. A directory sets no limit (RFC 4517, section 3.3.16).
type integer struct {
	negative bool
	digits   string
}

// parseInteger also takes leading zeros, which directories hand out although
// the syntax knows none, and spaces around the number.
func parseInteger(s string) (integer, bool) {
	s = strings.TrimSpace(s)
	digits, negative := strings.CutPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return integer{}, false
	}
	digits = strings.TrimLeft(digits, "0")
	return integer{negative && digits != "", digits}, true
}

func (n integer) compare(other integer) int {
	switch {
	case n.negative && !other.negative:
		return -1
	case !n.negative && other.negative:
		return 1
	case n.negative:
		return compareDigits(other.digits, n.digits)
	}
	return compareDigits(n.digits, other.digits)
}

func compareDigits(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
