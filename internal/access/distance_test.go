package access_test

import (
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"anna", "anna", 0},
		{"anna", "", 4},
		{"ana", "anna", 1},
		{"anna", "hana", 2},
		{"müller", "muller", 1},
		{"staff", "sales", 4},
	}
	for _, tt := range tests {
		if got := access.Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q): got %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := access.Distance(tt.b, tt.a); got != tt.want {
			t.Errorf("Distance(%q, %q): got %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
