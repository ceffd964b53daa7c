package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

var (
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"json", "console"}
)

// minHistory lets an undo reach over a long week-end.
const minHistory = Span(7 * day)

// checkService checks what concerns the process itself: state, HTTP, log.
func (f *findings) checkService(c *Config) {
	f.checkState(c.State)
	if c.History < minHistory {
		f.report("history", fmt.Sprintf("is less than %s", minHistory), "what is forgotten can be neither explained nor undone: write 7d or more")
	}
	f.checkHTTP(&c.HTTP)
	if !slices.Contains(logLevels, c.Log.Level) {
		f.report("log.level", oneOf(c.Log.Level, logLevels), "")
	}
	if !slices.Contains(logFormats, c.Log.Format) {
		f.report("log.format", oneOf(c.Log.Format, logFormats), "")
	}
	f.checkAudit(c.Log.Audit, c.State.File())
}

// checkAudit refuses a place that depends on where the daemon was started, and the ledger's.
func (f *findings) checkAudit(path, ledger string) {
	const hint = "write the path of a file of its own: /var/lib/kw-onboarder/audit.log"
	switch {
	case path == "":
	case !filepath.IsAbs(path):
		f.report("log.audit", fmt.Sprintf("%q is no absolute path", path), hint)
	case strings.HasSuffix(path, "/"):
		f.report("log.audit", fmt.Sprintf("%q is a folder", path), hint)
	case filepath.Clean(path) == filepath.Clean(ledger):
		f.report("log.audit", "is the ledger", hint)
	}
}

// need reports a text that is missing.
func (f *findings) need(path, text, hint string) {
	if strings.TrimSpace(text) == "" {
		f.report(path, "is missing", hint)
	}
}

func (f *findings) needSecret(path string, s Secret) {
	if s == (Secret{}) {
		f.report(path, "is missing", secretHint)
	}
}

func oneOf(text string, choices []string) string {
	if text == "" {
		return "is missing: want " + strings.Join(choices, ", ")
	}
	return fmt.Sprintf("%q is none of %s", text, strings.Join(choices, ", "))
}
