//go:build !linux

package systemd

import (
	"errors"
	"time"
)

// monotonic is never asked for: systemd is on Linux only.
func monotonic() (time.Duration, error) { return 0, errors.ErrUnsupported }
