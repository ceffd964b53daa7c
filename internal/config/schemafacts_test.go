package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// knownFacts are what types do not say of their keys, by type and key.
func knownFacts() map[string]func(*schema) {
	oneOf := func(texts []string) func(*schema) {
		return func(s *schema) { s.Type, s.Enum = "string", texts }
	}
	return map[string]func(*schema){
		"config.Config.mode":                   func(s *schema) { s.Description = config.ModeHint },
		"config.Directory.kind":                oneOf(config.DirectoryKinds),
		"config.JWT.algorithm":                 oneOf(config.JWTAlgorithms),
		"config.AgainstWall.human":             oneOf([]string{config.ReportBreach.String()}),
		"config.Budget.of":                     oneOf(namesOf(guard.Bases())),
		"config.Budget.floor":                  func(s *schema) { s.Minimum = 1 },
		"config.Canary.at_least":               func(s *schema) { s.Minimum = 1 },
		"config.Accounts.seats":                func(s *schema) { s.Minimum = 1 },
		"config.Leaver.who":                    func(s *schema) { s.MinItems = 1 },
		"config.Leaver.steps":                  func(s *schema) { s.MinItems = 1 },
		"config.Log.level":                     oneOf(config.LogLevels),
		"config.Log.format":                    oneOf(config.LogFormats),
		"config.Kiteworks.requests_per_second": func(s *schema) { s.Minimum, s.Maximum = 1, config.MaxRequests },
	}
}

func namesOf[T ~string](all []T) []string {
	var names []string
	for _, each := range all {
		names = append(names, string(each))
	}
	return names
}

// knownRequired are the keys without which no file passes, whatever else it
// says; TestSchema_DemandsWhatCheckDemands holds them to the checks.
func knownRequired() map[string][]string {
	return map[string][]string{
		"config.Config":       {"mode", "directory", "kiteworks", "accounts"},
		"config.Directory":    {"kind", "servers", "people"},
		"config.People":       {"bases", "email"},
		"config.Email":        {"domains"},
		"config.Kiteworks":    {"url", "client_id", "client_secret", "jwt", "identities", "roots"},
		"config.JWT":          {"issuer", "private_key"},
		"config.Identities":   {"users", "folders"},
		"config.Root":         {"path"},
		"config.Accounts":     {"existing"},
		"config.Leaver":       {"who", "steps"},
		"config.Step":         {"after", "do"},
		"config.Budget":       {"max"},
		"config.PeopleCanary": {"may_shrink"},
		"config.Wall":         {"name"},
		"rules.Rule":          {"name", "when"},
		"rules.Grant":         {"role"},
		"rules.Date":          {"from", "if_empty"},
	}
}

// commentsOf reads what the source says of types, as config.Log, and of their
// keys, as config.Log.level.
func commentsOf(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", folder, err)
		}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			commentsIn(parsed, found)
		}
	}
	return found
}

func commentsIn(file *ast.File, found map[string]string) {
	for _, d := range file.Decls {
		declared, _ := d.(*ast.GenDecl)
		if declared == nil || declared.Tok != token.TYPE {
			continue
		}
		for _, s := range declared.Specs {
			spec := s.(*ast.TypeSpec)
			name := file.Name.Name + "." + spec.Name.Name
			first, _, _ := strings.Cut(oneLine(declared.Doc)+" ", ". ") // the rest is for programmers
			found[name] = first
			if fields, ok := spec.Type.(*ast.StructType); ok {
				commentsOn(fields, name, found)
			}
		}
	}
}

func commentsOn(fields *ast.StructType, name string, found map[string]string) {
	for _, field := range fields.Fields.List {
		if field.Tag != nil {
			tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
			found[name+"."+tag.Get("yaml")] = oneLine(field.Doc, field.Comment)
		}
	}
}

// oneLine joins comments; nil is what a key is that is not written.
func oneLine(comments ...*ast.CommentGroup) string {
	var text []string
	for _, c := range comments {
		text = append(text, strings.Fields(c.Text())...)
	}
	return strings.ReplaceAll(strings.Join(text, " "), "nil: ", "left out: ")
}
