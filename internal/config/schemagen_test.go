package config_test

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// generator makes schemas of values: their types say what may stand in the
// file, and what they hold is the default.
type generator struct {
	comments map[string]string
	facts    map[string]func(*schema)
	required map[string][]string
	met      map[string]bool // types and keys
}

// both are the schemas of the configuration and of a file of rules.
func (g *generator) both() (whole, list *schema) {
	whole = g.of(reflect.ValueOf(config.Defaults()))
	whole.Draft, whole.Title = draft07, "Configuration of kw-onboarder"
	list = g.of(reflect.ValueOf([]rules.Rule(nil)))
	list.Draft, list.Title = draft07, "Rules of kw-onboarder"
	return whole, list
}

// of follows the decoder: first come the types that have a form of their own.
func (g *generator) of(v reflect.Value) *schema {
	switch special := v.Interface().(type) {
	case []config.Directory:
		return g.directories(special)
	case config.Root:
		return &schema{AnyOf: []*schema{g.of(reflect.ValueOf(special.Path)), g.object(v)}}
	case config.Budget:
		return &schema{AnyOf: []*schema{{Type: "string", Enum: []string{"unlimited"}}, g.object(reflect.ValueOf(config.WrittenBudget))}}
	case config.Unlimited:
		return &schema{Type: "string", Enum: []string{"unlimited"}}
	case config.Amount:
		return &schema{Type: []string{"string", "integer"}, Pattern: config.PercentForm + "|^[0-9]+$", Minimum: 1, Description: config.AmountHint}
	case config.Percent:
		return &schema{Type: "string", Pattern: config.PercentForm, Description: config.PercentHint}
	case config.Area:
		return &schema{Type: "string", Pattern: "^/", Description: config.AreaHint}
	case config.Secret:
		return &schema{Type: "string", Pattern: secretPattern(), Description: config.SecretHint}
	case access.Path:
		return &schema{Type: "string", Pattern: "^/"}
	case access.Email:
		return &schema{Type: "string", Pattern: "^[^@]+@[^@]+$"}
	}
	if reader, reads := reflect.New(v.Type()).Interface().(encoding.TextUnmarshaler); reads {
		return &schema{Type: "string", Enum: choicesOf(v.Type()), Description: config.HintOf(reader.UnmarshalText(nil))}
	}
	return g.plain(v)
}

func (g *generator) plain(v reflect.Value) *schema {
	element := func() *schema { return g.of(reflect.Zero(v.Type().Elem())) }
	switch v.Kind() {
	case reflect.Pointer:
		return element()
	case reflect.Struct:
		return g.object(v)
	case reflect.Slice:
		return &schema{Type: "array", Items: element()}
	case reflect.Map:
		return &schema{Type: "object", Additional: element()}
	case reflect.String:
		// The decoder takes 0123 as it stands there. It would take true as well, but
		// an editor would then offer true and false for every text.
		return &schema{Type: []string{"string", "number"}}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer"}
	}
	panic("no schema for " + v.Type().String() + ": teach it to the generator as the decoder was taught")
}

func (g *generator) object(v reflect.Value) *schema {
	name := v.Type().String()
	g.met[name] = true
	out := &schema{Type: "object", Additional: false, Required: g.required[name]}
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			out.Properties = append(out.Properties, property{key, g.field(v.Field(i), name+"."+key)})
		}
	}
	return out
}

func (g *generator) field(v reflect.Value, name string) *schema {
	g.met[name] = true
	s := g.of(v)
	if state, known := g.facts[name]; known {
		state(s)
	}
	s.Description = g.describe(name, s.Description, v.Type())
	_, isText := v.Interface().(encoding.TextMarshaler)
	if !v.IsZero() && s.AnyOf == nil && (isText || v.Kind() != reflect.Struct) {
		s.Default = v.Interface()
	}
	return s
}

// describe prefers what is said of the key, and of its choices, to what is said of its type.
func (g *generator) describe(key, choices string, t reflect.Type) string {
	parts := slices.DeleteFunc([]string{g.comments[key], choices}, func(s string) bool { return s == "" })
	if len(parts) > 0 {
		return strings.Join(parts, "; ")
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return g.comments[t.String()]
}

// directories has both forms. In a list each needs a name, and no name is usual.
func (g *generator) directories(usual []config.Directory) *schema {
	listed := g.of(reflect.ValueOf(config.ListedDirectory()))
	listed.Required = append([]string{"name"}, listed.Required...)
	return &schema{AnyOf: []*schema{
		g.of(reflect.ValueOf(usual[0])),
		{Type: "array", MinItems: 1, Items: listed},
	}}
}

// unmet are the facts about types and keys that are no more.
func (g *generator) unmet() []string {
	known := slices.AppendSeq(slices.Collect(maps.Keys(g.facts)), maps.Keys(g.required))
	return slices.DeleteFunc(known, func(name string) bool { return g.met[name] })
}

// choicesOf lists what an enumeration may be: the numbers from 1 whose names it reads back.
func choicesOf(t reflect.Type) []string {
	var names []string
	for n := int64(1); t.Kind() == reflect.Int; n++ {
		named, read := reflect.New(t), reflect.New(t)
		named.Elem().SetInt(n)
		name := fmt.Sprint(named.Elem().Interface())
		err := read.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(name))
		if err != nil || read.Elem().Int() != n {
			break
		}
		names = append(names, name)
	}
	return names
}

func secretPattern() string {
	var forms []string
	for _, scheme := range slices.Sorted(maps.Keys(config.SecretNames)) {
		name := strings.TrimSuffix(strings.TrimPrefix(config.SecretNames[scheme], "^"), "$")
		forms = append(forms, scheme+":"+name)
	}
	return "^(" + strings.Join(forms, "|") + ")$"
}
