package wire

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// isRange says whether an attribute option is a range of values ([MS-ADTS] 3.1.1.3.1.3.3).
func isRange(option string) bool {
	return len(option) > len("range=") && strings.EqualFold(option[:len("range=")], "range=")
}

// Rest reads the values of an attribute that the server sent in part only, and
// returns all of them: the part that it sent and what follows, range by range.
func (c *Conn) Rest(ctx context.Context, dn string, part *ldap.EntryAttribute) ([]string, error) {
	var values []string
	for {
		name, next, err := nextOfRange(part.Name, len(values), len(part.Values))
		if err != nil {
			return nil, fmt.Errorf("read all values of %s of %q: %w", part.Name, dn, err)
		}
		values = append(values, part.Values...)
		if next < 0 {
			return values, nil
		}
		if part, err = c.nextPart(ctx, dn, name, next); err != nil {
			return nil, fmt.Errorf("read all values of %s of %q: %w", name, dn, err)
		}
	}
}

// nextOfRange reads name;range=first-last. The range must begin where the values
// so far end, and have as many values as it says; next is -1 if it was the last.
func nextOfRange(described string, have, got int) (name string, next int, err error) {
	name, option, _ := strings.Cut(described, ";")
	if !isRange(option) {
		return "", 0, fmt.Errorf("%q is no range", described)
	}
	first, last, _ := strings.Cut(option[len("range="):], "-")
	if from, err := strconv.Atoi(first); err != nil || from != have {
		return "", 0, fmt.Errorf("range %q does not begin with value %d", described, have)
	}
	if last == "*" {
		return name, -1, nil
	}
	if to, err := strconv.Atoi(last); err != nil || to != have+got-1 || got == 0 {
		return "", 0, fmt.Errorf("range %q came with %d values", described, got)
	}
	return name, have + got, nil
}

// nextPart asks for the values of an attribute from the given one on.
func (c *Conn) nextPart(ctx context.Context, dn, name string, from int) (*ldap.EntryAttribute, error) {
	entry, err := c.One(ctx, dn, []string{fmt.Sprintf("%s;range=%d-*", name, from)})
	if err != nil {
		return nil, err
	}
	if entry != nil {
		for _, a := range entry.Attributes {
			got, option, _ := strings.Cut(a.Name, ";")
			if strings.EqualFold(got, name) && isRange(option) {
				return a, nil
			}
		}
	}
	return nil, fmt.Errorf("the server does not answer for the values from %d on", from)
}
