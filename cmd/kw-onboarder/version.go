package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set at the build: -ldflags "-X main.version=1.2.3".
var version = "devel"

// apiVersion is the version of the Kiteworks REST API that is spoken.
const apiVersion = "28"

type versionCmd struct{}

type jsonVersion struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	API     string `json:"api"`
}

func (versionCmd) Run(c *command) error {
	v := jsonVersion{Version: version, Commit: commit(), Go: runtime.Version(), API: apiVersion}
	if c.cli.Output == "json" {
		return c.json(v)
	}
	_, err := fmt.Fprintf(c.out, "kw-onboarder %s, commit %s, %s, Kiteworks API version %s\n", v.Version, v.Commit, v.Go, v.API)
	return err
}

// commit is the revision that the toolchain stamped into the binary.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return "unknown"
}
