package doctor

import (
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// Scopes compare what the application is registered for with what it needs.
type Scopes struct {
	Granted []string `json:"granted"` // as the server tells them; empty: it does not
	Must    []Need   `json:"must"`    // for runs
	May     []Need   `json:"may"`     // for some commands
	Missing []Need   `json:"missing"` // of those that must be
	Excess  []string `json:"excess"`  // granted, and not needed as a whole
}

// methods are what a scope without a method, or with * for it, allows. PATCH goes with PUT.
var methods = []string{"GET", "POST", "PUT", "DELETE"}

// granted is a scope as registered, in any of the spellings seen of appliances:
// METHOD/entity/qualifier, entity/qualifier, and * for each part.
type granted struct{ method, entity string }

func parseGranted(text string) (granted, bool) {
	parts := strings.Split(text, "/")
	switch {
	case len(parts) == 2 && parts[0] != "":
		return granted{"*", strings.ToLower(parts[0])}, true
	case len(parts) == 3 && parts[0] != "" && parts[1] != "":
		return granted{strings.ToUpper(parts[0]), strings.ToLower(parts[1])}, true
	}
	return granted{}, false
}

func (g granted) allows(scope string) bool {
	parts := strings.Split(scope, "/")
	method, entity := parts[0], strings.ToLower(parts[1])
	return (g.method == "*" || g.method == method) && (g.entity == "*" || g.entity == entity)
}

// tooMuch says whether a scope allows more than is needed of it.
func (g granted) tooMuch(needed []Need) bool {
	if g.entity == "*" {
		return true
	}
	allowed := []string{g.method}
	switch g.method {
	case "*":
		allowed = methods
	case "PATCH":
		allowed = []string{"PUT"}
	}
	return slices.ContainsFunc(allowed, func(method string) bool {
		one := granted{method, g.entity}
		return !slices.ContainsFunc(needed, func(n Need) bool { return one.allows(n.Scope) })
	})
}

// Compare finds what is missing and what is too much. told is what the server says, parted by
// blanks or commas. A word that is no scope in any known spelling is neither.
func Compare(c *config.Config, told string) Scopes {
	s := Scopes{Granted: strings.FieldsFunc(told, func(r rune) bool { return r == ' ' || r == ',' })}
	s.Must, s.May = Needs(c)
	if len(s.Granted) == 0 {
		return s
	}
	var has []granted
	for _, text := range s.Granted {
		g, ok := parseGranted(text)
		if !ok {
			continue
		}
		has = append(has, g)
		if g.tooMuch(slices.Concat(s.Must, s.May)) {
			s.Excess = append(s.Excess, text)
		}
	}
	if len(has) == 0 { // a spelling that nobody has seen
		s.Granted = nil
		return s
	}
	for _, n := range s.Must {
		if !slices.ContainsFunc(has, func(g granted) bool { return g.allows(n.Scope) }) {
			s.Missing = append(s.Missing, n)
		}
	}
	return s
}

// scopes reports on them.
func (s *Scopes) tell(a area, c *config.Config) {
	only := "register the application for these and no more: " + words(s.Must)
	if len(s.Granted) == 0 {
		a.unseen("the server does not say which scopes the application has; with mode " + c.Mode.String() + " and these rules it needs " + words(s.Must))
		return
	}
	if len(s.Missing) > 0 {
		var lacks []string
		for _, n := range s.Missing {
			lacks = append(lacks, lackOf(n))
		}
		a.bad("the scopes of the application are too narrow for mode "+c.Mode.String()+" and these rules: it lacks "+strings.Join(lacks, "; "), "on the page of the custom application, "+only)
	}
	if len(s.Excess) > 0 {
		a.advise("the application may do more than mode "+c.Mode.String()+" and these rules need: "+strings.Join(s.Excess, " "), "on the page of the custom application, "+only)
	}
	if len(s.Missing)+len(s.Excess) == 0 {
		a.good("the scopes of the application are what mode " + c.Mode.String() + " and these rules need: " + words(s.Must))
	}
}
