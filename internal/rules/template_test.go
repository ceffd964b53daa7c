package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func attributes() map[string][]string {
	return map[string][]string{
		"department":   {"Finance"},
		"employeetype": {"Staff"},
		"ou":           {"Legal", "Finance"},
		"company":      {"R&D/Lab"},
		"dots":         {".."},
		"dot":          {"."},
		"bell":         {"a\ab"},
		"bidi":         {"a\u202eb"},
		"back":         {`a\b`},
		"trailing":     {"Finance."},
		"spaces":       {"  Finance "},
		"blank":        {" "},
		"long":         {strings.Repeat("x", 256)},
		"empty":        {""},
		"many":         {"f", "e", "d", "c", "b", "a"},
		"street":       {"Müller & Söhne, Straße 7"},
		"manager":      {`CN=Doe\, Jane,OU=Board\2FTop,ou=Staff,DC=corp`},
		"decomposed":   {"Bu\u0308ro"},
		"msds-region":  {"EMEA"},
		"open":         {"Open"},
	}
}

func TestTemplate_GivesThePath(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, template, want string }{
		{"value", "/Departments/{{ .department }}", "/Departments/Finance"},
		{"value amid text", "/Departments/Team {{ .department }} A/B", "/Departments/Team Finance A/B"},
		{"several in one segment", "/Departments/{{ .department }}-{{ .employeeType }}", "/Departments/Finance-Staff"},
		{"name of the attribute in any case", "/Departments/{{ .EmployeeTYPE }}", "/Departments/Staff"},
		{"literal", "/Departments/{{ \"A\" }}", "/Departments/A"},
		{"lower", "/Departments/{{ .department | lower }}", "/Departments/finance"},
		{"upper", "/Departments/{{ upper .department }}", "/Departments/FINANCE"},
		{"trim", "/Departments/{{ .spaces | trim }}", "/Departments/Finance"},
		{"replace with a slash in quotes", `/Departments/{{ .company | replace "/" "-" }}`, "/Departments/R&D-Lab"},
		{"replace in parentheses", `/Departments/{{ (replace "/" "-" .company) | upper }}`, "/Departments/R&D-LAB"},
		{"default of what is missing", `/Departments/{{ .none | default "Other" }}`, "/Departments/Other"},
		{"default of what is blank", `/Departments/{{ .blank | default "Other" }}`, "/Departments/Other"},
		{"default of what is there", `/Departments/{{ default "Other" .department }}`, "/Departments/Finance"},
		{"default by another attribute", `/Departments/{{ .none | default .department }}`, "/Departments/Finance"},
		{"slug", "/Departments/{{ .street | slug }}", "/Departments/muller-sohne-stra-e-7"},
		{"first by the alphabet", "/Departments/{{ .ou | first }}", "/Departments/Finance"},
		{"first of what lower gives", "/Departments/{{ .ou | lower | first }}", "/Departments/finance"},
		{"part of a DN", `/Departments/{{ .manager | dnPart "OU" | replace "/" " " }}`, "/Departments/Board Top"},
		{"part of a DN with a comma", `/Departments/{{ .manager | dnPart "cn" }}`, "/Departments/Doe, Jane"},
		{"attribute with a hyphen", `/Departments/{{ attr "msDS-Region" }}`, "/Departments/EMEA"},
		{"address", "/Departments/{{ .mail }}", "/Departments/jane@corp.example"},
		{"display name", "/Departments/{{ .name }}", "/Departments/Name of jane"},
		{"own DN", `/Departments/{{ .dn | dnPart "OU" }}`, "/Departments/Staff"},
		{"composed anew", "/Departments/{{ .decomposed }}", "/Departments/B\u00fcro"},
		{"below a root by its value", "/Projects/{{ .open }}/A", "/Projects/Open/A"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := decide(compile(t, everyone("r", tt.template)), &access.Snapshot{People: []access.Person{person("jane", attributes())}})
			if len(v.Wishes) != 1 || string(v.Wishes[0].Place.Path) != tt.want || len(v.Held) > 0 {
				t.Errorf("got %+v, held %v, want %s", v.Wishes, v.Held, tt.want)
			}
		})
	}
}

