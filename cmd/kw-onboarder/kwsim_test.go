package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func tempFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKwsimOptions(t *testing.T) {
	t.Parallel()
	seed := uint64(7)
	rule := kwsim.Fault{Operation: "*", Kind: kwsim.Latency, Every: 2}
	cases := []struct {
		name      string
		cmd       kwsimCmd
		behaviour kwsim.Behaviour
		faults    kwsim.Faults
	}{
		{"nothing", kwsimCmd{}, kwsim.Behaviour{}, kwsim.Faults{}},
		{"switches", kwsimCmd{Set: []string{"queue=drop", "page_cap=9"}}, kwsim.Behaviour{Queue: "drop", PageCap: 9}, kwsim.Faults{}},
		{
			"a switch beats the file",
			kwsimCmd{Set: []string{"page_cap=9"}, Behaviour: tempFile(t, "page_cap: 3\nqueue: drop\n")},
			kwsim.Behaviour{Queue: "drop", PageCap: 9},
			kwsim.Faults{},
		},
		{
			"faults",
			kwsimCmd{Faults: tempFile(t, "rules: [{operation: '*', kind: latency, every: 2}]")},
			kwsim.Behaviour{},
			kwsim.Faults{Rules: []kwsim.Fault{rule}},
		},
		{"chaos", kwsimCmd{Chaos: &seed}, kwsim.Behaviour{}, kwsim.Chaos(7)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := c.cmd.options()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.behaviour, o.Behaviour); diff != "" {
				t.Errorf("behaviour (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.faults, o.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKwsimOptionsRefused(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		cmd  kwsimCmd
		says string
	}{
		{"no value", kwsimCmd{Set: []string{"queue"}}, "name=value"},
		{"unknown switch", kwsimCmd{Set: []string{"cue=drop"}}, "choose one of"},
		{"unknown setting", kwsimCmd{Set: []string{"queue=burn"}}, "[delay drop]"},
		{"unknown switch in the file", kwsimCmd{Behaviour: tempFile(t, "cue: drop")}, "file.yaml"},
		{"unknown kind in the file", kwsimCmd{Faults: tempFile(t, "rules: [{operation: '*', kind: fire, nth: 1}]")}, "file.yaml"},
		{"no such file", kwsimCmd{Faults: filepath.Join(t.TempDir(), "none")}, "none"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := c.cmd.options(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q in it", err, c.says)
			}
		})
	}
}
