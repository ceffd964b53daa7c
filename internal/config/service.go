package config

import (
	"fmt"
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
