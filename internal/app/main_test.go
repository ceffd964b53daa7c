package app

import (
	"testing"

	"go.uber.org/goleak"
)

// Whatever a daemon starts, it stops.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
