package ledger

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// modernc.org/sqlite is generated against one version of modernc.org/libc and
// is unsafe with any other (its package documentation). Nothing else would
// notice when another module lifts libc.
func TestLibcIsTheOneThatSQLiteAsksFor(t *testing.T) {
	t.Parallel()
	lib, ours := module(t, "modernc.org/sqlite"), module(t, "modernc.org/libc")
	text, err := os.ReadFile(lib.GoMod)
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?m)^\s*modernc\.org/libc (v\S+)`).FindSubmatch(text)
	if asked == nil {
		t.Fatalf("%s does not ask for modernc.org/libc", lib.GoMod)
	}
	if got, want := ours.Version, string(asked[1]); got != want {
		t.Errorf("the build takes libc %s, sqlite %s asks for %s: pin it in go.mod", got, lib.Version, want)
	}
}

type moduleInfo struct{ Version, GoMod string }

func module(t *testing.T, path string) moduleInfo {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var m moduleInfo
	if err := json.Unmarshal(out, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
