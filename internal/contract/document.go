package contract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// beside is where the document lies, as seen from the root of the module.
const beside = "../shared/kiteworks/openapi-v28.json"

// document is the vendor's, repaired and closed.
type document struct {
	router routers.Router
	errors *openapi3.Schema // the body of refusals
	codes  map[string][]int // error code -> statuses it is documented with
}

// load reads the document once for all tests of the process.
var load = sync.OnceValues(func() (*document, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(beside)))
	if err != nil {
		return nil, fmt.Errorf("read the vendor's OpenAPI document: %w", err)
	}
	return parse(raw)
})

// moduleRoot is the nearest folder above the working directory that has a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module's root: %w", err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		switch {
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist), filepath.Dir(dir) == dir:
			return "", fmt.Errorf("find the module's root: %w", err)
		}
		dir = filepath.Dir(dir)
	}
}

func parse(raw []byte) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(withReferences(raw))
	if err != nil {
		return nil, fmt.Errorf("parse the vendor's OpenAPI document: %w", err)
	}
	doc.Servers = openapi3.Servers{{URL: "/"}} // the document names none
	if err := doc.WalkSchemas(amend); err != nil {
		return nil, fmt.Errorf("amend the vendor's OpenAPI document: %w", err)
	}
	// Examples and defaults of the document break its own schemas, which does not touch what is checked here.
	err = doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return nil, fmt.Errorf("validate the vendor's OpenAPI document: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route the vendor's OpenAPI document: %w", err)
	}
	refusal := doc.Components.Schemas["Errors"]
	if refusal == nil {
		return nil, errors.New("the vendor's OpenAPI document has no schema Errors")
	}
	return &document{router: router, errors: refusal.Value, codes: codesOf(doc)}, nil
}

// bareReference is a reference to a schema without the path to the schemas.
var bareReference = regexp.MustCompile(`("\$ref":\s*")(\w+")`)

// withReferences repairs the six references of FilePathResponse that name a schema only.
func withReferences(raw []byte) []byte {
	return bareReference.ReplaceAll(raw, []byte("${1}#/components/schemas/${2}"))
}

// amend repairs a schema and closes it to fields it does not name. Some objects lack a type and would let anything pass;
// some lists say of themselves what is meant of their items; lists of folders and files do not say which type is which.
func amend(_ string, ref *openapi3.SchemaRef) error {
	s := ref.Value
	if len(s.Properties) > 0 {
		if s.Type == nil {
			s.Type = &openapi3.Types{openapi3.TypeObject}
		}
		if s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
			s.AdditionalProperties.Has = new(false)
		}
	}
	if s.Type.Is(openapi3.TypeArray) && len(s.Enum) > 0 && s.Items != nil {
		items := *s.Items.Value // may be shared with other lists
		items.Enum, s.Enum = s.Enum, nil
		s.Items = &openapi3.SchemaRef{Value: &items}
	}
	if s.Discriminator != nil && s.Discriminator.Mapping == nil && s.Discriminator.PropertyName == "type" {
		s.Discriminator.Mapping = map[string]openapi3.MappingRef{"d": {Ref: "Folder"}, "f": {Ref: "File"}}
	}
	return nil
}

var errorCode = regexp.MustCompile(`\bERR_[A-Z0-9_]+`)

// codesOf collects the codes that the descriptions of answers list.
func codesOf(doc *openapi3.T) map[string][]int {
	codes := map[string][]int{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for key, answer := range op.Responses.Map() {
				status, err := strconv.Atoi(key)
				if err != nil || status < http.StatusBadRequest || answer.Value.Description == nil {
					continue
				}
				for _, code := range errorCode.FindAllString(*answer.Value.Description, -1) {
					if !slices.Contains(codes[code], status) {
						codes[code] = append(codes[code], status)
					}
				}
			}
		}
	}
	return codes
}
