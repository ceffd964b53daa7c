package kwsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// location returns how a header names what lies at the path.
func (b *Behaviour) location(baseURL, path string) string {
	if b.LocationForm == isPath {
		return path
	}
	return baseURL + path
}

// envelope returns the body of a refusal; nil if there is none.
func (b *Behaviour) envelope(p *problem) any {
	if b.DeadToken == none && p.status == http.StatusUnauthorized {
		return nil
	}
	entry := errorEntry{Code: p.code, Message: p.message, Field: p.field}
	switch b.ErrorEnvelope {
	case asObject:
		return map[string]any{"errors": entry}
	case underError:
		return map[string]any{"error": []errorEntry{entry}}
	case flat:
		return entry
	case empty:
		return nil
	}
	return map[string]any{"errors": []errorEntry{entry}}
}

// encode returns the body as JSON, with ids and dates in the server's form.
func (b *Behaviour) encode(body any) []byte {
	raw, err := json.Marshal(body)
	if err != nil || b.IntegerIDs != asString && b.Dates != zulu {
		return raw // every body is made of values that encode
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return raw
	}
	b.reword(decoded)
	if raw, err := json.Marshal(decoded); err == nil {
		return raw
	}
	return raw
}

// reword changes the fields of every object in the value to the server's form.
func (b *Behaviour) reword(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			b.reword(element)
		}
	case map[string]any:
		for name, field := range v {
			v[name] = b.rewordField(name, field)
			b.reword(field)
		}
	}
}

func (b *Behaviour) rewordField(name string, value any) any {
	switch v := value.(type) {
	case json.Number:
		if b.IntegerIDs == asString && (name == "id" || strings.HasSuffix(name, "Id")) {
			return v.String()
		}
	case string:
		if at, err := time.Parse(wireLayout, v); err == nil && b.Dates == zulu {
			return at.UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	return value
}
