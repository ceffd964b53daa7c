package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// demoCmd is what is typed; demo is what is shown then.
type demoCmd struct {
	Once bool   `help:"End after the first wave."`
	Seed uint64 `help:"Decides what the simulated Kiteworks holds." default:"1"`
}

// Run shows the product, with an embedded configuration, between two simulated
// servers: plan and apply for each wave, then the daemon until it is stopped.
func (d demoCmd) Run(c *command) error {
	dir, err := os.MkdirTemp("", "kw-onboarder-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
	company, err := ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: sitePassword, Entries: ldapsim.Company(),
	})
	if err != nil {
		return fmt.Errorf("start the embedded directory: %w", err)
	}
	defer func() { _ = company.Close() }() // the process ends with it
	s, err := newSite(dir)
	if err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	tenant, err := s.serve(kwsim.Options{Seed: d.Seed, RequestsPerSecond: 300, Queue: 400},
		kwsim.Plan{Strangers: 500, Folders: 200, Grants: 1000})
	if err != nil {
		return fmt.Errorf("start the simulated Kiteworks: %w", err)
	}
	defer func() { _ = tenant.Close() }()
	s.Directory, s.Kind, s.Rate, s.Metrics = company.URL(), "generic", 250, "127.0.0.1:0"
	path, err := s.configure()
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return d.play(c, path, company, s)
}

// play lets a daemon act while the waves come.
func (d demoCmd) play(c *command, path string, company *ldapsim.Server, s *site) error {
	show := &demo{
		command: &command{ctx: c.ctx, cli: &cli{Config: path, Output: "text"}, in: c.in, out: c.out, errOut: c.errOut},
		paint:   newPaint(c.out), site: s, company: company,
		reports: make(chan *kwsync.Report), reload: make(chan struct{}),
	}
	var err error
	show.daemon, err = app.New(c.ctx, app.Options{
		Load: func() (*config.Config, error) { return config.Load(path) },
		Log:  zap.NewNop(), Version: version, Commit: commit(),
		Ended: func(r *kwsync.Report) { show.reports <- r },
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, demoHead, show.paint.bold("Alpenglas: a company of two hundred, and a Kiteworks that is simulated."),
		s.Directory, s.Kiteworks, s.Dir, show.paint.bold("http://"+show.daemon.Addr()+"/metrics"))
	if err := show.plan(); err != nil {
		return errors.Join(err, show.daemon.Close())
	}
	ctx, cancel := context.WithCancel(c.ctx)
	ended := make(chan error, 1)
	go func() { ended <- show.daemon.Run(ctx, show.reload); close(show.reports) }()
	err = show.play(d.Once)
	cancel()
	for range show.reports { // a run that was under way
	}
	return errors.Join(err, <-ended)
}

const demoHead = `%s
  directory  %s
  Kiteworks  %s (500 strangers, 200 folders, access given by hand)
  files      %s
  metrics    %s
`
