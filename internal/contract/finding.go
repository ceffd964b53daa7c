package contract

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// side is the half of an exchange that deviates.
type side int

const (
	request side = iota + 1
	response
)

// String returns the side's name.
func (s side) String() string {
	switch s {
	case request:
		return "request"
	case response:
		return "response"
	}
	return "side " + strconv.Itoa(int(s))
}

// rule is what a deviation breaks: a keyword of JSON Schema, or one of these.
type rule string

const (
	known     rule = "known"     // the document does not know the thing
	required  rule = "required"  // it is missing
	malformed rule = "malformed" // it cannot be read
	mediaType rule = "media type"
	empty     rule = "empty"     // there is no body where one is declared
	withheld  rule = "withheld"  // the same, but nobody asked for the entity
	surplus   rule = "surplus"   // there is a body where none is declared
	timeOfDay rule = "date-time" // a date carries a time
	topLevel  rule = "top level" // an id is 0
	asText    rule = "id as a text"
	wrapped   rule = "wrapped list" // an object around a list that is declared bare
	bare      rule = "bare list"    // the opposite
	nullable  rule = "nullable"
	asArray   rule = "errors as an array"
	asObject  rule = "errors as an object"
	flat      rule = "error without an envelope"
	unsaid    rule = "refusal without a body"
)

// finding is one deviation from the document. It holds no value that was sent.
type finding struct {
	op     string // method and path template
	side   side
	status int    // of the answer; 0 if there was none
	where  string // such as "query limit" or "body/data/*/created"; * stands for an index
	rule   rule
}

func (f finding) String() string {
	return fmt.Sprintf("%s, %s, answered %d: %s breaks the rule %q", f.op, f.side, f.status, f.where, f.rule)
}

// flatten turns an error of a validation into findings. Where is what was validated.
func flatten(err error, where string) []finding {
	switch e := err.(type) { //nolint:errorlint // it takes the tree apart, node by node
	case nil:
		return nil
	case openapi3.MultiError:
		var all []finding
		for _, one := range e {
			all = append(all, flatten(one, where)...)
		}
		return all
	case *openapi3filter.RequestError:
		return flattenRequest(e)
	case *openapi3.SchemaError:
		return flattenSchema(e, where)
	}
	if inner := errors.Unwrap(err); inner != nil {
		return flatten(inner, where)
	}
	return []finding{{where: where, rule: malformed}}
}

func flattenRequest(e *openapi3filter.RequestError) []finding {
	where := "body"
	if p := e.Parameter; p != nil {
		where = p.In + " " + p.Name
	}
	switch {
	case errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
		return []finding{{where: where, rule: required}}
	case e.Err == nil && e.RequestBody != nil: // of a declared body, only its media type fails without a cause
		return []finding{{where: where, rule: mediaType}}
	case e.Err == nil:
		return []finding{{where: where, rule: malformed}}
	}
	return flatten(e.Err, where)
}

// capturedTimes are the layouts in which appliances write what the document calls a date.
var capturedTimes = []string{"2006-01-02T15:04:05-0700", time.RFC3339}

func flattenSchema(e *openapi3.SchemaError, where string) []finding {
	if e.Origin != nil && e.SchemaField != "format" { // of allOf and its like the parts know better, their places too
		return flatten(e.Origin, where)
	}
	for _, key := range e.JSONPointer() {
		if _, err := strconv.Atoi(key); err == nil {
			key = "*"
		}
		where += "/" + key
	}
	switch {
	case e.SchemaField == "format" && e.Schema.Format == "date" && isTime(e.Value):
		return []finding{{where: where, rule: timeOfDay}}
	case e.SchemaField == "format" && e.Schema.Format == "uuid" && e.Value == "0":
		return []finding{{where: where, rule: topLevel}}
	case e.SchemaField == "type" && e.Schema.Type.Is(openapi3.TypeInteger) && isNumber(e.Value) && isID.MatchString(where):
		return []finding{{where: where, rule: asText}}
	}
	var name string
	if _, err := fmt.Sscanf(e.Reason, "property %q is unsupported", &name); err == nil {
		return []finding{{where: where + "/" + name, rule: known}}
	}
	return []finding{{where: where, rule: rule(e.SchemaField)}}
}

// isID matches the places of ids.
var isID = regexp.MustCompile(`(/id|Id)(/\*)?$`)

func isNumber(value any) bool {
	text, _ := value.(string)
	_, err := strconv.Atoi(text)
	return err == nil
}

func isTime(value any) bool {
	text, _ := value.(string)
	for _, layout := range capturedTimes {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
