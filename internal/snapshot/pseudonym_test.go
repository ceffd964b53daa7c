package snapshot

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestPseudonymsDoNotCollide(t *testing.T) {
	t.Parallel()
	p := newPseudonyms([]byte("key"))
	p.short = 2 // 256 names
	names := map[string]string{}
	for i := range 200 {
		text := fmt.Sprintf("person %d", i)
		name := p.text(text)
		if other, taken := names[name]; taken {
			t.Errorf("%q is the name of %q and of %q", name, other, text)
		}
		names[name] = text
	}
	for name, text := range names {
		if again := p.text(text); again != name {
			t.Errorf("%q was %q and is %q", text, name, again)
		}
	}
}

func TestTheListOfAttributesIsDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/snapshot.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[form]string{called: "a pseudonym, also as", address: "an address with", entry: "a DN with", whole: "a pseudonym |"}
	for f, row := range rows {
		var want []string
		for name, of := range personal() {
			if of == f {
				want = append(want, "`"+name+"`")
			}
		}
		slices.Sort(want)
		if line := "| " + strings.Join(want, ", ") + " | " + row; !strings.Contains(string(doc), line) {
			t.Errorf("docs/snapshot.md lacks the row\n%s", line)
		}
	}
}

func TestAttributesAreLowerCaseAndListedOnce(t *testing.T) {
	t.Parallel()
	count := 0
	for name := range personal() {
		count++
		if name != strings.ToLower(name) {
			t.Errorf("%s would never be found: want lower case", name)
		}
	}
	source, err := os.ReadFile("personal.go")
	if err != nil {
		t.Fatal(err)
	}
	lists := strings.Split(string(source), "`")
	listed := 0
	for i := 1; i < len(lists); i += 2 {
		listed += len(strings.Fields(lists[i]))
	}
	if count != listed {
		t.Errorf("%d attributes are listed, %d are known: one is there twice", listed, count)
	}
}
