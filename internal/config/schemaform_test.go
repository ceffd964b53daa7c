package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// draft07 is the draft that every editor's YAML server has known for years;
// nothing of a later one is needed.
const draft07 = "http://json-schema.org/draft-07/schema#"

// schema is what is used of JSON schema, in the order in which it is written.
type schema struct {
	Draft       string     `json:"$schema,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        any        `json:"type,omitempty"` // one name, or several
	Enum        []string   `json:"enum,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Minimum     int        `json:"minimum,omitempty"`
	Maximum     int        `json:"maximum,omitempty"`
	Default     any        `json:"default,omitempty"`
	Required    []string   `json:"required,omitempty"`
	Properties  properties `json:"properties,omitempty"`
	Additional  any        `json:"additionalProperties,omitempty"` // false, or a *schema
	MinItems    int        `json:"minItems,omitempty"`
	Items       *schema    `json:"items,omitempty"`
	AnyOf       []*schema  `json:"anyOf,omitempty"`
}

// properties are written in the order of the struct's fields.
type properties []property

type property struct {
	name string
	what *schema
}

func (p properties) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, each := range p {
		value, err := encode(each.what)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:%s", each.name, value)
	}
	return append(out, '}'), nil
}

// encode leaves < and & as they are: the schema is read by people too.
func encode(s *schema) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return out.Bytes(), err
}
