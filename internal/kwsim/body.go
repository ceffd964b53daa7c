package kwsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"reflect"
	"slices"
	"strings"
	"time"
)

// call is one request on its way to a handler.
type call struct {
	world *World
	actor *user
	ids   map[string]string // from the path
	query query
	body  []byte

	scopes        scopes // of the token
	clientID      string
	tokenLifetime time.Duration
}

// checkJSON refuses anything but one JSON object with known fields. Names are compared exactly, which encoding/json does
// not do by itself.
func checkJSON(contentType string, body []byte, fields []string) error {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/json" {
		return refuse(errRequestInvalidJSON)
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return refuse(errRequestInvalidJSON)
	}
	for name := range given {
		if !slices.Contains(fields, name) {
			return refuseField(errInvalidParameter, name)
		}
	}
	return nil
}

// fieldsOf returns the JSON names of a request body's fields.
func fieldsOf[T any]() []string {
	var names []string
	for field := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// decode reads the body, which checkJSON has let pass. It refuses unknown fields of what is nested, too.
func decode[T any](c *call) (T, error) {
	var v T
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&v)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		return v, refuseField(errInvalidParameter, mismatch.Field)
	case err != nil:
		return v, refuse(errRequestInvalidJSON)
	}
	return v, nil
}
