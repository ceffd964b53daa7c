package contract

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// checkResponse holds the answer against the operation; route is nil if the document does not have it.
func (d *document) checkResponse(x exchange, route *routers.Route) []finding {
	var declared *openapi3.Response
	if route != nil {
		if ref := route.Operation.Responses.Status(x.status); ref != nil {
			declared = ref.Value
		}
	}
	switch {
	case declared != nil && x.status >= http.StatusBadRequest && len(declared.Content) > 0:
		return d.checkRefusal(x)
	case declared != nil:
		return checkContent(x, declared.Content, route)
	}
	found := []finding{{where: "status", rule: known}}
	switch {
	case route == nil && x.status < http.StatusMultipleChoices:
		return nil // that the server has an operation that the document does not have is said of the request
	case x.status < http.StatusMultipleChoices:
		return append(found, checkContent(x, successOf(route.Operation), route)...)
	case x.status >= http.StatusBadRequest && x.status <= http.StatusUnprocessableEntity:
		return append(found, d.checkRefusal(x)...)
	}
	return found // no source describes the body
}

// successOf is the content of the operation's lowest success.
func successOf(op *openapi3.Operation) openapi3.Content {
	for status := http.StatusOK; status < http.StatusMultipleChoices; status++ {
		if ref := op.Responses.Status(status); ref != nil {
			return ref.Value.Content
		}
	}
	return nil
}

// checkContent holds the body against the content declared for its status. Answers of 400 and above without declared
// content come from the web server in front: they may have any body.
func checkContent(x exchange, declared openapi3.Content, route *routers.Route) []finding {
	media := declared.Get("application/json")
	switch {
	case media == nil && x.status < http.StatusBadRequest && len(x.received) > 0:
		return []finding{{where: "body", rule: surplus}}
	case media == nil:
		return nil
	case len(x.received) == 0 && mayWithhold(x, route):
		return []finding{{where: "body", rule: withheld}}
	}
	value, found := decodeJSON(x)
	if found != nil {
		return found
	}
	value, found = reshape(media.Schema.Value, value)
	return append(found, visit(media.Schema.Value, value)...)
}

// reshape turns the two forms in which lists come into the declared one, and names the other if it met it.
func reshape(schema *openapi3.Schema, value any) (any, []finding) {
	switch v := value.(type) {
	case map[string]any:
		if data, ok := v["data"].([]any); ok && schema.Type.Is(openapi3.TypeArray) {
			return data, []finding{{where: "body", rule: wrapped}}
		}
	case []any:
		if schema.Properties["data"] != nil {
			return map[string]any{"data": v}, []finding{{where: "body", rule: bare}}
		}
	}
	return value, nil
}

// mayWithhold reports whether the operation sends the entity on request only, and nobody asked.
func mayWithhold(x exchange, route *routers.Route) bool {
	return route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, "returnEntity") != nil &&
		x.url.Query().Get("returnEntity") != "true"
}

func visit(schema *openapi3.Schema, value any) []finding {
	return flatten(schema.VisitJSON(value, append(schemaOptions(), openapi3.VisitAsResponse())...), "body")
}

// decodeJSON reads the body of an answer that must have one.
func decodeJSON(x exchange) (any, []finding) {
	if len(x.received) == 0 {
		return nil, []finding{{where: "body", rule: empty}}
	}
	if media, _, err := mime.ParseMediaType(x.answered.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, []finding{{where: "body", rule: mediaType}}
	}
	var value any
	if err := json.Unmarshal(x.received, &value); err != nil {
		return nil, []finding{{where: "body", rule: malformed}}
	}
	return value, nil
}

// checkRefusal holds the body of a refusal against schema Errors, whichever of the known envelopes it comes in, and its
// codes against those that the vendor lists.
func (d *document) checkRefusal(x exchange) []finding {
	if len(x.received) == 0 {
		return []finding{{where: "body", rule: unsaid}}
	}
	value, found := decodeJSON(x)
	if found != nil {
		return found
	}
	envelope, found := unwrap(value)
	found = append(found, visit(d.errors, envelope)...)
	fields, _ := envelope.(map[string]any)
	entries, _ := fields["error"].([]any)
	if len(entries) == 0 {
		return append(found, finding{where: "body/error", rule: required})
	}
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		found = append(found, d.checkCode(fields["code"], x.status)...)
	}
	return found
}

// unwrap turns the known envelopes into that of schema Errors, and names the one it met.
func unwrap(value any) (any, []finding) {
	fields, _ := value.(map[string]any)
	switch errors := fields["errors"].(type) {
	case []any:
		return map[string]any{"error": errors}, []finding{{where: "body", rule: asArray}}
	case map[string]any:
		return map[string]any{"error": []any{errors}}, []finding{{where: "body", rule: asObject}}
	}
	if _, ok := fields["code"]; ok {
		return map[string]any{"error": []any{value}}, []finding{{where: "body", rule: flat}}
	}
	return value, nil
}

func (d *document) checkCode(value any, status int) []finding {
	code, _ := value.(string)
	switch {
	case code == "":
		return []finding{{where: "body/error/*/code", rule: required}}
	case !slices.Contains(d.codes[code], status):
		return []finding{{where: "code " + code, rule: known}}
	}
	return nil
}
