package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type demoCmd struct {
	Once bool   `help:"End after the first wave."`
	Seed uint64 `help:"Decides what the simulated Kiteworks holds." default:"1"`
}

// demoPause is how long a person may look at one wave before the next.
const demoPause = 5 * time.Second

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

// play goes through the waves. The daemon applies them; the plan is shown first.
func (d demoCmd) play(c *command, path string, company *ldapsim.Server, s *site) error {
	inner := &command{ctx: c.ctx, cli: &cli{Config: path, Output: "text"}, in: c.in, out: c.out, errOut: c.errOut}
	paint := newPaint(c.out)
	reports := make(chan *kwsync.Report)
	daemon, err := app.New(c.ctx, app.Options{
		Load: func() (*config.Config, error) { return config.Load(path) },
		Log:  zap.NewNop(), Version: version, Commit: commit(),
		Ended: func(r *kwsync.Report) { reports <- r },
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, demoHead, paint.bold("Alpenglas: a company of two hundred, and a Kiteworks that is simulated."),
		s.Directory, s.Kiteworks, s.Dir, paint.bold("http://"+daemon.Addr()+"/metrics"))
	if err := showPlan(inner); err != nil {
		return errors.Join(err, daemon.Close())
	}
	ctx, cancel := context.WithCancel(c.ctx)
	ended := make(chan error, 1)
	go func() { ended <- daemon.Run(ctx, nil); close(reports) }()
	err = d.waves(inner, company, daemon, reports)
	cancel()
	for range reports { // a run that was under way
	}
	return errors.Join(err, <-ended)
}

const demoHead = `%s
  directory  %s
  Kiteworks  %s (500 strangers, 200 folders, access given by hand)
  files      %s
  metrics    %s
`

// waves shows what the daemon made of each wave, and lets the next one come.
func (d demoCmd) waves(c *command, company *ldapsim.Server, daemon *app.Daemon, reports <-chan *kwsync.Report) error {
	paint := newPaint(c.out)
	for n := 1; ; n++ {
		r := <-reports
		applied(c, r)
		switch {
		case r.Err != "":
			return errors.New(r.Err)
		case d.Once || n > ldapsim.Waves || !wait(c.ctx, demoPause):
			return d.linger(c, reports)
		}
		entries, story := ldapsim.Wave(n)
		fmt.Fprintf(c.out, "\n%s %s\n", paint.bold(fmt.Sprintf("Wave %d.", n)), story)
		if err := company.Replace(entries); err != nil {
			return fmt.Errorf("change the directory: %w", err)
		}
		if err := showPlan(c); err != nil {
			return err
		}
		daemon.Trigger(kwsync.Trigger{Name: "demo", Full: true})
	}
}

// linger leaves the daemon running, to be looked at, and shows what its runs have made.
func (d demoCmd) linger(c *command, reports <-chan *kwsync.Report) error {
	if d.Once || c.ctx.Err() != nil {
		return nil
	}
	fmt.Fprintln(c.out, "\nThe daemon goes on, every fifteen minutes. Stop it with Ctrl-C.")
	for {
		select {
		case <-c.ctx.Done():
			return nil
		case r, running := <-reports:
			if !running {
				return nil
			}
			applied(c, r)
		}
	}
}

// applied shows what a run of the daemon made.
func applied(c *command, r *kwsync.Report) {
	paint := newPaint(c.out)
	fmt.Fprintln(c.out, paint.bold("\nApplied."))
	textReport{out: c.out, paint: paint, rate: 1}.end(r)
}

// showPlan is what an administrator would type. The company has people for whom
// nothing can be decided, on purpose.
func showPlan(c *command) error {
	fmt.Fprintln(c.out, "\n$ kw-onboarder plan")
	err := planCmd{}.Run(c)
	if codeOf(err) == exitFailed {
		return nil
	}
	return err
}

// wait says whether the time passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
