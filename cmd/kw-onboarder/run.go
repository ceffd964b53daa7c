package main

import (
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/systemd"
)

type runCmd struct{}

// gcPercent lets the garbage collector come when the heap has grown by this much, not when it has doubled: a reading of a
// large directory makes much garbage that is worth no memory afterwards. GOGC decides if it is set.
const gcPercent = 40

func (runCmd) Run(c *command) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	load := func() (*config.Config, error) { return config.Load(c.cli.Config) }
	cfg, err := load()
	if err != nil {
		return err
	}
	log, level, err := app.NewLog(cfg.Log, os.Stderr)
	if err != nil {
		return err
	}
	supervisor, err := systemd.New(os.Getenv)
	if err != nil {
		return err
	}
	daemon, err := app.New(c.ctx, app.Options{Load: load, Log: log, Level: level, Version: version, Commit: commit(), Supervisor: supervisor})
	if err != nil {
		return err
	}
	log.Info("started", zap.String("version", version), zap.String("config", cfg.File), zap.String("hash", cfg.Hash),
		zap.Stringer("mode", cfg.Mode), zap.String("metrics", daemon.Addr()))
	reload, stop := hangups()
	defer stop()
	err = daemon.Run(c.ctx, reload)
	log.Info("stopped", zap.Error(err))
	_ = log.Sync() // fails on a terminal, and there is nobody left to tell
	return err
}

// hangups turns SIGHUP into values on a channel; several in a row are one.
func hangups() (<-chan struct{}, func()) {
	signals, reload := make(chan os.Signal, 1), make(chan struct{}, 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for range signals {
			select {
			case reload <- struct{}{}:
			default:
			}
		}
	}()
	return reload, func() {
		signal.Stop(signals)
		close(signals)
	}
}
