package app

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/doctor"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// OpenPatient is a configuration as a doctor examines it, but for the look at both sides. What
// cannot be opened is left for the doctor to say.
func OpenPatient(ctx context.Context, c *config.Config, s Settings) (doctor.Patient, error) {
	p := doctor.Patient{Config: c}
	var err error
	if p.Directories, err = directoryOptions(c, s); err != nil {
		return p, err
	}
	p.Kiteworks, p.Unread = kiteworksOptions(ctx, c, s)
	if state, err := c.State.Resolve(); err == nil {
		p.Attended = ledger.Attended(ctx, state)
	}
	return p, nil
}

// Listening is the configured directories, read so that it is told how: as a daemon would, which
// notes where to go on.
type Listening struct {
	*directory.Directory
	How []string // of the last reading
}

// NewListening makes one; it connects to nothing.
func NewListening(c *config.Config) (*Listening, error) {
	o, err := directoryOptions(c, Settings{Daemon: true})
	if err != nil {
		return nil, err
	}
	d, err := directory.New(o...)
	return &Listening{Directory: d}, err
}

// Refresh reads, and keeps how.
func (l *Listening) Refresh(ctx context.Context, full bool) (*access.Snapshot, access.Touched, error) {
	sn, touched, err := l.Directory.Refresh(ctx, full)
	l.How = touched.How
	return sn, touched, err
}

var _ kwsync.Directory = (*Listening)(nil)
