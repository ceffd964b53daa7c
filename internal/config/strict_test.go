package config_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// recipe is a file of another kind than the configuration.
type recipe struct {
	Title  string                `yaml:"title"`
	Needs  map[string]config.Few `yaml:"needs"`
	Budget int                   `yaml:"budgets"`
}

func TestDecode_IsStrictWithAnyFile(t *testing.T) {
	t.Parallel()
	var r recipe
	line := 0
	check := func(in config.Reading) { line = in.Line(`needs["flour"]`) }
	if err := config.Decode("r.yaml", []byte("title: cake\nneeds:\n  eggs: 3\n  flour: [rye, \"1\"]\n"), &r, check); err != nil {
		t.Fatal(err)
	}
	want := recipe{Title: "cake", Needs: map[string]config.Few{"eggs": {"3"}, "flour": {"rye", "1"}}}
	if diff := cmp.Diff(want, r); diff != "" || line != 4 {
		t.Errorf("line %d; decoded (-want +got):\n%s", line, diff)
	}
}

func TestDecode_TellsAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	text := "titel: cake\nbudgets: {}\nneeds:\n  eggs: {a: b}\n  eggs: 1\nwalls: []\n"
	check := func(in config.Reading) { in.Report("needs", "is too little", "") } // follows from what is below it
	err := config.Decode("r.yaml", []byte(text), &recipe{}, check)
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		t.Fatalf("Decode = %v, want a *config.Error", err)
	}
	want := `r.yaml: 5 mistakes
  r.yaml:1:1: titel: unknown key
      did you mean "title"?
  r.yaml:2:10: budgets: is keys and values, want a single value
      | budgets: {}
      |          ^
      write it behind the colon; quote it if it begins with [ or {
  r.yaml:4:9: needs["eggs"]: is keys and values, want a list
      |   eggs: {a: b}
      |         ^
      begin each item with a hyphen on a line of its own
  r.yaml:5:3: needs.eggs: is given twice, first in line 4
      |   eggs: 1
      |   ^
      keep one of them
  r.yaml:6:1: walls: unknown key`
	if diff := cmp.Diff(want, wrong.Error()); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}
