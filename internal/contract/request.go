package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// exchange is a request and its answer.
type exchange struct {
	method string
	url    *url.URL
	header http.Header
	sent   []byte

	status   int // 0: no answer, or one that was cut off
	answered http.Header
	received []byte
}

// schemaOptions report every deviation, with the formats that the validator does not know by itself.
func schemaOptions() []openapi3.SchemaValidationOption {
	return []openapi3.SchemaValidationOption{
		openapi3.MultiErrors(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"uuid":  openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562),
			"email": openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForEmail),
		}),
	}
}

// find returns the operation of the exchange and the values in its path; nil if the document has none.
func (d *document) find(x exchange) (*routers.Route, map[string]string) {
	route, values, err := d.router.FindRoute(&http.Request{Method: x.method, URL: x.url, Header: x.header})
	if err != nil {
		return nil, nil
	}
	return route, values
}

// checkRequest holds the request against the operation.
func checkRequest(x exchange, route *routers.Route, values map[string]string) []finding {
	found := checkQuery(x, route)
	if scheme, token, _ := strings.Cut(x.header.Get("Authorization"), " "); !strings.EqualFold(scheme, "Bearer") || token == "" {
		found = append(found, finding{where: "bearer token", rule: required})
	}
	err := openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: &http.Request{
			Method: x.method, URL: x.url, Header: x.header,
			Body: io.NopCloser(bytes.NewReader(x.sent)), ContentLength: int64(len(x.sent)),
		},
		PathParams: values,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError: true, SkipSettingDefaults: true, SchemaValidationOptions: schemaOptions(),
		},
	})
	found = append(found, flatten(err, "body")...)
	return append(found, checkPresence(x, route.Operation.RequestBody)...)
}

// checkQuery compares the names of parameters, which the validator does not.
func checkQuery(x exchange, route *routers.Route) []finding {
	given, err := url.ParseQuery(x.url.RawQuery)
	if err != nil {
		return []finding{{where: "query", rule: malformed}}
	}
	var found []finding
	for name := range given {
		if route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil &&
			route.PathItem.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			found = append(found, finding{where: "query " + name, rule: known})
		}
	}
	return found
}

// checkPresence wants a body where its schema has required fields, and none where none is declared. The document marks no
// body as required.
func checkPresence(x exchange, declared *openapi3.RequestBodyRef) []finding {
	switch {
	case declared == nil && len(x.sent) > 0:
		return []finding{{where: "body", rule: surplus}}
	case declared == nil || len(x.sent) > 0:
		return nil
	}
	media := declared.Value.Content.Get("application/json")
	if media != nil && media.Schema != nil && len(media.Schema.Value.Required) > 0 {
		return []finding{{where: "body", rule: required}}
	}
	return nil
}