func TestTemplate_HoldsWithAReason(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, template, want string }{
		{"missing", "/Departments/{{ .none }}", "none has no value"},
		{"missing below a function", "/Departments/{{ .none | lower }}", "none has no value"},
		{"several", "/Departments/{{ .ou }}", "ou has 2 values: Finance, Legal"},
		{"many", "/Departments/{{ .many }}", "many has 6 values: a, b, c, d, e, ..."},
		{"several after a function", "/Departments/{{ .ou | upper }}", "ou has 2 values: FINANCE, LEGAL"},
		{"several with a default", `/Departments/{{ .ou | default "x" }}`, "ou has 2 values: Finance, Legal"},
		{"slash", "/Departments/{{ .company }}", `company: "R&D/Lab" holds a path separator`},
		{"backslash", "/Departments/{{ .back }}", `back: "a\\b" holds a path separator`},
		{"two dots", "/Departments/{{ .dots }}", `dots: ".." is no folder name`},
		{"one dot", "/Departments/{{ .dot }}/A", `dot: "." is no folder name`},
		{"two dots hidden in text", "/Departments/Team {{ .dots }} A", `dots: ".." is no folder name`},
		{"dots put together", "/Departments/{{ \".\" }}{{ .dot }}", `".": "." is no folder name`},
		{"control character", "/Departments/{{ .bell }}", `bell: "a\ab" holds a control or invisible character`},
		{"bidirectional mark", "/Departments/{{ .bidi }}", `bidi: "a\u202eb" holds a control or invisible character`},
		{"dot at the end", "/Departments/{{ .trailing }}", `trailing: "Finance." begins or ends with a space or a dot, which Kiteworks refuses`},
		{"spaces", "/Departments/{{ .spaces }}", `spaces: "  Finance " begins or ends with a space or a dot, which Kiteworks refuses`},
		{"empty", "/Departments/A{{ .empty }}", "empty: a folder name is empty"},
		{"slug of nothing", `/Departments/{{ .dots | slug }}`, "dots: a folder name is empty"},
		{"too long", "/Departments/{{ .long }}", `long: "xxxxxxxxxxxxxxxxxxxx"... has more than 255 characters`},
		{"too long together", `/Departments/{{ .long | replace "xx" "x" }}{{ .long | replace "xx" "x" }}`, `"xxxxxxxxxxxxxxxxxxxx"... has more than 255 characters`},
		{"space by the text", "/Departments/{{ .department }} /A", `"Finance " begins or ends with a space or a dot, which Kiteworks refuses`},
		{"no part of that type", `/Departments/{{ .manager | dnPart "O" }}`, `manager: "CN=Doe\\, Jane,OU=Board\\2FTop,ou=Staff,DC=corp" holds no O`},
		{"no DN at all", `/Departments/{{ .department | dnPart "O" }}`, `department: "Finance" holds no O`},
		{"replace by what is missing", `/Departments/{{ .department | replace "F" .none }}`, "none has no value"},
		{"replace of what is ambiguous", `/Departments/{{ .department | replace .ou "x" }}`, "ou has 2 values: Finance, Legal"},
		{"type that is missing", `/Departments/{{ .manager | dnPart .none }}`, "none has no value"},
		{"outside the roots by its value", "/Projects/{{ .department }}", "/Projects/Finance lies below none of the roots"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set := compile(t, everyone("r", "/Departments/Fixed", tt.template), everyone("other", "/Departments/Other"))
			v := decide(set, &access.Snapshot{People: []access.Person{person("jane", attributes())}})
			if diff := cmp.Diff([]access.Held{{Rule: "r", Why: tt.want}}, v.Held); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
			if len(v.Wishes) != 1 || v.Wishes[0].Cause.Rule != "other" {
				t.Errorf("got %+v, want the other rule's wish alone: the rule is held as a whole", v.Wishes)
			}
		})
	}
}

