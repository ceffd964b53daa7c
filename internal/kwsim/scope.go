package kwsim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// scope is one that an application can be registered for: the operations of a method below /rest/entity.
type scope struct {
	text           string
	method, entity string // * for any
}

// scopes are those that an application is registered for, or that a token is good for.
type scopes []scope

// everything is what an application is registered for of which nothing is said.
const everything = "*/*/*"

func newScopes(texts []string) scopes {
	if len(texts) == 0 {
		texts = []string{everything}
	}
	var out scopes
	for _, text := range texts {
		parsed, _ := parseScope(text) // validateScopes has tried it
		out = append(out, parsed)
	}
	return out
}

// parseScope reads METHOD/entity/qualifier and entity/qualifier, the spellings that clients in production use.
func parseScope(text string) (scope, error) {
	parts := strings.Split(text, "/")
	if len(parts) == 2 {
		parts = append([]string{"*"}, parts...)
	}
	if len(parts) != 3 || slices.Contains(parts, "") || strings.ContainsAny(text, " \t") {
		return scope{}, fmt.Errorf("scope %q: write METHOD/entity/* or entity/*, such as GET/folders/*", text)
	}
	return scope{text, parts[0], parts[1]}, nil
}

func validateScopes(texts []string) error {
	var errs []error
	for _, text := range texts {
		_, err := parseScope(text)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// allow reports whether an operation is within the scopes. The entity is the first word behind /rest; a scope for PUT
// is one for PATCH too, both of which change.
func (s scopes) allow(method, template string) bool {
	entity, _, _ := strings.Cut(strings.TrimPrefix(template, "/rest/"), "/")
	if method == http.MethodPatch {
		method = http.MethodPut
	}
	return slices.ContainsFunc(s, func(one scope) bool {
		return (one.method == "*" || one.method == method) && (one.entity == "*" || one.entity == entity)
	})
}

// grant returns what a token is good for that was asked for with these words: all that is registered, if there are
// none. It returns false if more was asked for.
func (s scopes) grant(asked string) (scopes, bool) {
	words := strings.Fields(asked)
	if len(words) == 0 {
		return s, true
	}
	if validateScopes(words) != nil {
		return nil, false
	}
	granted := newScopes(words)
	for _, want := range granted {
		if !slices.ContainsFunc(s, func(has scope) bool {
			return (has.method == "*" || has.method == want.method) && (has.entity == "*" || has.entity == want.entity)
		}) {
			return nil, false
		}
	}
	return granted, true
}

// told is what clients hear of scopes, parted by blanks.
func (b *Behaviour) told(s scopes) string {
	if b.ScopeAnswer == untold {
		return ""
	}
	var texts []string
	for _, one := range s {
		texts = append(texts, one.text)
	}
	return strings.Join(texts, " ")
}
