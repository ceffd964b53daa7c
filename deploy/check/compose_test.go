package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// project is the compose file as Docker Compose reads it: by its schema, with what it
// refers to.
func project(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../compose/compose.yaml"}, cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	p, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheComposeFileIsRead(t *testing.T) {
	t.Parallel()
	want := []string{"grafana", "kw-onboarder", "kwsim", "openldap", "prometheus"}
	if diff := cmp.Diff(want, project(t).ServiceNames()); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
}

// The simulated Kiteworks has no password worth the name: nobody outside may reach it.
func TestNothingIsOpenToOthers(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is published on %q, want 127.0.0.1", name, port.Published, port.HostIP)
			}
		}
		if name != "kwsim" && s.NetworkMode != "service:kwsim" {
			t.Errorf("%s: network %q, want that of kwsim, which listens on loopback only", name, s.NetworkMode)
		}
	}
}

func TestWhatIsOursIsConfined(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		if s.Build == nil {
			continue // somebody else's image
		}
		if !s.ReadOnly || !cmp.Equal(s.CapDrop, []string{"ALL"}) || !cmp.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
			t.Errorf("%s: read-only %v, without %v, %v", name, s.ReadOnly, s.CapDrop, s.SecurityOpt)
		}
	}
}

// Docker makes a folder of a file that is mounted and not there.
func TestWhatIsMountedAndBuiltIsThere(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		var files []string
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				files = append(files, v.Source)
				if !v.ReadOnly {
					t.Errorf("%s: %s may be written", name, v.Source)
				}
			}
		}
		if s.Build != nil {
			files = append(files, filepath.Join(s.Build.Context, s.Build.Dockerfile))
		}
		for _, file := range files {
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s.Image != "" && !strings.Contains(s.Image, ":") {
			t.Errorf("%s: image %s has no version", name, s.Image)
		}
	}
}