func TestTemplate_MistakesAreFoundBeforeAnybodyIsDecided(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, template, want string }{
		{"relative", "Departments/A", "want an absolute path"},
		{"empty segment", "/Departments//A", "a folder name is empty"},
		{"only a slash", "/", "a folder name is empty"},
		{"not closed", "/Departments/{{ .x", `folder path "/Departments/{{ .x": a {{ is not closed: put }} behind the value`},
		{"not closed, on two lines", "/Departments/{{ .x\n", "a {{ is not closed"},
		{"closed once", "/Departments/{{ .x }", "a single } stands in {{ }}: close it with }}"},
		{"a quote is not closed", `/Departments/{{ .x | lookup "dept }}`, "a quote in {{ }} is not closed"},
		{"nothing inside", "/Departments/{{ }}", "write a value, such as {{ .department }}"},
		{"unknown function", "/Departments/{{ .x | title }}", `"title" is not a function`},
		{"an attribute without its dot", "/Departments/{{ departmentNumber }}", "write .departmentNumber if it is an attribute"},
		{"function of the engine", `/Departments/{{ printf "%s" .x }}`, `"printf" is not a function`},
		{"too few arguments", `/Departments/{{ .x | replace "/" }}`, "replace has 2 arguments, want 3"},
		{"too many arguments", `/Departments/{{ lower .x .y }}`, "lower has 2 arguments, want 1"},
		{"number", "/Departments/{{ 1 }}", "want an attribute"},
		{"dot alone", "/Departments/{{ . }}", "want an attribute"},
		{"attribute of an attribute", "/Departments/{{ .x.y }}", "want an attribute"},
		{"variable", "/Departments/{{ $x := .y }}", "variables have no place"},
		{"condition", "/Departments/{{ if .x }}A{{ end }}", "only values and functions"},
		{"loop", "/Departments/{{ range .x }}A{{ end }}", "only values and functions"},
		{"definition", `/Departments/{{ define "x" }}A{{ end }}B`, "define and block have no place"},
		{"value as a function", "/Departments/{{ .x .y }}", ".x is not a function"},
		{"piped into a value", "/Departments/{{ .x | .y }}", ".y is not a function"},
		{"attr of a value", "/Departments/{{ attr .x }}", "attr wants the name of an attribute"},
		{"mistake in an argument", `/Departments/{{ lower (title .x) }}`, `"title" is not a function`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, problems := rules.Compile([]rules.Rule{everyone("r", tt.template)}, options())
			if len(problems) != 1 || !strings.Contains(problems[0].Message, tt.want) {
				t.Errorf("got %+v, want one that says %q", problems, tt.want)
			}
		})
	}
}

// FuzzTemplate: no text panics, and no path leaves the roots.
func FuzzTemplate(f *testing.F) {
	f.Add("/Departments/{{ .department | lower }}", "Finance")
	f.Add(`/{{ .department | replace "/" "-" }}/{{ .ou | first | dnPart "OU" }}`, "OU=..,DC=x")
	f.Add("/Departments/{{- .department -}} /x", "../Legal")
	f.Fuzz(func(t *testing.T, template, value string) {
		set, problems := rules.Compile([]rules.Rule{everyone("r", template)}, options())
		if len(problems) > 0 {
			return
		}
		jane := person("jane", map[string][]string{"department": {value}, "ou": {value, "x"}})
		for _, w := range decide(set, &access.Snapshot{People: []access.Person{jane}}).Wishes {
			clean, err := access.ParsePath(string(w.Place.Path))
			if err != nil || clean != w.Place.Path {
				t.Errorf("%q is no path in its one spelling: %v", w.Place.Path, err)
			}
			if !clean.Under("/Departments") && !clean.Under("/Projects/Open") {
				t.Errorf("%q left the roots", clean)
			}
		}
	})
}
