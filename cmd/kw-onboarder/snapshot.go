package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

type snapshotCmd struct {
	Out  string `help:"Where to write it; a snapshot that is there is replaced." type:"path" required:"" placeholder:"FILE"`
	Full bool   `help:"Name people, as plan --snapshot needs it; otherwise they have pseudonyms."`
}

// jsonSnapshot is what was written, for a script to read.
type jsonSnapshot struct {
	Result   string    `json:"result"`
	File     string    `json:"file"`
	Redacted bool      `json:"redacted"`
	Taken    time.Time `json:"taken"`
	People   int       `json:"people"`
	Groups   int       `json:"groups"`
	Folders  int       `json:"folders"`
	Bytes    int64     `json:"bytes"`
}

func (s snapshotCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if err := replaceable(s.Out); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	file, err := createFile(s.Out)
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	defer file.discard()
	f, err := s.take(c, cfg)
	if err != nil {
		return err
	}
	size, err := store(file, f)
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	return s.report(c, f, size)
}

// take looks at both sides. The key of the pseudonyms is known here only, and
// not for long.
func (s snapshotCmd) take(c *command, cfg *config.Config) (snapshot.File, error) {
	planner, closePlanner, err := app.OpenPlanner(c.ctx, cfg, c.watched())
	if err != nil {
		return snapshot.File{}, err
	}
	defer func() { _ = closePlanner() }() // it was only read
	seen, err := planner.Survey(c.ctx)
	if err != nil {
		return snapshot.File{}, err
	}
	f := snapshot.File{
		Made: time.Now(), Tenant: cfg.Kiteworks.URL, Directories: app.Directories(cfg), Attributes: cfg.Set.Attributes(), GroupAttributes: cfg.Set.GroupAttributes(),
		Snapshot: seen.Snapshot, Catalog: seen.Catalog, Pins: snapshot.Pins{Groups: seen.Groups, Folders: seen.Folders},
	}
	if s.Full {
		return f, nil
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return snapshot.Redact(f, key)
}

// store writes the snapshot and puts it into its place.
func store(file *newFile, f snapshot.File) (size int64, err error) {
	if err := snapshot.Write(file, f); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), file.commit()
}

func (s snapshotCmd) report(c *command, f snapshot.File, size int64) error {
	people, groups, folders := len(f.Snapshot.People), len(f.Snapshot.Groups), len(f.Catalog.Folders)
	if c.cli.Output == "json" {
		return c.json(jsonSnapshot{
			Result: "done", File: s.Out, Redacted: f.Redacted, Taken: f.Snapshot.Taken,
			People: people, Groups: groups, Folders: folders, Bytes: size,
		})
	}
	kind := "redacted, and still confidential"
	if !f.Redacted {
		kind = "it names people"
	}
	fmt.Fprintf(c.out, "%s: %s, %s, %s, %s; %s\n", s.Out, headcount(people), count(groups, "group"), count(folders, "folder"), bytesOf(size), kind)
	return nil
}

// bytesOf is a size for a person to read.
func bytesOf(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

// replaceable lets a snapshot take the place of an older one, as a nightly job
// wants it, and of nothing else: a slip must not cost a configuration.
func replaceable(path string) error {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case info.Mode().IsRegular() && info.Size() == 0:
		return nil
	}
	if info.Mode().IsRegular() {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it was only read
		if snapshot.Recognise(file) {
			return nil
		}
	}
	return fmt.Errorf("%s is there and is no snapshot: name another file, or remove it", path)
}
