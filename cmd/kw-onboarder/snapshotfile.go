package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

var _ kwsync.Directory = (*snapshot.Directory)(nil)

// readSnapshot reads a snapshot that can stand in for the directories of a
// configuration.
func readSnapshot(path string, cfg *config.Config) (snapshot.File, error) {
	f, err := openSnapshot(path)
	if err != nil {
		return snapshot.File{}, err
	}
	return f, fits(f, cfg)
}

// openSnapshot reads a snapshot, whatever it is of.
func openSnapshot(path string) (snapshot.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return snapshot.File{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return snapshot.Read(file)
}

// belongs says why a snapshot is of something else; nil if it is of the server and
// the directories that the configuration names.
func belongs(f snapshot.File, cfg *config.Config) error {
	names := app.Directories(cfg)
	switch {
	case f.Tenant != cfg.Kiteworks.URL:
		return fmt.Errorf("it is for %s, the configuration is for %s", f.Tenant, cfg.Kiteworks.URL)
	case !slices.Equal(slices.Sorted(slices.Values(f.Directories)), slices.Sorted(slices.Values(names))):
		return fmt.Errorf("it is of %q, the configuration names %q", f.Directories, names)
	}
	return nil
}

// fits says why a snapshot cannot stand in; nil if it can.
func fits(f snapshot.File, cfg *config.Config) error {
	err, missing := belongs(f, cfg), cfg.Set.Unread(knownOf(f))
	switch {
	case err != nil:
		return err
	case f.Redacted:
		return fmt.Errorf("it is redacted, and Kiteworks does not know the pseudonyms in it: make one with snapshot --full")
	case len(missing) > 0:
		return cfg.Mistaken(missing)
	}
	return nil
}
